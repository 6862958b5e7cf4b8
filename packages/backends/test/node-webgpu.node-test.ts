import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, inject, test } from 'vitest';

const execute = promisify(execFile);
const program = (name: string): string => fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));
const driver = inject('chromium').vulkan;

interface Ended {
  readonly code: unknown;
  readonly signal: unknown;
  readonly stdout: string;
}

/** Runs a program with a GPU in software, unless told of another driver, and says how it ended. */
async function run(
  args: readonly string[],
  { drivers = driver }: { drivers?: string | undefined } = {},
): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: '', VK_ICD_FILENAMES: drivers };
  const ended = await execute(process.execPath, [...args], { env }).catch((error: unknown) => error as Ended);
  return { code: 0, signal: null, ...ended };
}

describe.skipIf(driver === undefined)(
  'on the GPU in software that comes with Chromium (skipped: there is none)',
  () => {
    // Left to itself, one of three crashes.
    test.each([
      ['with work queued', 3],
      ['with many reads pending', 3],
      ['with a read pending', 1],
      ['with the backend removed', 1],
      ['by an error', 1],
      ['after a read', 1],
      ['by itself', 1],
    ])('a process that ends %s does so with its own exit code', async (way, times) => {
      const ends = await Promise.all(Array.from({ length: times }, () => run([program('webgpu-exit'), way])));
      const expected = way === 'by an error' ? 1 : 3;
      expect(ends.map(({ code, signal }) => ({ code, signal }))).toEqual(
        ends.map(() => ({ code: expected, signal: null })),
      );
    });

    test('what the program has put there itself is left alone', async () => {
      const script = `
      import { startBackend } from '@tfjs-heads/backends';
      import { create } from 'webgpu';
      const gpu = create([]);
      globalThis.navigator ??= {};
      Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
      globalThis.GPUMapMode = { READ: 1, WRITE: 2, mine: true };
      const { name } = await startBackend({ prefer: ['webgpu'], allow: ['webgpu'], selfTest: false, timeLimit: 60_000 });
      console.log(name, navigator.gpu === gpu, globalThis.GPUMapMode.mine, globalThis.GPUBufferUsage.STORAGE);`;
      expect(await run(['--input-type=module', '--eval', script])).toMatchObject({
        code: 0,
        stdout: 'webgpu true true 128\n',
      });
    });
  },
);

const reasonOf = `
  import { startBackend } from '@tfjs-heads/backends';
  const before = Object.keys(Object.getOwnPropertyDescriptors(globalThis)).join();
  const { candidates: [webgpu], name } = await startBackend({ allow: ['webgpu', 'cpu'] });
  console.log(JSON.stringify({ name, status: webgpu.status, reason: webgpu.reason, hasGpu: Boolean(globalThis.navigator?.gpu), isNew: before !== Object.keys(Object.getOwnPropertyDescriptors(globalThis)).join() }));`;

test('without an adapter it is unavailable, with the reason, and nothing becomes global', async () => {
  const { stdout, code } = await run(['--input-type=module', '--eval', reasonOf], { drivers: '/nowhere' });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    name: 'cpu',
    status: 'unavailable',
    reason: expect.stringContaining('WebGPU finds no adapter') as string,
    hasGpu: false,
    isNew: false,
  });
});

test('without the package it is unavailable, with the reason', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'no-webgpu-'));
  try {
    const hooks = join(folder, 'hooks.mjs');
    await writeFile(
      hooks,
      `export async function resolve(specifier, context, next) {
        if (specifier === 'webgpu') throw Object.assign(new Error("Cannot find package 'webgpu'"), { code: 'ERR_MODULE_NOT_FOUND' });
        return next(specifier, context);
      }`,
    );
    const register = `import { register } from 'node:module'; register(${JSON.stringify(new URL(`file://${hooks}`).href)});`;
    const { stdout } = await run([
      `--import=data:text/javascript,${encodeURIComponent(register)}`,
      '--input-type=module',
      '--eval',
      reasonOf,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'unavailable',
      reason: expect.stringContaining('webgpu is not installed') as string,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
