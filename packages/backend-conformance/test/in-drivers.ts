import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { findDriver, type Driven } from '../src/browser/drivers.js';

/** Why a browser cannot be driven here; undefined where it can. */
export function whyNot(browser: Driven): string | undefined {
  const driver = findDriver(browser, 'http://127.0.0.1');
  if (typeof driver === 'string') return driver;
  if (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) return undefined;
  try {
    execFileSync('sh', ['-c', 'command -v Xvfb'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'There is no Xvfb.';
  }
}

/** Starts a display for the drivers of a test. Gives its name, and what ends it. */
export async function startXvfb(): Promise<{ readonly display: string; readonly child: ChildProcess }> {
  const child = spawn('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [number] = (await once(child.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { display: `:${number.toString().trim()}`, child };
}
