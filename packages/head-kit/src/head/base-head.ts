import { clone, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpec,
  type EstimatorSpecArgs,
  type EvalSpec,
  type ExportOutputs,
  type Features,
  type Head,
  type Labels,
  type Logits,
  type LossOptions,
  type Metrics,
  type MetricsOptions,
  type ModeKeys,
  type PredictionKey,
  type Predictions,
  type PredictionsAt,
  type PredictSpec,
  Reduction,
  type StringValues,
  type TrainSpec,
  type UpdateMetricsOptions,
} from '@tfjs-heads/head-api';
import { bare, describe, quote } from '../checks/describe.js';
import { ask, isList, isPromise } from '../checks/kinds.js';
import { checkDenseLabels } from '../checks/labels.js';
import {
  areInMemory,
  inLabelRange,
  type LabelRange,
  labelRangeError,
  labelRangeErrorOnDevice,
  labelsInRange,
  rememberInRange,
} from '../checks/label-range.js';
import { checkLogits } from '../checks/logits.js';
import { checkOptions, checkWideOptions, readOptions } from '../checks/options.js';
import { checkReduction } from '../checks/reduction.js';
import { deviceCheck, rejectReads } from '../device-check.js';
import { headError } from '../error.js';
import { predictOutput } from '../export-output.js';
import { MetricKeys, ServingKeys, withHeadName } from '../keys.js';
import { composedLosses } from '../losses/composed-form.js';
import { toFloat32 } from '../losses/device-ops.js';
import { isWalkable } from '../losses/host-form.js';
import { divisorOf, type ElementLoss, labelsPerRow, type Loss, lossesPerRow, type LossTensors, type RowLoss } from '../losses/loss.js';
import { callLossFn, type CustomLoss, isCustom, type LossFn, lossOrCustom } from '../losses/loss-fn.js';
import { precomputed } from '../losses/regression.js';
import { rowLosses } from '../losses/row-losses.js';
import { weightedLoss } from '../losses/weighted-loss.js';
import { Mean } from '../metrics/mean.js';
import type { StreamingMetric } from '../metrics/streaming-metric.js';
import { type HostTensor, readTensors } from '../read-tensors.js';
import { areGiven, regularizationScalars, sumOfScalars } from '../regularization.js';
import { scoped } from '../scoped.js';
import { type WeightColumn, weightsOf } from '../weights.js';
import { estimatorSpec } from './estimator-spec.js';
import { type EvalBatch, hostLosses, metricAt, type MetricDefinition } from './metric-definition.js';

/** What every head is made with. */
export interface BaseHeadOptions {
  readonly logitsDimension: number;
  /** Metric and summary keys end in `/name`. Default: no name. */
  readonly name?: string | undefined;
  /** Default: `sum_over_batch_size`. */
  readonly lossReduction?: Reduction | undefined;
  /** The feature that holds the weights of the examples. Default: none. */
  readonly weightColumn?: WeightColumn | undefined;
}

/** The names of {@link BaseHeadOptions}, for a subclass to check its own with. */
export const BASE_HEAD_OPTIONS: readonly (keyof BaseHeadOptions)[] = ['logitsDimension', 'name', 'lossReduction', 'weightColumn'];

/** What the methods take besides their tensors and use. The same options may be handed to all of them. */
const METHOD_OPTIONS: readonly (keyof LossOptions)[] = ['features', 'regularizationLosses'];

/** A batch that has passed the checks. */
interface Batch {
  readonly labels: Tensor;
  readonly logits: Tensor;
  readonly weights: Tensor | undefined;
  /** Whether the labels are in range, where only the device knows. */
  readonly valid: Tensor | undefined;
  /** The range that the labels have not been held to yet. */
  readonly toCheck?: LabelRange;
}

/** How to make each prediction, by key. */
export type Predictors<P extends Predictions = Predictions> = { readonly [Key in keyof P]: () => NonNullable<P[Key]> };

