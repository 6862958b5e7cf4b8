import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('guard-process.js', import.meta.url));

/**
 * Sees to it that nothing is left of this process, however it ends: a process beside it outlives it, kills what it has started
 * and removes the folder of its temporary files, which all programs that it starts are told to use.
 */
export interface Guard {
  /** For temporary files. */
  readonly folder: string;
  /**
   * Takes a process into its care, with all that it starts; what comes back lets go of it.
   *
   * @param signal What it is ended by. SIGTERM is for a program that has to clean up itself: it is killed when it has not ended soon.
   */
  adopt(pid: number | undefined, signal?: 'SIGKILL' | 'SIGTERM'): () => void;
  /** Has it do its work now. */
  close(): Promise<void>;
}

let current: Guard | undefined;

/** The guard of this process. */
export function guard(): Guard {
  return (current ??= startGuard());
}

/** Ends the guard, if there is one. */
export async function closeGuard(): Promise<void> {
  const closing = current;
  current = undefined;
  await closing?.close();
}

/** Kills a process and its group. */
export function killAll(pid: number | undefined, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
  if (pid === undefined) return;
  for (const id of [-pid, pid]) {
    try {
      process.kill(id, signal);
    } catch {
      // It is gone, or no group.
    }
  }
}

/** How a process ended, once it has. */
export function howItEnded({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `with exit code ${exitCode}` : `by ${signalCode}`;
}

function startGuard(): Guard {
  const before = process.env['TMPDIR'];
  // A short name: Chromium has a socket in there, whose path may have 103 characters on macOS, 49 of which are the folder for temporary files.
  const folder = mkdtempSync(join(tmpdir(), 'bc-'));
  const child: ChildProcess = spawn(process.execPath, [program, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    windowsHide: true,
  });
  const tell = (text: string): void => void child.stdin?.write(`${text}\n`);
  child.stdin?.on('error', () => {}); // Somebody killed it.
  child.unref();
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = folder;
  return {
    folder,
    adopt: (pid, signal = 'SIGKILL') => {
      tell(`+${pid} ${signal}`);
      return () => tell(`-${pid}`);
    },
    close: async () => {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      child.ref();
      child.stdin?.end();
      if (child.exitCode === null) await Promise.race([once(child, 'exit'), sleep(10_000, undefined, { ref: false })]);
    },
  };
}
