import { fork, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SessionMessage } from '../session.js';
import type { Job } from './job.js';
import { Tail } from './tail.js';

const worker = fileURLToPath(new URL('worker.js', import.meta.url));

/**
 * Runs a session in a process of its own, which is killed when the signal aborts.
 *
 * @param onOutput Gets what the process prints.
 * @throws Error where the process ends before the session does, with the last that it printed
 */
export async function* runInProcess(job: Job, signal: AbortSignal, onOutput: (text: string) => void): AsyncGenerator<SessionMessage> {
  const child = fork(worker, {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' }, // or TensorFlow tells about the processor
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const errors = new Tail();
  child.stdout?.setEncoding('utf8').on('data', onOutput);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors.add(text);
    onOutput(text);
  });
  const ended = once(child, 'close'); // after its last output
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  try {
    // Where the process is gone already, that shows below.
    child.send(job, () => {});
    for await (const [message] of on(child, 'message', { close: ['disconnect'] })) yield message as SessionMessage;
    await ended;
    throw new Error(`its process ended ${howItEnded(child)}${errors.text.replace(/^(?=.)/s, '; its last words:\n')}`);
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

function howItEnded({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `with exit code ${exitCode}` : `by ${signalCode}`;
}
