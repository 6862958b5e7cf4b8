import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { execa } from 'execa';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { conformance, emptyFolder, fixture, main, NARROW, queriesOf, reportIn, stillRunning } from './cli-support.js';
import { hostileModule, type Hostile } from './hostile.js';

const folder = await emptyFolder();
afterAll(() => rm(folder, { recursive: true }));

const forged =
  '{"type":"result","result":{"subject":"Mine","family":"law","check":"mean-is-sum-over-size","parameters":{"rows":33},' +
  '"query":"Mine:law:mean-is-sum-over-size:rows=33","status":"pass","milliseconds":1}}';

/** A head that fails by itself, and what it does besides. */
const hostile: readonly (readonly [what: string, hostile: Hostile, says: RegExp])[] = [
  ['exits in a loss', { inLoss: 'process.exit(0);' }, /its process ended with exit code 0/],
  ['is killed', { inLoss: "process.kill(process.pid, 'SIGKILL');" }, /its process ended by SIGKILL/],
  [
    'exits while a child of its own holds its output',
    {
      atImport: "import { spawn } from 'node:child_process';",
      inLoss: "spawn('sleep', ['600'], { stdio: 'inherit' }); process.exit(3);",
    },
    /its process ended with exit code 3/,
  ],
  ['throws in a timer', { inLoss: "setTimeout(() => { throw new Error('late'); });" }, /late/],
  [
    'speaks for the suite',
    {
      atImport: "import fs from 'node:fs';",
      inLoss: `const [, , at] = process.argv; fs.writeSync(/^\\d+$/.test(at) ? Number(at) : fs.openSync(at, 'a'), ${JSON.stringify(`${forged}\n`)});`,
    },
    /something other than the suite wrote to its channel/,
  ],
];

describe.each([
  ['bun', 'Bun'],
  ['deno', 'Deno'],
])('%s', (runtime, name) => {
  it('runs heads in TypeScript on cpu and wasm, and says what it is', async () => {
    const targets = [`${runtime}:cpu`, `${runtime}:wasm`];
    const { exitCode, stdout } = await conformance(
      fixture('typescript/head.ts'),
      '--backend',
      targets.join(),
      '--filter',
      NARROW,
      '--out',
      folder,
    );
    expect(stdout).toMatch(/^4 passed, 4 failed/m); // One of the two heads throws, in each loss.
    expect(stdout).toMatch(/not in the mood\n {4}at \/.*\/cli-fixtures\/typescript\/head\.ts:14:\d+$/m);
    expect(exitCode).toBe(1);
    const { runs } = await reportIn(folder);
    expect(runs.map(({ target }) => target)).toEqual(targets);
    for (const run of runs) {
      expect(queriesOf(run, 'pass')).toHaveLength(2);
      expect(run.engine).toEqual({ name, version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string });
      expect(run.record).toMatchObject({ environment: 'node', runsOn: `${name} ${run.engine?.version}` });
    }
    expect(await readFile(join(folder, 'junit.xml'), 'utf8')).toContain(`name="engine" value="${name} `);
  });

  it.each(hostile)('fails where a head %s', async (what, code, says) => {
    const path = await hostileModule(`${runtime} ${what}`.replaceAll(' ', '-'), code);
    const { exitCode, stdout } = await conformance(
      path,
      '--backend',
      `${runtime}:cpu`,
      '--filter',
      'Mine:law:mean-is-sum-over-size:rows=33',
    );
    expect(stdout).toMatch(says);
    expect(stdout).toMatch(/^0 passed, 1 failed/m);
    expect(exitCode).toBe(1);
  });

  it('is unavailable where it cannot be run, which is no pass', async () => {
    const { exitCode, stdout } = await execa(
      process.execPath,
      [main, '--backend', `${runtime}:cpu`, '--filter', NARROW],
      { cwd: tmpdir(), reject: false, env: { [`${runtime.toUpperCase()}_PATH`]: '/nowhere' } },
    );
    expect(stdout).toMatch(new RegExp(`^${runtime}:cpu: unavailable: /nowhere cannot be run: .*ENOENT`, 'm'));
    expect(exitCode).toBe(1);
  });
});

describe('a runtime that does not say its version', () => {
  const program = join(folder, 'hangs');
  const pids = async (): Promise<number[]> =>
    (await readFile(`${program}.pids`, 'utf8').catch(() => '')).split(/\s+/).filter(Boolean).map(Number);
  const start = () =>
    execa(process.execPath, [main, '--backend', 'deno:cpu', '--filter', NARROW], {
      cwd: tmpdir(),
      reject: false,
      env: { DENO_PATH: program },
    });
  beforeEach(async () => {
    await rm(`${program}.pids`, { force: true });
    await writeFile(program, '#!/bin/sh\nsleep 600 &\necho $$ $! > "$0.pids"\nwait\n', { mode: 0o755 });
  });

  it('is unavailable, and leaves nothing behind', async () => {
    const { exitCode, stdout } = await start();
    expect(stdout).toContain(`deno:cpu: unavailable: ${program} cannot be run: it did not say its version within 15 s`);
    expect(exitCode).toBe(1);
    expect(await pids()).toHaveLength(2);
    await expect.poll(async () => stillRunning(await pids())).toEqual([]);
  });

  it('can be interrupted, and leaves nothing behind', async () => {
    const child = start();
    await expect.poll(pids).toHaveLength(2);
    child.kill('SIGINT');
    const { exitCode } = await child;
    expect(exitCode).toBe(130);
    await expect.poll(async () => stillRunning(await pids())).toEqual([]);
  });
});
