import { MultiBar, type SingleBar } from 'cli-progress';
import type { BackendRun } from '../../report/format.js';
import { tallyOf } from '@tfjs-heads/conformance-kit/host';
import type { HomeMessage } from '../../engine.js';
import { Failures, outputText } from './failure.js';
import type { Progress, ProgressOptions } from './progress.js';

/** For a terminal: a bar for each target, failures above them. */
export class Bars implements Progress {
  readonly #multi = new MultiBar({
    stream: process.stdout,
    format: '{name} {bar} {value}/{total} {state}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    forceRedraw: true,
  });
  readonly #bars: ReadonlyMap<string, SingleBar>;
  readonly #options: ProgressOptions;
  readonly #failures = new Failures();

  constructor(targets: readonly string[], total: number, options: ProgressOptions) {
    const width = Math.max(...targets.map(({ length }) => length));
    this.#bars = new Map(
      targets.map((name) => [name, this.#multi.create(total, 0, { name: name.padEnd(width), state: 'waits' })]),
    );
    this.#options = options;
  }

  message(target: string, message: HomeMessage): void {
    const bar = this.#bars.get(target);
    if (message.type === 'started') bar?.update({ state: 'runs' });
    if (message.type === 'result') bar?.increment();
    const failure = this.#failures.textOf(target, message);
    if (failure !== undefined) this.#multi.log(`${failure}\n`);
  }

  ended(run: BackendRun): void {
    const { pass, fail, xpass } = tallyOf([run]);
    this.#bars
      .get(run.target)
      ?.update({ state: run.unavailable === undefined ? `${pass} passed, ${fail + xpass} failed` : 'unavailable' });
  }

  output(target: string, text: string): void {
    if (this.#options.verbose) this.#multi.log(`${outputText(target, text)}\n`);
  }

  close(): void {
    for (const line of this.#failures.untold()) this.#multi.log(`${line}\n`);
    this.#multi.update(); // or failures of the last moment would not be written
    this.#multi.stop();
  }
}
