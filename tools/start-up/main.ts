// How long a backend takes to start, with and without its self-test, each time in a fresh process or page.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { chromiumHere } from '../test/chromium.js';

const execute = promisify(execFile);
const repetitions = 3;
type Start = (name: string, selfTest: boolean) => Promise<readonly [loading: number, starting: number]>;

const inNode: Start = async (name, selfTest) => {
  const program = fileURLToPath(new URL('start-one.mjs', import.meta.url));
  const { stdout } = await execute(process.execPath, [program, name, String(selfTest)], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  const [loading, starting] = (stdout.trim().split('\n').at(-1) as string).split(' ').map(Number);
  return [loading as number, starting as number];
};

async function report(environment: string, names: readonly string[], start: Start): Promise<void> {
  for (const name of names) {
    for (const selfTest of [true, false]) {
      try {
        const times: (readonly [number, number])[] = [];
        for (let i = 0; i < repetitions; i++) times.push(await start(name, selfTest));
        const [loading, starting] = times.toSorted((a, b) => a[1] - b[1])[Math.floor(repetitions / 2)] as readonly [
          number,
          number,
        ];
        console.log(
          [
            environment.padEnd(9),
            (name || 'any').padEnd(11),
            selfTest ? 'with   ' : 'without',
            loading.toFixed(0).padStart(8),
            starting.toFixed(0).padStart(8),
          ].join('  '),
        );
      } catch (error) {
        console.log(
          [environment.padEnd(9), (name || 'any').padEnd(11), String(error).split('\n').slice(0, 3).join(' ')].join(
            '  ',
          ),
        );
      }
    }
  }
}

/** A page that a bundler has built, so that the binaries of wasm are found as users' bundlers find them. */
async function withPage(use: (start: Start) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'start-up-'));
  const root = fileURLToPath(new URL('page', import.meta.url));
  try {
    await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true, target: 'es2022' } });
    const server = await preview({ root, logLevel: 'error', build: { outDir: folder }, preview: { port: 0 } });
    const browser = await chromium.launch(chromiumHere().launch);
    try {
      await use(async (name, selfTest) => {
        const page = await browser.newPage();
        await page.goto(server.resolvedUrls?.local[0] as string);
        await page.waitForFunction('globalThis.startOne');
        const times = await page.evaluate(`startOne(${JSON.stringify(name)}, ${selfTest})`);
        await page.close();
        return times as [number, number];
      });
    } finally {
      await browser.close();
      await server.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

console.log('where      backend      self-test  loading  starting (ms)');
await report('node', ['', 'tensorflow', 'wasm', 'cpu'], inNode);
await withPage((start) => report('chromium', ['', 'webgpu', 'webgl', 'wasm', 'cpu'], start));
