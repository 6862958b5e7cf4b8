import { dispose } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import type { Summarized } from './summarize.js';
import type { SummaryWriter } from './summary-writer.js';

/** Writes what a model tells of a step now and then, and the steps a second, as the original does. */
export class StepSummaries {
  readonly #writer: SummaryWriter | undefined;
  readonly #every: number;
  #isFirst = true;
  #step = 0;
  #time = 0;

  /** @param writer Undefined where there is no place for them. */
  constructor(writer: SummaryWriter | undefined, every: number) {
    this.#writer = writer;
    this.#every = every;
  }

  /** Takes the step after which a run begins; its first step is written. */
  start(step: number): void {
    this.#isFirst = true;
    this.#countFrom(step);
  }

  #countFrom(step: number): void {
    this.#step = step;
    this.#time = performance.now();
  }

  /** Whether the summaries of a step are written. */
  isDue(step: number): boolean {
    return this.#writer !== undefined && (this.#isFirst || step - this.#step >= this.#every);
  }

  /** After a step; disposes of the summaries, which are read only if they are written, with what the model told of the step. */
  async after(
    step: number,
    loss: Promise<number>,
    summaries: Readonly<Record<string, Scalar>>,
    model: Summarized | undefined,
  ): Promise<void> {
    const isDue = this.isDue(step);
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (this.#writer === undefined || !isDue) {
      dispose(Object.values(summaries));
      return;
    }
    const read = Object.entries(summaries).map(
      async ([tag, value]) => [tag, (await value.data())[0] as number] as const,
    );
    const values = await Promise.all(read).finally(() => dispose(Object.values(summaries)));
    // One is always called just `loss`.
    const scalars: Record<string, number> = { ...model?.scalars, ...Object.fromEntries(values), loss: await loss };
    if (!isFirst) scalars['global_step/sec'] = ((step - this.#step) / (performance.now() - this.#time)) * 1000;
    this.#countFrom(step);
    await this.#writer.write({ globalStep: step, scalars, histograms: model?.histograms ?? {} });
  }
}
