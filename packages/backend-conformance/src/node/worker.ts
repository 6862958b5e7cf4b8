// A process that does one job. It reads the job, and writes what it has to say, through a pipe of its own, or from its input and to
// a file: what the code under test writes there too, or does to `process`, shows on the other end.
import { openSync, readSync, writeSync } from 'node:fs';
import type { Job } from '../channel/job.js';
import { lockSuite } from '../channel/lock-suite.js';
import { perform } from '../channel/perform.js';
import { sealer } from '../channel/seal.js';
import { watchStrayErrors } from '../channel/stray-errors.js';
import { loader } from './loader.js';

const write = writeSync;
const [, , channel = ''] = process.argv;
const isPipe = /^\d+$/.test(channel);
const input = isPipe ? Number(channel) : 0;
const output = isPipe ? input : openSync(channel, 'a');
const job = JSON.parse(readLine()) as Job;
const seal = sealer(job.key);
const strayErrors = watchStrayErrors();
const load = await loader(job.modules);
// Deno takes the engine's own queueMicrotask from behind the global one when it first closes a port; it could not do so once that is locked.
new MessageChannel().port1.close();
lockSuite();

// Nothing is left to be waited for. An import that is under way then will never end.
let doing = 'nothing';
const exit = process.exit.bind(process);
process.on('beforeExit', () => {
  say({
    type: 'broken',
    reason: `it waits for a promise that nothing will settle, such as a top-level await, while it ${doing}`,
  });
  exit(13);
});

for await (const message of perform(job, load, strayErrors)) {
  if (message.type === 'begins') doing = message.what;
  say(message);
  if (message.type === 'cases' && job.request !== undefined) readLine(); // What goes on is all in the job: it is told when.
}
exit(0);

function say(message: unknown): void {
  write(output, `${seal(message)}\n`);
}

/** Byte by byte would be slow, and more than a line is not sent. */
function readLine(): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(65_536);
    const length = readSync(input, chunk);
    if (length === 0) exit(1); // The other end is gone.
    chunks.push(chunk.subarray(0, length));
    if (chunk[length - 1] === 10) return Buffer.concat(chunks).toString('utf8');
  }
}
