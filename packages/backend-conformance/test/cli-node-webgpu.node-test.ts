import { tmpdir } from 'node:os';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { softwareVulkanPath } from '../browser/chromium.mjs';
import { emptyFolder, main, reportIn } from './cli-support.js';

const driver = softwareVulkanPath();

it.skipIf(driver === undefined)(
  'runs on WebGPU under Node, says on which GPU, and ends (skipped: Chromium brought no driver)',
  async () => {
    const out = await emptyFolder();
    const args = ['--backend', 'node:webgpu', '--require', 'node:webgpu', '--filter', 'tfjs:op:sum', '--out', out];
    const { exitCode } = await execa(process.execPath, [main, ...args], {
      cwd: tmpdir(),
      env: { VK_ICD_FILENAMES: driver },
      reject: false,
    });
    expect(exitCode).toBe(0);
    const [run] = (await reportIn(out)).runs;
    expect(run).toMatchObject({
      target: 'node:webgpu',
      record: {
        name: 'webgpu',
        environment: 'node',
        runsOn: expect.stringMatching(/swiftshader.*; Node v/i) as string,
      },
    });
  },
  180_000,
);

it('is unavailable without a driver, which is no pass', async () => {
  const args = ['--backend', 'node:webgpu', '--filter', 'tfjs:op:sum'];
  const { exitCode, stdout } = await execa(process.execPath, [main, ...args], {
    cwd: tmpdir(),
    env: { VK_ICD_FILENAMES: '/nowhere' },
    reject: false,
  });
  expect(exitCode).toBe(1);
  expect(stdout).toContain('finds no adapter');
});
