import { clone, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type {
  EstimatorSpec,
  EstimatorSpecArgs,
  EvalSpec,
  ExportOutputs,
  Features,
  Head,
  Labels,
  Logits,
  LossOptions,
  Metrics,
  MetricsOptions,
  ModeKeys,
  PredictionKey,
  Predictions,
  PredictionsAt,
  PredictSpec,
  Reduction,
  StringValues,
  TrainSpec,
  UpdateMetricsOptions,
} from '@tfjs-heads/head-api';
import { quote } from '../checks/describe.js';
import { checkDenseLabels } from '../checks/labels.js';
import type { LabelRange } from '../checks/label-range.js';
import { checkLogits } from '../checks/logits.js';
import { checkOptions, checkWideOptions } from '../checks/options.js';
import { headError } from '../error.js';
import { withHeadName } from '../keys.js';
import type { Loss } from '../losses/loss.js';
import type { CustomLoss, LossFn } from '../losses/loss-fn.js';
import type { SumsTogether } from '../metrics/accumulator.js';
import type { Quantities } from '../metrics/host-batch.js';
import { updateNow } from '../metrics/update.js';
import { areGiven, regularizationScalars, sumOfScalars } from '../regularization.js';
import { scoped } from '../scoped.js';
import { type WeightColumn, weightsOf } from '../weights.js';
import { type BaseHeadOptions, checkBaseHeadOptions } from './base-head-options.js';
import { estimatorSpec, exportAll } from './estimator-spec.js';
import { type Batch, HeadLoss } from './head-loss.js';
import {
  createMetric,
  meanMetric,
  metricAt,
  type MetricDefinition,
  type MetricPlan,
  planOf,
  updateOf,
} from './metric-definition.js';
import { predictionKeys } from './prediction-keys.js';

/** What the methods take besides their tensors and use. The same options may be handed to all of them. */
const METHOD_OPTIONS: readonly (keyof LossOptions)[] = ['features', 'regularizationLosses'];

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
export abstract class BaseHead<L extends Labels = Tensor, P extends Predictions = Predictions> implements Head<
  L,
  Tensor,
  P
> {
  readonly apiVersion = 1;
  readonly name: string | undefined;
  readonly logitsDimension: number;
  readonly lossReduction: Reduction;
  readonly #weightColumn: WeightColumn | undefined;
  #checked: HeadLoss | undefined;
  #plan: MetricPlan | undefined;

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
    const { logitsDimension, name, lossReduction, weightColumn } = checkBaseHeadOptions(options);
    this.lossReduction = lossReduction;
    this.logitsDimension = logitsDimension;
    this.name = name;
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
    return exportAll(predictions);
  }

  /** Checks labels against logits and gives them numeric, with as many elements as the loss takes. */
  protected checkLabels(labels: L, logits: Tensor): Tensor {
    return checkDenseLabels(labels, logits, this.#loss.labelsPerRow);
  }

  /**
   * What the metrics may ask for besides `labels`, `logits`, `weights`, `losses` (as many a row as the head has) and
   * `regularization` (the sum of those losses). Each is made if a metric reads it, and once a batch.
   */
  protected quantities(_logits: Tensor): Quantities {
    return {};
  }

  /** What a batch adds to some of the accumulators of the metrics at once, as `logisticSums` says. Default: nothing. */
  declare protected readonly sumsTogether?: SumsTogether;

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
      const reduced = this.#loss.reduced(batch, this.lossReduction);
      return regularization.length === 0 ? reduced : sumOfScalars([reduced, ...regularization]);
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
    return tidy(() => this.#loss.byRow(this.#checkBatch(labels, logits, features, false), this.lossReduction));
  }

  /**
   * Predictions by key, in the head's order.
   *
   * @param keys Which. Default: all.
   * @returns Tensors owned by the caller.
   * @throws LOGITS_*, PREDICTION_KEY_INVALID, TENSOR_DISPOSED
   */
  predictions<K extends string = keyof P & string>(
    logits: Tensor,
    keys?: readonly PredictionKey<P, K>[],
  ): PredictionsAt<P, K> {
    return scoped(() => {
      this.#checkImplemented();
      const checked = checkLogits(logits, this.logitsDimension);
      const predictors: Predictors = this.predictors(checked);
      const asked = predictionKeys(keys, Object.keys(predictors));
      return Object.fromEntries(
        asked.map((key) => [key, ownedBy(predictors[key]?.() as Tensor | StringValues, checked)]),
      ) as PredictionsAt<P, K>;
    });
  }

  /** Fresh metrics, in the head's order. */
  metrics(options?: MetricsOptions): Metrics {
    const definitions = this.#definitions(
      areGiven(checkWideOptions<LossOptions>('metrics', options, METHOD_OPTIONS).regularizationLosses),
    );
    return Object.fromEntries(definitions.map((definition) => [this.#named(definition.key), createMetric(definition)]));
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
    const plan = (this.#plan = planOf(this.#definitions(areGiven(regularizationLosses)), this.#plan));
    const metrics = plan.definitions.map(({ key }) => metricAt(evalMetrics, this.#named(key)));
    // All of it under the tidy: values that are read at once are views of tensors that it releases.
    tidy(() => {
      const batch = this.#checkBatch(labels, logits, features);
      const regularization = regularizationScalars(regularizationLosses);
      const tensors = {
        labels: batch.labels,
        logits: batch.logits,
        ...(batch.weights && { weights: batch.weights }),
        ...(regularization && { regularization: sumOfScalars(regularization) }),
      };
      const quantities = { losses: this.#loss.quantity(batch), ...this.quantities(batch.logits) };
      const check = this.#loss.checkRead(batch);
      updateNow(updateOf(plan, metrics, { tensors, quantities, check, sumsTogether: this.sumsTogether }));
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

  /** Checked when it is another one than it was: the fields of a subclass come after this constructor. */
  get #loss(): HeadLoss {
    const { elementLoss, labelRange, logitsDimension } = this;
    if (this.#checked?.given !== elementLoss || this.#checked.range !== labelRange) {
      this.#checked = new HeadLoss(elementLoss, labelRange, logitsDimension);
    }
    return this.#checked;
  }

  #named(key: string): string {
    return withHeadName(key, this.name);
  }

  /** @param forLoss As of {@link HeadLoss.inRange}. */
  #checkBatch(givenLabels: L, givenLogits: Logits, features: Features | undefined, forLoss?: boolean): Batch {
    this.#checkImplemented();
    const logits = checkLogits(givenLogits, this.logitsDimension);
    const labels = this.checkLabels(givenLabels, logits);
    const weights = weightsOf(this.#weightColumn, features, logits, this.#loss.isByLogit, forLoss);
    return this.#loss.inRange({ labels, logits, weights, features }, forLoss);
  }

  /** A subclass in JavaScript may have forgotten something that TypeScript would have demanded. */
  #checkImplemented(): void {
    for (const member of ['elementLoss', 'predictors', 'metricDefinitions'] as const) {
      if (this[member] === undefined) {
        throw headError(
          'NOT_IMPLEMENTED',
          `A subclass of BaseHead must implement ${member}, but ${quote(this.constructor.name)} does not.`,
        );
      }
    }
  }

  #definitions(regularized: boolean): readonly MetricDefinition[] {
    this.#checkImplemented();
    return this.metricDefinitions(regularized ? [regularizationMetric] : []);
  }
}

const regularizationMetric = meanMetric('regularization_loss', 'regularization', null);

/** A prediction that the caller may dispose without disposing the logits. */
function ownedBy(prediction: Tensor | StringValues, logits: Tensor): Tensor | StringValues {
  return prediction === logits ? clone(logits) : prediction;
}