/**
 * What heads have in common: checks, reduction, gradients, metrics and specs. A subclass writes its
 * element loss, its predictions and its metrics, and says its labels and predictions in its types.
 *
 * ```ts
 * class ShiftHead extends BaseHead<Tensor, { readonly shifted: Tensor }> { ... }
 * new ShiftHead({ logitsDimension: 1 }).predictions(logits).shifted; // a tensor
 * ```
 */
export abstract class BaseHead<L extends Labels = Tensor, P extends Predictions = Predictions> implements Head<L, Tensor, P> {
  readonly apiVersion = 1;
  readonly name: string | undefined;
  readonly logitsDimension: number;
  readonly lossReduction: Reduction;
  readonly #weightColumn: WeightColumn | undefined;
  #checkedLoss: { readonly of: unknown; readonly loss: Loss | CustomLoss } | undefined;

  /** The loss in closed form, of each logit or of each row, or a function that computes it. */
  protected abstract readonly elementLoss: Loss | LossFn | CustomLoss;
  /** Which values labels may have. Default: any. */
  protected readonly labelRange: LabelRange | undefined = undefined;

  /**
   * Options that are not its own are left to the subclass, which can have them checked by {@link checkOptions}.
   *
   * @throws LOSS_REDUCTION_INVALID, INVALID_ARGUMENT
   */
  constructor(options: BaseHeadOptions) {
    const { logitsDimension, name, lossReduction = Reduction.SUM_OVER_BATCH_SIZE, weightColumn } = readOptions('a head', options, BASE_HEAD_OPTIONS);
    if (typeof logitsDimension !== 'number' || !Number.isInteger(logitsDimension) || logitsDimension < 1) {
      throw headError('INVALID_ARGUMENT', `logitsDimension must be a whole number from 1 on, got ${describe(logitsDimension)}.`);
    }
    if (name !== undefined && name !== null && typeof name !== 'string') {
      throw headError('INVALID_ARGUMENT', `name must be a string, got ${describe(name)}.`);
    }
    this.lossReduction = checkReduction(lossReduction);
    this.logitsDimension = logitsDimension;
    this.name = name ?? undefined;
    this.#weightColumn = weightColumn;
  }

  /** How to make each prediction from float32 logits, by key, in the head's order. */
  protected abstract predictors(logits: Tensor): Predictors<P>;

  /**
   * The head's metrics, in order.
   *
   * @param regularization The metric of the regularization losses, if there are any: put it where it belongs.
   */
  protected abstract metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[];

  /** What to export. Default: all predictions. */
  protected exportsOf(predictions: P): ExportOutputs {
    const all = predictOutput({ outputs: predictions });
    return { [ServingKeys.DEFAULT]: all, [ServingKeys.PREDICT]: all };
  }

