import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = fileURLToPath(new URL('programs/wasm-places.mjs', import.meta.url));
const installed = dirname(
  createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'),
);
const names = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasm-places-'));
  for (const name of names) {
    await cp(join(installed, name), join(folder, 'copies', name));
    await cp(program, join(folder, 'pages', name)); // No binary.
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function start(
  options: object,
  ...told: readonly string[]
): Promise<{ status: string; reason?: string; place: string }> {
  const { stdout } = await execa('node', [program, JSON.stringify(options), ...told]);
  return JSON.parse(stdout) as { status: string; reason?: string; place: string };
}

test('it is taken from where the backend looks, in the installed package', async () => {
  const { status, place } = await start({});
  expect(status).toBe('chosen');
  expect(place).toMatch(/^tfjs-backend-wasm-\S*simd.wasm is taken from \S*tfjs-backend-wasm\/dist\/\S+$/);
});

test('where the program has said to tfjs', async () => {
  const { status, place } = await start({}, join(folder, 'copies/'));
  expect(status).toBe('chosen');
  expect(place).toContain(`is taken from ${join(folder, 'copies', 'tfjs-backend-wasm-')}`);
});

test.each(['nowhere/', 'pages/'])('elsewhere, when the program has said to tfjs that it is in %s', async (wrong) => {
  const { status, place } = await start({}, join(folder, wrong));
  expect(status).toBe('chosen');
  expect(place).toMatch(/is taken from .*tfjs-backend-wasm\/dist\/.*; tried /);
  expect(place).toContain(`${join(folder, wrong)}tfjs-backend-wasm`);
});

test('wasmPaths is all that counts', async () => {
  const copies = join(folder, 'copies/');
  expect((await start({ wasmPaths: copies }, join(folder, 'pages/'))).place).toContain(`is taken from ${copies}`);
  const files = Object.fromEntries(names.map((name) => [name, join(copies, name)]));
  expect((await start({ wasmPaths: files })).place).toContain(`is taken from ${copies}`);

  const { status, reason } = await start({ wasmPaths: join(folder, 'nowhere/') }, copies);
  expect(status).toBe('failed');
  expect(reason).toMatch(
    /^tfjs-backend-wasm-\S*simd.wasm was not found; tried \S*nowhere\/tfjs-backend-wasm-\S*simd.wasm \(ENOENT\)/,
  );
});

test('a file that begins like a binary and is none is told by its place', async () => {
  for (const name of names) await writeFile(join(folder, name), Uint8Array.of(0, 0x61, 0x73, 0x6d, 9, 9, 9, 9));
  const { status, reason } = await start({ wasmPaths: `${folder}/` });
  expect(status).toBe('failed');
  expect(reason).toContain(`${folder}/tfjs-backend-wasm`);
});
