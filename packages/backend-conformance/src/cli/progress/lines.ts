import type { BackendRun } from '../../report/format.js';
import { tallyOf } from '@tfjs-heads/conformance-kit/host';
import type { HomeMessage } from '../../engine.js';
import { formatDuration } from '../../report/summary.js';
import { countCases, print } from '../summary.js';
import { Failures, outputText } from './failure.js';
import type { Progress, ProgressOptions } from './progress.js';

/** For a log: a line when a target starts and one when it ends. */
export class Lines implements Progress {
  readonly #total: number;
  readonly #options: ProgressOptions;
  readonly #failures = new Failures();

  constructor(total: number, options: ProgressOptions) {
    this.#total = total;
    this.#options = options;
  }

  message(target: string, message: HomeMessage): void {
    if (message.type === 'started') this.#say(`${target}: ${this.#total} cases on ${message.record.runsOn}`);
    const failure = this.#failures.textOf(target, message);
    if (failure !== undefined) print(failure);
  }

  ended(run: BackendRun): void {
    const { target, unavailable, milliseconds } = run;
    const counts = `${countCases(tallyOf([run]))} (${formatDuration(milliseconds)})`;
    this.#say(`${target}: ${unavailable === undefined ? counts : `unavailable: ${unavailable}`}`);
  }

  output(target: string, text: string): void {
    if (this.#options.verbose) print(outputText(target, text));
  }

  close(): void {
    for (const line of this.#failures.untold()) print(line);
  }

  #say(text: string): void {
    if (!this.#options.quiet) print(text);
  }
}
