import type { EstimatorSpec, Features, Labels, ModeKeys } from '@tfjs-heads/head-api';
import type { RunConfig } from './run-config.js';
import type { VariableStore } from './variable-store.js';

/** What a {@link ModelFn} is given for a batch. */
export interface ModelFnArgs<P = unknown> {
  /** As the input function gave them. They are the estimator's. */
  readonly features: Features;
  /** Undefined for predictions. */
  readonly labels: Labels | undefined;
  readonly mode: ModeKeys;
  /** Whatever the estimator was made with. */
  readonly params: P;
  readonly config: RunConfig;
  /** Keeps variables, models and optimizers from batch to batch. */
  readonly store: VariableStore;
}

/**
 * What a model does with a batch, such as what `head.createEstimatorSpec` returns. Called for each batch, and in training only until the
 * step has been recorded: what it keeps must be in the store.
 */
export type ModelFn<P = unknown> = (args: ModelFnArgs<P>) => EstimatorSpec;
