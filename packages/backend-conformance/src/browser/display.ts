import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { guard } from '../node/guard.js';

/** A display for a browser that needs one. */
export interface Display {
  /** What the browser must find in its environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly close: () => void;
}

/**
 * Starts a virtual display where there is none.
 *
 * @throws Error where there is no Xvfb to do so: says how to get it
 */
export async function startDisplay(): Promise<Display> {
  if (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
    return { env: {}, close: () => {} };
  const screen = ['-screen', '0', '1280x1024x24', '-nolisten', 'tcp', '-displayfd', '3'];
  const child = spawn('Xvfb', screen, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true });
  // It removes its lock when it is told to end.
  const release = guard().adopt(child.pid, 'SIGTERM');
  const close = (): void => {
    child.kill('SIGTERM');
    release();
  };
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new Error('there is no display, and no Xvfb to make one: apt-get install xvfb', { cause: error })
          : error,
      ),
    );
    child.once('exit', (code) => reject(new Error(`Xvfb ended with exit code ${code}`)));
  });
  failed.catch(() => {}); // also when it ends later
  try {
    const [number] = (await Promise.race([once(child.stdio[3] as Readable, 'data'), failed])) as [Buffer];
    return { env: { DISPLAY: `:${number.toString().trim()}` }, close };
  } catch (error) {
    close();
    throw error;
  }
}
