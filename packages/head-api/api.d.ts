// ---- data.d.ts

import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
/** A sparse tensor: `values[i]` stands at `indices[i]` of a tensor of shape `denseShape`. */
export interface SparseTensor {
    /** int32, `[count, rank]`, in row-major order. */
    readonly indices: Tensor2D;
    /** `[count]`. */
    readonly values: Tensor1D;
    readonly denseShape: readonly number[];
}
/** Feature name to values, the first dimension being the batch. */
export type Features = Readonly<Record<string, Tensor | SparseTensor>>;
/** Labels of one head, or of each head by name. */
export type Labels = Tensor | SparseTensor | Readonly<Record<string, Tensor | SparseTensor>>;
/** Logits of one head, `[D0, .., DN, logitsDimension]`, or of each head by name. */
export type Logits = Tensor | Readonly<Record<string, Tensor>>;
/**
 * String values with a shape, such as class names. A string tensor of tfjs is one; an object that
 * makes the strings only when they are asked for is another, and forces no read from a GPU.
 */
export interface StringValues {
    readonly shape: readonly number[];
    readonly dtype: 'string';
    /** Where each string is one of a list: the list, and the index of each, so that an exported graph can look them up. */
    lookup?(): StringLookup;
    /** The values in row-major order. */
    data(): Promise<ArrayLike<string>>;
    /** The values nested as in `shape`. */
    array(): Promise<unknown>;
    dispose(): void;
}
/** Strings by their index in a list. */
export interface StringLookup {
    /** int32, of the shape of the strings; the caller owns it. */
    readonly ids: Tensor;
    readonly table: readonly string[];
}
/**
 * Prediction key to values. The caller owns every value.
 *
 * The predictions of one head are a type of their own, an alias and no interface, with a key optional that only some heads of
 * its class have:
 *
 * ```ts
 * type RegressionPredictions = { readonly predictions: Tensor; readonly logits?: Tensor };
 * ```
 */
export type Predictions = Readonly<Record<string, Tensor | StringValues>>;
/** What may be asked for of predictions `P`: any string where the keys are not known, else `K`, as far as it is one of them. */
export type PredictionKey<P extends Predictions, K extends string> = WhereKeysAreKnown<P, K & keyof P, string>;
/** The predictions under the keys `K`: all that is known of `P` where its keys are not. */
export type PredictionsAt<P extends Predictions, K extends string> = WhereKeysAreKnown<P, Pick<P, K & keyof P>, P>;
/**
 * `Then`, but `Else` for plain {@link Predictions}, which may have any key. Written with functions, which takes the keys of `P`
 * the other way round: with `string extends keyof P` no head whose keys are known would be a plain `Head`.
 */
type WhereKeysAreKnown<P extends Predictions, Then, Else> = ((key: keyof P) => void) extends (key: string) => void ? Else : Then;
export {};

// ---- error.d.ts

/**
 * Why a head refused something. Codes are stable within a major version; messages are not. Each
 * message names the argument, what was expected and what was got.
 */
export type HeadErrorCode = 'CHECKPOINT_INVALID' | 'CHECKPOINT_MISSING' | 'CHECKPOINT_UNWRITABLE' | 'EVAL_METRICS_INVALID' | 'EXPORT_EXISTS' | 'EXPORT_OUTPUT_INVALID' | 'EXPORT_UNSUPPORTED' | 'FEATURE_COLUMNS_INVALID' | 'FEATURES_INVALID' | 'GRADIENT_UNSUPPORTED' | 'GRADIENTS_INVALID' | 'HEAD_WEIGHTS_INVALID' | 'HEADS_INVALID' | 'INPUT_INVALID' | 'INVALID_ARGUMENT' | 'LABEL_DIMENSION_INVALID' | 'LABEL_VOCABULARY_INVALID' | 'LABELS_DTYPE' | 'LABELS_MISSING' | 'LABELS_RANGE' | 'LABELS_SHAPE' | 'LABELS_SPARSE' | 'LOGITS_DTYPE' | 'LOGITS_MISSING' | 'LOGITS_NOT_A_FUNCTION' | 'LOGITS_SHAPE' | 'LOSS_FN_INVALID' | 'LOSS_FN_SHAPE' | 'LOSS_NAN' | 'LOSS_REDUCTION_INVALID' | 'METRIC_CLASSES_INVALID' | 'METRIC_INPUT_INVALID' | 'METRIC_STATE_INVALID' | 'MODE_INVALID' | 'MODEL_FN_INVALID' | 'MODEL_MODULE_INVALID' | 'N_CLASSES_INVALID' | 'NOT_IMPLEMENTED' | 'NUMERIC_COLUMN_INVALID' | 'OPTIMIZER_INVALID' | 'OPTIMIZER_STATE_INVALID' | 'OUTPUT_UNWRITABLE' | 'PREDICTION_KEY_INVALID' | 'REGULARIZATION_LOSSES_INVALID' | 'SEQUENCE_MASK_INVALID' | 'SEQUENCE_MASK_MISSING' | 'SPEC_DISPOSED' | 'SPEC_INVALID' | 'STATIC_HEAD_INVALID' | 'TENSOR_DISPOSED' | 'TENSOR_FOREIGN' | 'THRESHOLDS_INVALID' | 'TRACE_CHANGED' | 'TRACE_DISPOSED' | 'TRAIN_OP_CONFLICT' | 'TRAIN_OP_MISSING' | 'TRAIN_OP_USED' | 'TRAINABLE_VARIABLES_INVALID' | 'TRAINABLE_VARIABLES_MISSING' | 'UPDATE_OPS_INVALID' | 'WEIGHT_COLUMN_INVALID' | 'WEIGHTS_DTYPE' | 'WEIGHTS_MISSING' | 'WEIGHTS_SHAPE' | 'WEIGHTS_SPARSE' | 'WORKER_LOST';
/** An ordinary `Error` with a code. Recognise it by `code`, never by `instanceof`. */
export interface HeadError extends Error {
    readonly code: HeadErrorCode;
}

