// npm run conformance:engines: the suite on every backend in every engine. What is not here is reported as unavailable, with the
// package to install. What follows `--` goes to the command, such as --filter '*:law' or --backend firefox:webgl; without any of it
// the table in docs/engines.md is written anew.
import { softwareVulkanPath } from '@tfjs-heads/backend-conformance/chromium';
import { execa } from 'execa';
import { root } from '../workspace.js';
import { writeTable } from './table.js';

const targets: readonly string[] = [
  ...['cpu', 'wasm', 'webgl', 'webgpu'].flatMap((backend) => [`chromium:${backend}`, `firefox:${backend}`]),
  ...['cpu', 'wasm', 'webgl'].map((backend) => `webkit:${backend}`), // WebKitGTK has no WebGPU.
  ...['cpu', 'wasm', 'tensorflow', 'webgpu'].map((backend) => `node:${backend}`),
  ...['cpu', 'wasm'].flatMap((backend) => [`bun:${backend}`, `deno:${backend}`]),
];
const command = 'packages/backend-conformance/dist/cli/main.js';
const vulkan = softwareVulkanPath();
const options = process.argv.slice(2); // They come last: of an option that is there twice the last one counts.
const { exitCode } = await execa(
  process.execPath,
  [command, '--backend', targets.join(), '--out', 'out/engines', ...options],
  // It gives Node a GPU in software, as Chromium has.
  { cwd: root, reject: false, stdio: 'inherit', env: vulkan === undefined ? {} : { VK_ICD_FILENAMES: vulkan } },
);
process.exitCode = exitCode ?? 1;
if (exitCode === 0 && options.length === 0) writeTable('out/engines/results.json');