  /** Checks labels against logits and gives them numeric, with as many elements as the loss takes. */
  protected checkLabels(labels: L, logits: Tensor): Tensor {
    return checkDenseLabels(labels, logits, labelsPerRow(this.#loss, this.logitsDimension));
  }

  /** More tensors that the metrics need to be read, by names of the head's own. */
  protected metricTensors(_logits: Tensor): Readonly<Record<string, Tensor>> {
    return {};
  }

  /**
   * The training loss: the reduced element losses plus the regularization losses.
   *
   * @returns float32, owned by the caller. Where only a GPU knows that a label is out of range, the
   *   loss is NaN, its gradient 0, and `data()` and `array()` of it reject with LABELS_RANGE.
   * @throws LABELS_*, LOGITS_*, WEIGHTS_*, WEIGHT_COLUMN_INVALID, FEATURES_INVALID, LOSS_FN_SHAPE,
   *   REGULARIZATION_LOSSES_INVALID, TENSOR_DISPOSED
   */
  loss(labels: L, logits: Tensor, options?: LossOptions): Scalar {
    const { features, regularizationLosses } = checkWideOptions('loss', options, METHOD_OPTIONS);
    return tidy(() => {
      const batch = this.#checkBatch(labels, logits, features, true);
      const regularization = regularizationScalars(regularizationLosses) ?? [];
      const reduced = this.#reducedLoss(batch, features);
      const loss = regularization.length === 0 ? reduced : sumOfScalars([reduced, ...regularization]);
      return this.#rejectReads(loss, batch);
    });
  }

  /**
   * The loss of each row, `[D0]`, the mean of which is {@link loss}: for whoever weighs the rows and takes the mean of
   * that, as tfjs-layers does with `classWeight`.
   *
   * ```ts
   * model.compile({ optimizer: 'sgd', loss: (labels, logits) => head.rowLosses(labels, logits) });
   * await model.fit(x, y, { classWeight: { 0: 1, 1: 10 } });
   * ```
   *
   * @returns float32, owned by the caller; differentiable once. Regularization losses are no part of it.
   * @throws What {@link loss} throws
   */
  rowLosses(labels: L, logits: Tensor, options?: Pick<LossOptions, 'features'>): Tensor1D {
    const { features } = checkOptions('rowLosses', options, ['features']);
    return tidy(() => {
      const batch = this.#checkBatch(labels, logits, features);
      const { loss, tensors } = this.#lossOf(batch, features);
      return this.#rejectReads(rowLosses(tensors, { loss, divisor: divisorOf(this.lossReduction, loss, tensors.logits) }), batch);
    });
  }

  /**
   * Predictions by key, in the head's order.
   *
   * @param keys Which. Default: all.
   * @returns Tensors owned by the caller.
   * @throws LOGITS_*, PREDICTION_KEY_INVALID, TENSOR_DISPOSED
   */
  predictions<K extends string = keyof P & string>(logits: Tensor, keys?: readonly PredictionKey<P, K>[]): PredictionsAt<P, K> {
    return scoped(() => {
      this.#checkImplemented();
      const checked = checkLogits(logits, this.logitsDimension);
      const predictors: Predictors = this.predictors(checked);
      const asked = keysAsked(keys, Object.keys(predictors));
      return Object.fromEntries(asked.map((key) => [key, ownedBy(predictors[key]?.() as Tensor | StringValues, checked)])) as PredictionsAt<P, K>;
    });
  }

  /** Fresh metrics, in the head's order. */
  metrics(options?: MetricsOptions): Metrics {
    const definitions = this.#definitions(areGiven(checkWideOptions<LossOptions>('metrics', options, METHOD_OPTIONS).regularizationLosses));
    return Object.fromEntries(definitions.map(({ key, create }) => [this.#named(key), create()]));
  }

  /**
   * Adds a batch to the metrics.
   *
   * @throws EVAL_METRICS_INVALID and what {@link loss} throws. Where label values are on a GPU,
   *   LABELS_RANGE comes from the metrics' `result()` instead.
   */
  updateMetrics(
    evalMetrics: Metrics,
    features: Features | undefined,
    logits: Tensor,
    labels: L,
    options?: UpdateMetricsOptions,
  ): Metrics {
    const { regularizationLosses } = checkWideOptions<LossOptions>('updateMetrics', options, METHOD_OPTIONS);
    const definitions = this.#definitions(areGiven(regularizationLosses));
    const metrics = definitions.map(({ key }) => metricAt(evalMetrics, this.#named(key)));
    // All of it under the tidy: values that are read at once are views of tensors that it releases.
    tidy(() => {
      const checked = this.#checkBatch(labels, logits, features);
      const read = this.#readBatch(checked, features, regularizationScalars(regularizationLosses));
      // What each metric adds is made for all of them before any adds it: a batch counts whole or not at all.
      const sumsOf = (batch: EvalBatch): readonly ArrayLike<number>[] =>
        definitions.map(({ inputs }, index) => (metrics[index] as StreamingMetric).sumsOf(...inputs(batch)));
      const sums = isPromise(read) ? read.then(sumsOf) : sumsOf(read);
      metrics.forEach((metric, index) => metric.receive(sums, (all) => all[index] ?? []));
    });
    return evalMetrics;
  }

  /**
   * What a model function returns for one batch. In TRAIN the network runs once, and so does its
   * backward pass; `trainOp()` applies the gradients. The spec owns all tensors in it.
   *
   * @throws MODE_INVALID, what {@link loss} throws, and in TRAIN the errors of the training arguments:
   *   UPDATE_OPS_INVALID, TRAIN_OP_CONFLICT, OPTIMIZER_INVALID, TRAINABLE_VARIABLES_MISSING,
   *   TRAINABLE_VARIABLES_INVALID, LOGITS_NOT_A_FUNCTION, TRAIN_OP_MISSING
   */
  createEstimatorSpec(args: EstimatorSpecArgs<L, Tensor> & { readonly mode: typeof ModeKeys.TRAIN }): TrainSpec<P>;
  createEstimatorSpec(args: EstimatorSpecArgs<L, Tensor> & { readonly mode: typeof ModeKeys.EVAL }): EvalSpec<P>;
  createEstimatorSpec(args: EstimatorSpecArgs<L, Tensor> & { readonly mode: typeof ModeKeys.PREDICT }): PredictSpec<P>;
  createEstimatorSpec(args: EstimatorSpecArgs<L, Tensor>): EstimatorSpec<P>;
  createEstimatorSpec(args: EstimatorSpecArgs<L, Tensor>): EstimatorSpec<P> {
    return estimatorSpec(this, args, { exportsOf: (predictions) => this.exportsOf(predictions) });
  }

  /** The loss, checked when it is another one than it was. */
  get #loss(): Loss | CustomLoss {
    const { elementLoss } = this;
    if (this.#checkedLoss?.of !== elementLoss) this.#checkedLoss = { of: elementLoss, loss: lossOrCustom(elementLoss, this.logitsDimension) };
    return this.#checkedLoss.loss;
  }

  #named(key: string): string {
    return withHeadName(key, this.name);
  }

  /** @param forLoss Whether the kernel of the loss will look at the labels, if it can: a kernel less to run. */
  #checkBatch(givenLabels: L, givenLogits: Logits, features: Features | undefined, forLoss = false): Batch {
    this.#checkImplemented();
    const logits = checkLogits(givenLogits, this.logitsDimension);
    const labels = this.checkLabels(givenLabels, logits);
    const perLogit = lossesPerRow(this.#loss, this.logitsDimension) === this.logitsDimension;
    const weights = weightsOf(this.#weightColumn, features, logits, perLogit);
    const range = this.labelRange;
    const batch = { labels, logits, weights, valid: undefined };
    if (range === undefined) return batch;
    if (forLoss && areInMemory() && !isCustom(this.#loss)) return { ...batch, toCheck: range };
    const inRange = inLabelRange(labels, range);
    return inRange === undefined ? { ...batch, valid: labelsInRange(labels, range) } : { ...batch, labels: inRange };
  }

  /** A subclass in JavaScript may have forgotten something that TypeScript would have demanded. */
  #checkImplemented(): void {
    for (const member of ['elementLoss', 'predictors', 'metricDefinitions'] as const) {
      if (this[member] === undefined) {
        throw headError('NOT_IMPLEMENTED', `A subclass of BaseHead must implement ${member}, but ${quote(this.constructor.name)} does not.`);
      }
    }
  }

  #reducedLoss(batch: Batch, features: Features | undefined): Scalar {
    const { loss, tensors } = this.#lossOf(batch, features);
    return weightedLoss(tensors, { loss, divisor: divisorOf(this.lossReduction, loss, tensors.logits), labelRange: batch.toCheck });
  }

  /** What the loss is computed by and from: a custom loss is given in the logits' place. */
  #lossOf({ labels, logits, weights, valid }: Batch, features: Features | undefined): { loss: Loss; tensors: LossTensors } {
    const loss = this.#loss;
    const others = { ...(weights && { weights }), ...(valid && { valid }) };
    if (!isCustom(loss)) return { loss, tensors: { logits, labels, ...others } };
    return { loss: precomputed, tensors: { logits: this.#customLosses(loss, labels, logits, features), ...others } };
  }

  #customLosses(loss: CustomLoss, labels: Tensor, logits: Tensor, features: Features | undefined): Tensor {
    const shape = [...logits.shape.slice(0, -1), labels.size / (logits.size / this.logitsDimension)];
    const args = { labels: toFloat32(labels, shape), logits, features: features ?? {} };
    return callLossFn(loss.lossFn, args, lossesPerRow(loss, this.logitsDimension));
  }

  /** The losses by themselves, where only the device can compute them. */
  #lossesOnDevice({ labels, logits }: Batch, features: Features | undefined): Tensor | undefined {
    const loss = this.#loss;
    if (isCustom(loss)) return this.#customLosses(loss, labels, logits, features);
    return isWalkable(loss) ? undefined : composedLosses({ logits, labels }, loss);
  }

  /** Where only the device knows whether the labels are in range. */
  #rejectReads<T extends Tensor>(loss: T, { valid, labels: { shape, dataId } }: Batch): T {
    const range = this.labelRange;
    if (valid === undefined || range === undefined) return loss;
    const check = deviceCheck({ valid, error: () => labelRangeErrorOnDevice(shape, range), onValid: () => rememberInRange(dataId, range) });
    return rejectReads(loss, [check]);
  }

  #definitions(regularized: boolean): readonly MetricDefinition[] {
    this.#checkImplemented();
    return this.metricDefinitions(regularized ? [regularizationMetric] : []);
  }

  /** Reads what the metrics need of a batch, with one read. */
  #readBatch(batch: Batch, features: Features | undefined, regularization: readonly Scalar[] | undefined): EvalBatch | PromiseLike<EvalBatch> {
    const { labels, logits, weights, valid } = batch;
    const lossesOnDevice = this.#lossesOnDevice(batch, features);
    const extra = this.metricTensors(logits);
    const read = readTensors({
      ...extra,
      [LABELS]: labels,
      [LOGITS]: logits,
      ...(weights && { [WEIGHTS]: weights }),
      ...(lossesOnDevice && { [LOSSES]: lossesOnDevice }),
      ...(regularization && { [REGULARIZATION]: sumOfScalars(regularization) }),
    });
    const toBatch = (values: Readonly<Record<string, HostTensor>>): EvalBatch => {
      const { [LABELS]: hostLabels, [LOGITS]: hostLogits, [WEIGHTS]: hostWeights, [LOSSES]: losses, [REGULARIZATION]: sum, ...others } = values;
      const given = { logits: hostLogits as HostTensor, labels: hostLabels as HostTensor };
      if (valid !== undefined && this.labelRange !== undefined) {
        const error = labelRangeError(given.labels.values, given.labels.shape, this.labelRange);
        if (error !== undefined) throw error;
      }
      return {
        ...given,
        losses: losses ?? hostLosses(this.elementLoss as ElementLoss | RowLoss, given.logits, given.labels),
        ...(hostWeights && { weights: hostWeights }),
        ...(sum && { regularization: sum }),
        extra: others,
      };
    };
    return isPromise(read) ? read.then(toBatch) : toBatch(read);
  }
}

// Names of what is read; a head's own tensors cannot have them.
const LABELS = '#labels';
const LOGITS = '#logits';
const WEIGHTS = '#weights';
const LOSSES = '#losses';
const REGULARIZATION = '#regularization';

const regularizationMetric: MetricDefinition = {
  key: MetricKeys.LOSS_REGULARIZATION,
  create: () => new Mean(),
  inputs: ({ regularization }) => [regularization],
};

/** Which predictions were asked for, in the head's order; all of them if none was named. */
function keysAsked(keys: unknown, known: readonly string[]): readonly string[] {
  if (keys === undefined || keys === null) return known;
  const expected = `Prediction key must be in PredictionKeys, one of ${known.join(', ')}`;
  if (!isList(keys)) throw headError('PREDICTION_KEY_INVALID', `${expected}, in a list, got ${describe(keys)}.`);
  for (let index = 0; index < keys.length; index++) {
    const key = ask(() => keys[index], undefined);
    if (typeof key !== 'string' || !known.includes(key)) {
      throw headError('PREDICTION_KEY_INVALID', `${expected}, given: ${bare(key)}.`);
    }
  }
  return keys.length === 0 ? known : known.filter((key) => keys.includes(key));
}

/** A prediction that the caller may dispose without disposing the logits. */
function ownedBy(prediction: Tensor | StringValues, logits: Tensor): Tensor | StringValues {
  return prediction === logits ? clone(logits) : prediction;
}
