import { ReadStream } from 'node:fs';
import { headError } from '@tfjs-heads/head-kit/error';
import { FileInput } from './file-input.js';
import type { SliceOptions } from './options.js';

/** Writes to standard output, and waits until it was taken. */
export type Write = (data: string | Uint8Array) => Promise<void>;

/**
 * Keeps standard output for the result of a command: whatever else writes there, such as a model by `console.log`, writes to standard
 * error from now on.
 *
 * @returns What still writes there; it throws OUTPUT_UNWRITABLE where the disk is full, or nobody reads any more
 */
export function takeStdout(): Write {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  // Whoever reads may be gone; the callback of the write tells.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  stdout.write = stderr.write.bind(stderr);
  return (data) =>
    new Promise((resolve, reject) => {
      const fail = (cause: unknown): void =>
        reject(
          headError('OUTPUT_UNWRITABLE', `Standard output must take what is written, got ${String(cause)}.`, { cause }),
        );
      try {
        write(data, (error) => (error ? fail(error) : resolve()));
      } catch (error) {
        fail(error);
      }
    });
}

/**
 * Standard input.
 *
 * (`fstat` would leave in Node 20 that the last file it looked at is a pipe, and then it does not follow the links of packages.)
 */
export function stdin(): AsyncIterable<Uint8Array> {
  const { stdin: given } = process;
  return given instanceof ReadStream ? new FileInput(0) : given;
}

const INTERVAL = 10_000; // ms

/** Tells how many rows have been read, now and then, on standard error. */
export class Progress {
  readonly #start = performance.now();
  readonly #isQuiet: boolean;
  #told = this.#start;

  constructor(isQuiet: boolean) {
    this.#isQuiet = isQuiet;
  }

  /** To be called after each batch. */
  at(rows: number): void {
    if (performance.now() - this.#told < INTERVAL) return;
    this.#told = performance.now();
    this.tell(`${rows.toLocaleString('en')} rows`);
  }

  end(rows: number): void {
    const seconds = (performance.now() - this.#start) / 1000;
    this.tell(
      `${rows.toLocaleString('en')} rows in ${seconds.toFixed(2)} s, ${Math.round(rows / seconds).toLocaleString('en')} a second`,
    );
  }

  /** Says how many rows are of values that were not kept. */
  tellRest(rest: number, slices: SliceOptions | undefined): void {
    if (rest > 0)
      this.tell(
        `${rest.toLocaleString('en')} rows are in no slice: '${slices?.by}' has more than ${slices?.limit} values (--slices)`,
      );
  }

  /** Says something, unless nothing is to be said. */
  tell(text: string): void {
    if (!this.#isQuiet) process.stderr.write(`tfjs-heads: ${text}\n`);
  }
}
