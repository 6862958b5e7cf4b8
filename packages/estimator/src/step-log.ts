import type { RunConfig } from './run-config.js';

/**
 * So many steps in a row run eagerly only where a step cannot be recorded. The first ones, and those of a new shape, do while they are recorded: an optimizer makes its slots,
 * say, and a recording is trusted once the next step was like it.
 */
const EAGER_FOR_GOOD = 8;

/** Tells of loss and speed now and then. */
export class StepLog {
  readonly #every: number | null;
  readonly #log: (line: string) => void;
  #step = 0;
  #time = 0;
  #eager = 0;
  #reason: string | undefined;

  constructor({ logStepCountSteps }: RunConfig, log: (line: string) => void) {
    this.#every = logStepCountSteps;
    this.#log = log;
  }

  start(step: number): void {
    this.#step = step;
    this.#time = performance.now();
  }

  /** @param reason Why the step ran eagerly; undefined where it ran as recorded. */
  async after(step: number, loss: Promise<number>, reason: string | undefined): Promise<void> {
    this.#eager = reason === undefined ? 0 : this.#eager + 1;
    if (this.#every === null || step % this.#every !== 0) return;
    const value = await loss;
    const perSecond = ((step - this.#step) / (performance.now() - this.#time)) * 1000;
    this.#log(`loss = ${value}, step = ${step} (${perSecond.toPrecision(4)} steps/s)`);
    if (reason !== undefined && this.#eager >= EAGER_FOR_GOOD && reason !== this.#reason) {
      this.#log(reason);
      this.#reason = reason;
    }
    this.start(step);
  }
}
