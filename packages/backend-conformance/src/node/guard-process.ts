// The process of a guard: it waits for the end of its input, which comes when the process at the other end has ended, then cleans up.
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { killAll } from './guard.js';

const folder = process.argv[2] as string;
const PATIENCE = 2000; // ms
const signals = new Map<number, string>();

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {}); // It ends when its work is done.
for await (const line of createInterface({ input: process.stdin })) {
  const [pid = '', signal = ''] = line.slice(1).split(' ');
  if (line.startsWith('+')) signals.set(Number(pid), signal);
  else signals.delete(Number(pid));
}
const gentle = [...signals].filter(([, signal]) => signal === 'SIGTERM').map(([pid]) => pid);
for (const pid of signals.keys()) if (!gentle.includes(pid)) killAll(pid);
for (const pid of gentle) killAll(pid, 'SIGTERM');
for (const end = Date.now() + PATIENCE; Date.now() < end && gentle.some(isRunning);) await sleep(50);
for (const pid of gentle) killAll(pid);
// A browser that goes down with its pipe still writes for a moment.
await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
