import { readdir, rm } from 'node:fs/promises';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { emptyFolder, fixture, main, NARROW } from './cli-support.js';

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('ends its processes and its browser, and leaves no files, after %s', { timeout: 60_000 }, async (signal, code) => {
  const folder = await emptyFolder();
  // Both hang, so that they are running when the signal comes.
  const args = ['--register', fixture('broken-backends.mjs'), '--backend', 'hanging,chromium:hanging', '--jobs', '2', '--filter', NARROW];
  const child = execa(process.execPath, [main, ...args], { reject: false, env: { TMPDIR: folder } });
  await new Promise<void>((resolve) => {
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.split('8 cases on').length === 3) resolve();
    });
  });
  const offspring = await descendantsOf(child.pid as number);
  expect(offspring.length).toBeGreaterThan(2);
  child.kill(signal);
  const { exitCode, stderr } = await child;
  expect(stderr).toBe('Interrupted: there is no report.');
  expect(exitCode).toBe(code);
  expect(offspring.filter(isRunning)).toEqual([]);
  // Chromium leaves the folder of its lock where it is not given the time to close a page that hangs.
  expect((await readdir(folder)).filter((name) => !name.startsWith('org.chromium.'))).toEqual([]);
  await rm(folder, { recursive: true });
});

/** The processes that a process has started, and those that they have. */
async function descendantsOf(pid: number): Promise<number[]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'pid=,ppid=']);
  const parents = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const children = (parent: number): number[] => parents.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child, ...children(child)]);
  return children(pid);
}

/** Whether a process runs; one that has ended and waits for its parent to look does not. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(process.getBuiltinModule('node:fs').readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
