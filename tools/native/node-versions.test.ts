import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureNode, NODE_VERSIONS } from './node-versions.mjs';

const execute = promisify(execFile);
const { vulkan } = inject('chromium');
const program = (name: string): string => fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));

describe.each([process.versions.node, ...NODE_VERSIONS])('Node %s', (version) => {
  let node = process.execPath;
  beforeAll(async () => {
    if (version !== process.versions.node) node = await ensureNode(version);
  });

  const run = (name: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    execute(node, [program(name), ...args], {
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', NODE_OPTIONS: '', VK_ICD_FILENAMES: vulkan },
    });

  async function train(backend: string): Promise<Record<string, unknown>> {
    const result = JSON.parse((await run('train', backend)).stdout.trim().split('\n').at(-1) as string) as Record<
      string,
      unknown
    >;
    console.log(JSON.stringify(result));
    return result;
  }

  it.each(['cpu', 'wasm', 'tensorflow'])('%s starts and trains', async (backend) => {
    const result = await train(backend);
    expect(result).toMatchObject({ node: `v${version}`, backend });
    expect(result['last']).toBeLessThan(0.05 * (result['first'] as number));
    // tfjs-node brings the two others along.
    expect(result['loaded']).toEqual(
      backend === 'tensorflow' ? ['backend-cpu', 'backend-webgl', 'node'] : [`backend-${backend}`],
    );
    if (backend === 'tensorflow') {
      expect(result['versions']).toMatchObject({ tensorflow: expect.stringMatching(/^2\./) as string });
      expect((result['repairs'] as string[]).includes('node-util')).toBe(Number.parseInt(version) >= 23);
    }
  });

  it.skipIf(vulkan === undefined)(
    'webgpu starts and trains on the GPU in software that comes with Chromium (skipped: there is none)',
    async () => {
      const result = await train('webgpu');
      expect(result).toMatchObject({ node: `v${version}`, backend: 'webgpu', loaded: ['backend-webgpu'] });
      expect(result['adapter']).toMatch(/swiftshader/i);
      expect(result['repairs']).toContain('node-webgpu');
      expect(result['last']).toBeLessThan(0.05 * (result['first'] as number));
    },
  );

  it('tfjs-node alone runs only before Node 23 (#8609)', async () => {
    const running = run('native-unrepaired');
    if (Number.parseInt(version) < 23) expect((await running).stdout).toContain('3');
    else await expect(running).rejects.toThrow(/is not a function/);
  });
});
