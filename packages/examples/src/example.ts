import type { Learned } from './learn.js';

export interface RunOptions {
  /** Default: as many as the example needs. */
  readonly epochs?: number | undefined;
  /** Called after each training step with how many are done of how many. */
  readonly onStep?: ((done: number, total: number) => void) | undefined;
  /** A folder to write what was trained to, as a SavedModel of TensorFlow. */
  readonly exportTo?: string | undefined;
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

/** A class, and how probable the model holds it for each row of the test part. */
export interface ScoredClass {
  readonly name: string;
  /** From 0 to 1. */
  readonly scores: readonly number[];
  readonly isMember: readonly boolean[];
}

/** The class that a row has, and the one that the model holds for the most probable. */
export interface Answer {
  readonly actual: string;
  readonly predicted: string;
}

/** What charts of an example show beside its learning curves, all of it on the test part. */
export type Charted =
  | {
      readonly kind: 'numbers';
      readonly unit: string;
      readonly actual: readonly number[];
      readonly predicted: readonly number[];
    }
  | {
      readonly kind: 'classes';
      readonly classes: readonly ScoredClass[];
      /** None where a row may have several classes. */
      readonly answers?: readonly Answer[];
    };

export interface RunResult extends Learned {
  readonly verdict: Verdict;
  readonly rows: readonly PredictionRow[];
  readonly charted: readonly Charted[];
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
  /** The metrics of the head that tell most, for the terminal. The page has them all. */
  readonly metricKeys: readonly string[];
  run(options?: RunOptions): Promise<RunResult>;
}
