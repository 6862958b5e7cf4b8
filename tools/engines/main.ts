// npm run conformance:engines: the suite on every backend in every engine. What is not here is reported as unavailable, with the
// package to install. What follows `--` goes to the command, such as --filter '*:law' or --backend firefox:webgl; without any of it
// the suite runs once more without repairs, on what is about backends alone, and the tables in docs/engines.md are written anew.
import { softwareVulkanPath } from '@tfjs-heads/backend-conformance/chromium';
import { execa } from 'execa';
import { root } from '../workspace.js';
import { writeTables } from './table.js';

const targets: readonly string[] = [
  ...['cpu', 'wasm', 'webgl', 'webgpu'].flatMap((backend) => [`chromium:${backend}`, `firefox:${backend}`]),
  ...['cpu', 'wasm', 'webgl'].map((backend) => `webkit:${backend}`), // WebKitGTK has no WebGPU.
  ...['cpu', 'wasm', 'tensorflow', 'webgpu'].map((backend) => `node:${backend}`),
  ...['cpu', 'wasm'].flatMap((backend) => [`bun:${backend}`, `deno:${backend}`]),
];
const command = 'packages/backend-conformance/dist/cli/main.js';
const vulkan = softwareVulkanPath();
const options = process.argv.slice(2); // They come last: of an option that is there twice the last one counts.

/** Gives the exit code. */
async function conformance(out: string, ...more: readonly string[]): Promise<number> {
  const { exitCode } = await execa(
    process.execPath,
    [command, '--backend', targets.join(), '--out', out, ...more],
    // It gives Node a GPU in software, as Chromium has.
    { cwd: root, reject: false, stdio: 'inherit', env: vulkan === undefined ? {} : { VK_ICD_FILENAMES: vulkan } },
  );
  return exitCode ?? 1;
}

process.exitCode = await conformance('out/engines', ...options);
if (process.exitCode === 0 && options.length === 0) {
  // It fails: that is what is asked.
  await conformance('out/engines-unrepaired', '--no-repairs', '--filter', 'tfjs:op', '--quiet');
  writeTables('out/engines/results.json', 'out/engines-unrepaired/results.json');
}
