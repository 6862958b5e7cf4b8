import type { Learned } from './learn.js';

export interface RunOptions {
  /** Default: as many as the example needs. */
  readonly epochs?: number | undefined;
  /** Called after each training step with how many are done of how many. */
  readonly onStep?: ((done: number, total: number) => void) | undefined;
}

/** A row of the test part, in the units of the data. */
export interface PredictionRow {
  readonly subject: string;
  readonly actual: string;
  readonly predicted: string;
}

/** How good the predictions are, in words of the task rather than of the loss. */
export interface Verdict {
  readonly measure: string;
  readonly model: string;
  readonly baseline: string;
}

export interface RunResult extends Learned {
  readonly verdict: Verdict;
  readonly rows: readonly PredictionRow[];
}

/** A real task on real data. `run` uses whatever backend tfjs is set to. */
export interface Example {
  readonly name: string;
  /** The class of the head that it shows. */
  readonly head: string;
  /** One sentence: what is predicted from what. */
  readonly task: string;
  /** What the baseline answers for every row. */
  readonly baseline: string;
  /** The loss and its unit, for an axis. */
  readonly lossLabel: string;
  readonly lossScale: 'linear' | 'log';
  run(options?: RunOptions): Promise<RunResult>;
}