// ---- estimator-spec.d.ts

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
    applyGradients(variableGradients: NamedTensorMap | {
        name: string;
        tensor: Tensor | null;
    }[]): void;
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
export {};

// ---- export-output.d.ts

import type { Tensor } from '@tensorflow/tfjs-core';
import type { StringValues } from './data.js';
/** A regression result for serving: float values. */
export interface RegressionOutput {
    readonly kind: 'regression';
    readonly value: Tensor;
}
/** A classification result for serving: float scores, class names, or both. */
export interface ClassificationOutput {
    readonly kind: 'classification';
    readonly scores?: Tensor;
    readonly classes?: StringValues | Tensor;
}
/** Any named results for serving. */
export interface PredictOutput {
    readonly kind: 'predict';
    readonly outputs: Readonly<Record<string, Tensor | StringValues>>;
}
/** What a model offers under one serving key. */
export type ExportOutput = RegressionOutput | ClassificationOutput | PredictOutput;
/** Serving key to output. */
export type ExportOutputs = Readonly<Record<string, ExportOutput>>;

// ---- head.d.ts

import type { Scalar } from '@tensorflow/tfjs-core';
import type { Features, Labels, Logits, PredictionKey, Predictions, PredictionsAt } from './data.js';
import type { EstimatorSpec, EstimatorSpecArgs, RegularizationLosses } from './estimator-spec.js';
import type { Metrics } from './metric.js';
import type { ModeKeys } from './mode-keys.js';
import type { Reduction } from './reduction.js';
/** The options of {@link Head.metrics}. */
export interface MetricsOptions {
    /** With them there is one more metric, `regularization_loss`: the mean over the batches of their sum. */
    readonly regularizationLosses?: RegularizationLosses | undefined;
}
/** The options of {@link Head.updateMetrics}. */
export interface UpdateMetricsOptions extends MetricsOptions {
    readonly mode?: ModeKeys | undefined;
}
/** The options of {@link Head.loss}. */
export interface LossOptions extends UpdateMetricsOptions {
    readonly features?: Features | undefined;
}
/**
 * The top of a model: from logits and labels it computes the loss, the predictions, the metrics,
 * the training step and what to export.
 *
 * A head is recognised by its shape and `apiVersion`, never by `instanceof`. The caller owns every
 * tensor that a method returns; inputs are never disposed; nothing else stays behind. Errors are
 * {@link HeadError}s, thrown before anything is changed. A batch without rows is refused.
 *
 * Its types say what a head takes, labels `L` and logits `X`, and the predictions `P` that it gives. Any head is a plain `Head`.
 *
 * ```ts
 * const head: Head<Tensor, Tensor, { probabilities: Tensor; logits: Tensor }> = ...;
 * head.predictions(logits).probabilities; // a tensor
 * head.predictions(logits, ['logits']).probabilities; // does not compile
 * head.loss({ a: labels }, logits); // does not compile
 * const heads: Head[] = [head, new RegressionHead()];
 * ```
 */
export interface Head<L extends Labels = Labels, X extends Logits = Logits, P extends Predictions = Predictions> {
    readonly apiVersion: 1;
    /** Metric and summary keys end in `/name` when it is neither undefined nor empty. */
    readonly name: string | undefined;
    /** The last dimension of the logits. */
    readonly logitsDimension: number;
    readonly lossReduction: Reduction;
    /** The training loss, float32: reduced element losses plus the regularization losses. */
    loss(labels: L, logits: X, options?: LossOptions): Scalar;
    /** Predictions by key; all of the head's keys, or those asked for, in the head's order. */
    predictions<K extends string = keyof P & string>(logits: X, keys?: readonly PredictionKey<P, K>[]): PredictionsAt<P, K>;
    /** Fresh metrics. */
    metrics(options?: MetricsOptions): Metrics;
    /**
     * Adds a batch to metrics that {@link Head.metrics} made, and returns them. Never blocks: where
     * values live on another device they are read asynchronously, at most once.
     */
    updateMetrics(evalMetrics: Metrics, features: Features | undefined, logits: X, labels: L, options?: UpdateMetricsOptions): Metrics;
    /** What a model function returns for one batch. */
    createEstimatorSpec(args: EstimatorSpecArgs<L, X>): EstimatorSpec<P>;
}

