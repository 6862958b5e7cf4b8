import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { emptyFolder, fixture, main, NARROWER, stillRunning } from './cli-support.js';
import { hostileModule } from './hostile.js';
import { whyNot } from './in-drivers.js';

/** All hang, so that they are running when the signal comes. */
const hanging = (backends: readonly string[]): readonly string[] => [
  '--register',
  fixture('broken-backends.mjs'),
  '--backend',
  backends.join(),
  '--jobs',
  '2',
  '--filter',
  NARROWER,
];

it.each([
  ['SIGINT', 130, ['hanging', 'chromium:hanging']],
  ['SIGTERM', 143, ['hanging']],
  ['SIGHUP', 129, ['hanging']],
] as const)('ends its processes and its browser, and leaves no files, after %s', async (signal, code, backends) => {
  const { child, offspring, folder } = await running(backends);
  child.kill(signal);
  const { exitCode, stderr } = await child;
  expect(stderr).toBe('Interrupted: there is no report.');
  expect(exitCode).toBe(code);
  // What has been killed may take a moment more: a page that computes in a loop has much to let go of.
  await expect.poll(() => stillRunning(offspring)).toEqual([]);
  await expect.poll(() => readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

it('leaves nothing behind where it is killed itself', async () => {
  const { child, offspring, folder } = await running(['hanging', 'chromium:hanging']);
  child.kill('SIGKILL');
  await child;
  await expect.poll(() => stillRunning(offspring)).toEqual([]);
  await expect.poll(() => readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

it.for([
  ['webkit', 'SIGTERM'],
  ['webkit', 'SIGKILL'],
  ['firefox', 'SIGKILL'],
] as const)('ends the driver of %s, its browser and their display, after %s', async ([browser, signal], { skip }) => {
  const reason = whyNot(browser);
  if (reason !== undefined) return skip(reason);
  const { child, offspring, folder } = await running(['hanging', `${browser}:hanging`]);
  child.kill(signal);
  await child;
  await expect.poll(() => stillRunning(offspring)).toEqual([]);
  await expect.poll(() => readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

it.each(['SIGINT', 'SIGKILL'] as const)(
  'ends where a module hangs while its cases are listed, after %s',
  async (signal) => {
    const folder = await emptyFolder();
    const path = await hostileModule('hangs', {
      atImport:
        "process.on('SIGINT', () => {}); process.on('SIGTERM', () => {}); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    });
    const child = execa(process.execPath, [main, path, '--list'], { reject: false, env: { TMPDIR: folder } });
    let offspring: number[] = [];
    await expect.poll(async () => (offspring = await descendantsOf(child.pid as number)).length).toBeGreaterThan(1);
    child.kill(signal);
    const { exitCode } = await child;
    expect(exitCode).toBe(signal === 'SIGINT' ? 130 : undefined);
    await expect.poll(() => stillRunning(offspring)).toEqual([]);
    await expect.poll(() => readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  },
);

/** A command whose sessions are under way. */
async function running(backends: readonly string[]) {
  const folder = await folderAsLongAsOnMac();
  const child = execa(process.execPath, [main, ...hanging(backends)], { reject: false, env: { TMPDIR: folder } });
  await new Promise<void>((resolve, reject) => {
    void child.then(({ stdout, stderr }) =>
      reject(new Error(`It ended before its sessions began:\n${stdout}\n${stderr}`)),
    );
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.split('8 cases on').length > backends.length) resolve();
    });
  });
  const offspring = await descendantsOf(child.pid as number);
  expect(offspring.length).toBeGreaterThanOrEqual(2 * backends.length);
  return { child, offspring, folder };
}

/** With a path as long as that of the folder for temporary files of macOS, in which a browser has its socket. */
async function folderAsLongAsOnMac(): Promise<string> {
  const folder = await emptyFolder();
  const missing = 49 - join(folder, 'x').length;
  if (missing < 0) return folder;
  const within = join(folder, 'x'.repeat(missing + 1));
  await mkdir(within);
  return within;
}

/** The processes that a process has started, and those that they have. */
async function descendantsOf(pid: number): Promise<number[]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'pid=,ppid=']);
  const parents = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const children = (parent: number): number[] =>
    parents.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child, ...children(child)]);
  return children(pid);
}
