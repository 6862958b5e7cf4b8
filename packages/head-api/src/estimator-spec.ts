import type { NamedTensorMap, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Features, Labels, Logits, Predictions } from './data.js';
import type { ExportOutputs } from './export-output.js';
import type { Metrics } from './metric.js';
import type { ModeKeys } from './mode-keys.js';

/** Scalars to add to the reduced loss, or a function that makes them under the gradient tape. */
export type RegularizationLosses = readonly Scalar[] | (() => readonly Scalar[]);

/** What a training step needs of an optimizer; every optimizer of tfjs-core has it. */
export interface GradientOptimizer {
  /**
   * Updates variables by their names. A list is given, which has the same variables in the same order each time;
   * one that the loss does not depend on has no tensor, and must be left alone.
   */
  applyGradients(variableGradients: NamedTensorMap | { name: string; tensor: Tensor | null }[]): void;
}

/**
 * Trains in the optimizer's place. `loss` is the scalar of the spec; `recompute` computes it again,
 * for whoever takes gradients of their own. What it returns is what `trainOp()` returns.
 */
export type TrainOpFn = (loss: Scalar, recompute: () => Scalar) => unknown;

/**
 * A variable of tfjs-core, or one of a layer, as `model.trainableWeights` of tfjs-layers has them: known by its
 * shape, since nothing here depends on tfjs-layers. It stands for the variable of tfjs-core that `read()` returns.
 */
export type TrainableVariable = Variable | LayerVariable;

/** What is asked of a variable of a layer. */
export interface LayerVariable {
  readonly name: string;
  readonly trainable: boolean;
  read(): Tensor;
}

/** The arguments of {@link Head.createEstimatorSpec}. */
export interface EstimatorSpecArgs<L extends Labels = Labels, X extends Logits = Logits> {
  /** Looked at for weights and by custom losses. Default: none. */
  readonly features?: Features | undefined;
  readonly mode: ModeKeys;
  /** The logits, or the function that runs the network. With an `optimizer` it must be a function. */
  readonly logits: X | (() => X);
  /** Needed unless `mode` is `PREDICT`. */
  readonly labels?: L | undefined;
  /** In `TRAIN` exactly one of `optimizer` and `trainOpFn` is given. */
  readonly optimizer?: GradientOptimizer | undefined;
  /** Needed with `optimizer`; `model.trainableWeights` of tfjs-layers will do. Gradients are applied in this order. */
  readonly trainableVariables?: readonly TrainableVariable[] | undefined;
  readonly trainOpFn?: TrainOpFn | undefined;
  /** Run by `trainOp()` after the variables have been updated. */
  readonly updateOps?: readonly (() => void)[] | undefined;
  readonly regularizationLosses?: RegularizationLosses | undefined;
  /**
   * How many replicas sum their gradients. With an optimizer and the reduction
   * `sum_over_batch_size` the loss that is differentiated is divided by it; `loss` is not.
   * Default: 1.
   */
  readonly numReplicasInSync?: number | undefined;
}

/** What a hook is told of a run. */
export interface SessionRunContext {
  /** How many training steps have been taken; in an evaluation or prediction how many the variables have seen. */
  readonly globalStep: number;
  /** The loss of the step that was just run: after a step of training or evaluation. It is read only where somebody asks. */
  readonly loss?: (() => Promise<number>) | undefined;
  /** Ends the run after this step. */
  requestStop(): void;
}

/** Called around the steps of a run by whoever drives it. */
export interface SessionRunHook {
  /** Before the first step, when there are variables. */
  begin?(context: SessionRunContext): void | Promise<void>;
  beforeRun?(context: SessionRunContext): void | Promise<void>;
  afterRun?(context: SessionRunContext): void | Promise<void>;
  /** After the last step of a run that did not fail. */
  end?(context: SessionRunContext): void | Promise<void>;
}

interface SpecBase<P extends Predictions> {
  /** Empty in `TRAIN` and `EVAL` when the model gave none. */
  readonly predictions: P;
  readonly trainingChiefHooks: readonly SessionRunHook[];
  readonly trainingHooks: readonly SessionRunHook[];
  readonly evaluationHooks: readonly SessionRunHook[];
  readonly predictionHooks: readonly SessionRunHook[];
  /**
   * Releases every tensor and metric that the spec holds. Until then they stay, also when the `tf.tidy` or the scope ends
   * in which the spec was made. To call it again does nothing.
   */
  dispose(): void;
}

/** How to train one step. */
export interface TrainSpec<P extends Predictions = Predictions> extends SpecBase<P> {
  readonly mode: typeof ModeKeys.TRAIN;
  readonly loss: Scalar;
  /**
   * Does the training step, once, and returns `loss`, or what `trainOpFn` returned. `loss`
   * belongs to the spec. Throws TRAIN_OP_USED when called again, SPEC_DISPOSED after `dispose()`.
   */
  trainOp(): unknown;
  /** Tag to scalar: `loss`, and `regularization_loss` where there are such losses; both end in `/name` for a head with a name. */
  readonly summaries: Readonly<Record<string, Scalar>>;
  /** Empty: training keeps no metrics. */
  readonly evalMetricOps: Metrics;
}

/** The evaluation of one batch. */
export interface EvalSpec<P extends Predictions = Predictions> extends SpecBase<P> {
  readonly mode: typeof ModeKeys.EVAL;
  readonly loss: Scalar;
  /** Metrics that have seen this batch. */
  readonly evalMetricOps: Metrics;
}

/** Predictions and what to export. */
export interface PredictSpec<P extends Predictions = Predictions> extends SpecBase<P> {
  readonly mode: typeof ModeKeys.PREDICT;
  readonly exportOutputs: ExportOutputs;
}

/** What a model does with one batch, by mode. */
export type EstimatorSpec<P extends Predictions = Predictions> = TrainSpec<P> | EvalSpec<P> | PredictSpec<P>;
