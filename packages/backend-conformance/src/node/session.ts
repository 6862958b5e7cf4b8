import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Job } from '../channel/job.js';
import { checkMessage } from '../channel/message.js';
import { opener } from '../channel/seal.js';
import type { HomeMessage, Runtime } from '../engine.js';
import { channelFor } from './channel.js';
import { findRuntime } from './find-runtime.js';
import { guard, howItEnded, killAll } from './guard.js';
import { linesOf } from './lines.js';
import { Tail } from './tail.js';

const worker = fileURLToPath(new URL('worker.js', import.meta.url));

/**
 * Does a job in a process of its own, which is killed when the signal aborts, with all that it has started. One that lists its cases
 * first runs them when it is asked for its next message.
 *
 * @param onOutput Gets what the process prints.
 * @param runtime What the process runs.
 * @throws Error where the process ends before its job does, with the last that it printed, or where something else wrote to the channel
 */
export async function* runInProcess(
  task: Omit<Job, 'key'>,
  signal: AbortSignal,
  onOutput: (text: string) => void,
  runtime: Runtime = 'node',
): AsyncGenerator<HomeMessage> {
  const found = await findRuntime(runtime, signal);
  if (typeof found === 'string') {
    yield { type: 'unavailable', reason: found };
    return;
  }
  const { name, version, program, args } = found;
  yield { type: 'engine', name, version };
  signal.throwIfAborted();
  const channel = channelFor(found);
  const child = spawn(program, [...args, worker, channel.name], {
    // Else TensorFlow tells about the processor, and Deno writes stacks in colours.
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', ...(runtime === 'deno' && { NO_COLOR: '1' }) },
    stdio: [...channel.stdio],
    detached: process.platform !== 'win32', // a group of its own, to be killed as one
  });
  const errors = new Tail();
  child.stdout?.setEncoding('utf8').on('data', onOutput);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors.add(text);
    onOutput(text);
  });
  const ended = once(child, 'close'); // after its last output
  ended.catch(() => {});
  const stop = (): void => killAll(child.pid);
  signal.addEventListener('abort', stop);
  const release = guard().adopt(child.pid);
  try {
    const key = randomBytes(16).toString('hex');
    const open = opener(key);
    const { input, output } = channel.of(child);
    input.on('error', () => {}); // Where the process is gone already, that shows below.
    const job: Job = { key, ...task };
    input.write(`${JSON.stringify(job)}\n`);
    for await (const line of linesOf(output)) {
      const message = checkMessage(open(line));
      yield message;
      if (message.type === 'cases') input.write('\n');
    }
    await Promise.race([ended, sleep(2000, undefined, { ref: false })]); // A child of its own may hold its output for ever.
    if (child.exitCode === null && child.signalCode === null) throw new Error('it closed the channel of the suite');
    throw new Error(`its process ended ${howItEnded(child)}${errors.text.replace(/^(?=.)/s, '; its last words:\n')}`);
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    release();
  }
}