// ---- index.d.ts

export type { Features, Labels, Logits, PredictionKey, Predictions, PredictionsAt, SparseTensor, StringLookup, StringValues, } from './data.js';
export type { HeadError, HeadErrorCode } from './error.js';
export type { EstimatorSpec, EstimatorSpecArgs, EvalSpec, GradientOptimizer, LayerVariable, PredictSpec, RegularizationLosses, SessionRunContext, SessionRunHook, TrainableVariable, TrainOpFn, TrainSpec, } from './estimator-spec.js';
export type { ClassificationOutput, ExportOutput, ExportOutputs, PredictOutput, RegressionOutput, } from './export-output.js';
export type { Head, LossOptions, MetricsOptions, UpdateMetricsOptions } from './head.js';
export type { HexNumber, JsonNumber, Metric, Metrics, MetricState } from './metric.js';
export { ModeKeys } from './mode-keys.js';
export { Reduction } from './reduction.js';

// ---- metric.d.ts

import type { Tensor } from '@tensorflow/tfjs-core';
/** A number as JSON can carry it. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';
/** A number in full, a hexadecimal integer times a power of two: `-0x1f3p-40`, as C's `%a` and Python's `float.hex` write it. */
export type HexNumber = `${'' | '-'}0x${string}p${number}`;
/**
 * What a metric has summed up so far, as plain JSON, so an evaluation can be split over workers, machines or backends. States of
 * the same version, metric and settings merge by adding `rows`, and `sums` element by element.
 */
export interface MetricState {
    /** The version of this format. */
    readonly version: 1;
    /** Which metric it is of. */
    readonly metric: string;
    /** The settings of the metric that its sums depend on, such as `{ threshold: 0.5 }`. */
    readonly settings: Readonly<Record<string, number | string | boolean>>;
    /** How many rows have been added: the first dimensions of the batches. */
    readonly rows: number;
    /** Exact: what is not a double is written in full. */
    readonly sums: readonly (JsonNumber | HexNumber)[];
}
/** A streaming metric: the result over everything seen since it was made or reset. */
export interface Metric {
    /**
     * How often something was added since it was made or reset: batches, those still being read included, and states. A spec is
     * refused with a metric that tells of none, as the original refuses it.
     */
    readonly updates?: number;
    /**
     * Adds a batch. The tensors may be disposed as soon as this returns. Reading them is
     * asynchronous where their values live on another device.
     */
    update(...tensors: readonly (Tensor | undefined)[]): void;
    /**
     * The value over all updates so far, a number also before the first: 0. Rejects with the error of
     * an update that failed.
     */
    result(): Promise<number>;
    /** Forgets all updates, also those still being read. */
    reset(): void;
    /** What has been summed up so far. */
    state(): Promise<MetricState>;
    /** Adds what another metric of the same kind has summed up. */
    merge(state: MetricState): void;
    /** Releases what the metric holds. */
    dispose(): void;
}
/** Metric key to metric, in the order of the head. */
export type Metrics = Readonly<Record<string, Metric>>;

// ---- mode-keys.d.ts

/** The values of {@link ModeKeys}. Note that `PREDICT` is the string `infer`, as in the original. */
export declare const ModeKeys: {
    readonly TRAIN: 'train';
    readonly EVAL: 'eval';
    readonly PREDICT: 'infer';
};
/** What a model is being run for. */
export type ModeKeys = (typeof ModeKeys)[keyof typeof ModeKeys];

// ---- reduction.d.ts

/**
 * How the element losses of a batch become one scalar.
 *
 * - `SUM`: the sum of loss times weight.
 * - `SUM_OVER_BATCH_SIZE`: that sum divided by the number of elements of the losses after
 *   broadcasting, never by the sum of the weights; an element of weight zero still counts.
 * - `AUTO`: the same as `SUM_OVER_BATCH_SIZE`.
 * - `NONE`: no reduction. No head accepts it.
 */
export declare const Reduction: {
    readonly AUTO: 'auto';
    readonly NONE: 'none';
    readonly SUM: 'sum';
    readonly SUM_OVER_BATCH_SIZE: 'sum_over_batch_size';
};
/** The name of a loss reduction: lower case, compared as it is. */
export type Reduction = (typeof Reduction)[keyof typeof Reduction];
