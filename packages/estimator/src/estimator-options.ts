import type { SessionRunHook } from '@tfjs-heads/head-api';
import type { Prepare } from './model.js';
import type { ModelFn } from './model-fn.js';
import type { RunConfig } from './run-config.js';
import type { CheckpointSaverListener } from './train.js';
import type { WarmStartSettings } from './warm-start.js';

/** What an `Estimator` is made of. */
export interface EstimatorOptions<P = unknown> {
  readonly modelFn: ModelFn<P>;
  /** Where checkpoints are: a folder under Node, the name of a database in a browser. Default: that of the config, else memory. */
  readonly modelDir?: string | undefined;
  /** Default: `new RunConfig()`. */
  readonly config?: RunConfig | undefined;
  /** Given to `modelFn` and to input functions as they are. */
  readonly params?: P | undefined;
  /** Where variables begin that no checkpoint of this estimator has: a checkpoint, a model directory, or settings. */
  readonly warmStartFrom?: string | WarmStartSettings | undefined;
  /**
   * Makes of the features of a batch what `modelFn` is given, before a step that is traced: what reads values, such as a look-up of
   * strings. Tensors that it makes are the estimator's. Default: nothing.
   */
  readonly prepare?: Prepare | undefined;
}

/** What `Estimator.train` takes besides the input. At most one of `steps` and `maxSteps`; without either it trains to the end of the input. */
export interface TrainOptions {
  /** How many more steps to take. */
  readonly steps?: number | undefined;
  /** The number of the last step, counted over all calls. */
  readonly maxSteps?: number | undefined;
  readonly hooks?: readonly SessionRunHook[] | undefined;
  readonly savingListeners?: readonly CheckpointSaverListener[] | undefined;
}

/** What `Estimator.evaluate` takes besides the input. */
export interface EvaluateOptions {
  /** How many batches at most. Default: all. */
  readonly steps?: number | undefined;
  readonly hooks?: readonly SessionRunHook[] | undefined;
  /** Default: the latest checkpoint. */
  readonly checkpointPath?: string | undefined;
  /** Tells evaluations on several data sets apart. */
  readonly name?: string | undefined;
}

/** What `Estimator.predict` takes besides the input. */
export interface PredictOptions {
  /** Default: all predictions of the model. */
  readonly predictKeys?: readonly string[] | undefined;
  readonly hooks?: readonly SessionRunHook[] | undefined;
  /** Default: the latest checkpoint. */
  readonly checkpointPath?: string | undefined;
  /** Whether to give example by example, or batch by batch. Default: true. */
  readonly yieldSingleExamples?: boolean | undefined;
}
