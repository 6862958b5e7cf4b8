// The process of a guard: it waits for the end of its input, which comes when the process at the other end has ended, then cleans up.
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { killAll } from './guard.js';

const folder = process.argv[2] as string;
const pids = new Set<number>();

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {}); // It ends when its work is done.
for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1));
  if (line.startsWith('+')) pids.add(pid);
  else pids.delete(pid);
}
for (const pid of pids) killAll(pid);
// A browser that goes down with its pipe still writes for a moment.
await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
