import { tidy } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpec,
  type EstimatorSpecArgs,
  type EvalSpec,
  type Features,
  type Head,
  type LossOptions,
  type Metric,
  type Metrics,
  type MetricsOptions,
  type ModeKeys,
  type PredictionKey,
  type PredictionsAt,
  type PredictSpec,
  type Reduction,
  type RegularizationLosses,
  type TrainSpec,
  type UpdateMetricsOptions,
} from '@tfjs-heads/head-api';
import {
  checkOptions,
  checkWideOptions,
  describeValue,
  headError,
  isMap,
  Mean,
  quote,
  regularizationScalars,
  sumOfScalars,
  updateTogether,
  withHeadName,
} from '@tfjs-heads/head-kit';
import { labelsByHead, logitsByHead } from './by-head.js';
import type { MultiLabels, MultiLogits, MultiPredictions } from './head-types.js';
import { checkHeads, checkHeadWeights, checkNames, type NamedHead, ofHead } from './heads.js';
import { lossesOf, mergedLoss } from './losses.js';
import { mergeAll } from './merge.js';
import { type HeadOfHeads, multiHeadSpec } from './multi-head-spec.js';
import { predictionsOf } from './predictions.js';
import { checkMetrics } from './returned.js';

/** The options of {@link MultiHead}. */
export interface MultiHeadOptions<H extends readonly Head[] = readonly Head[]> {
  /** The heads, each with a name of its own. Any head will do. */
  readonly heads: H;
  /** What the loss of each head is multiplied by. Default: 1. */
  readonly headWeights?: readonly number[] | undefined;
}

/** What the methods take besides their tensors. */
const METHOD_OPTIONS: readonly (keyof LossOptions)[] = ['features', 'mode', 'regularizationLosses'];

/**
 * A head that is made of heads: several losses on one network. Logits, labels and predictions are told apart by the names of the
 * heads: labels are a map, logits are a map or one tensor `[D0, .., DN, logitsDimension]` whose last dimension the heads part
 * among them in their order, and predictions have the keys `head/key`. Features go to all heads.
 *
 * ```ts
 * const head = new MultiHead({
 *   heads: [new RegressionHead({ name: 'price' }), new MultiClassHead({ name: 'kind', nClasses: 3 })],
 *   headWeights: [1, 0.5],
 * });
 * const loss = head.loss({ price, kind }, logits); // logits of shape [batch, 4]
 * ```
 *
 * What its types say of labels, logits and predictions is what those of the heads say; with exact keys where these say their
 * names (`RegressionHead & { readonly name: 'price' }`).
 */
export class MultiHead<const H extends readonly Head[] = readonly Head[]> implements Head<
  MultiLabels<H>,
  MultiLogits<H>,
  MultiPredictions<H>
> {
  readonly apiVersion = 1;
  /** The names of the heads, joined by `_`. */
  readonly name: string;
  /** The sum of those of the heads. */
  readonly logitsDimension: number;
  readonly heads: H;
  /** What the loss of each head is multiplied by. */
  readonly headWeights: readonly number[];
  readonly #heads: readonly NamedHead[];
  #metricKeys: readonly (readonly string[])[] | undefined;

  /** @throws HEADS_INVALID, HEAD_WEIGHTS_INVALID, INVALID_ARGUMENT */
  constructor(options: MultiHeadOptions<H>) {
    const { heads, headWeights } = checkOptions('MultiHead', options, ['heads', 'headWeights']);
    const checked = checkHeads(heads);
    this.headWeights = checkHeadWeights(headWeights, checked);
    this.#heads = checkNames(checked);
    this.heads = checked as H;
    this.name = this.#heads.map(({ name }) => name).join('_');
    this.logitsDimension = checked.reduce((sum, { logitsDimension }) => sum + logitsDimension, 0);
  }

  /**
   * That of the heads, which is needed to train.
   *
   * @throws LOSS_REDUCTION_INVALID where they have not the same: `auto` is not `sum_over_batch_size`
   */
  get lossReduction(): Reduction {
    const [first] = this.#heads as readonly [NamedHead];
    if (this.#heads.every(({ lossReduction }) => lossReduction === first.lossReduction)) return first.lossReduction;
    throw headError(
      'LOSS_REDUCTION_INVALID',
      `The loss_reduction of all heads must be the same, got ${this.#heads.map((head) => `${quote(head.lossReduction)} of ${quote(head.name)}`).join(', ')}.`,
    );
  }

  /**
   * The sum of the heads' losses times their weights, plus the regularization losses.
   *
   * @returns float32, owned by the caller. Where only a GPU knows that a label is out of range, reading it rejects with that
   *   head's LABELS_RANGE.
   * @throws LABELS_MISSING, LABELS_DTYPE, LOGITS_MISSING, LOGITS_DTYPE, LOGITS_SHAPE, REGULARIZATION_LOSSES_INVALID,
   *   TENSOR_DISPOSED, TENSOR_FOREIGN, and what the heads throw, with the name of the head
   */
  loss(labels: MultiLabels<H>, logits: MultiLogits<H>, options?: LossOptions): Scalar {
    const { features, mode, regularizationLosses } = checkWideOptions('loss', options, METHOD_OPTIONS);
    return tidy(() => {
      const losses = lossesOf(this.#heads, { labels, logits, features, mode });
      return mergedLoss(losses, this.headWeights, regularizationScalars(regularizationLosses));
    });
  }

  /**
   * The predictions of all heads, under `head/key`, in the order of the heads.
   *
   * @param keys Which. Default: all.
   * @returns Tensors owned by the caller.
   * @throws LOGITS_*, PREDICTION_KEY_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
   */
  predictions<K extends string = keyof MultiPredictions<H> & string>(
    logits: MultiLogits<H>,
    keys?: readonly PredictionKey<MultiPredictions<H>, K>[],
  ): PredictionsAt<MultiPredictions<H>, K> {
    return predictionsOf(this.#heads, logits, keys) as PredictionsAt<MultiPredictions<H>, K>;
  }

  /**
   * Fresh metrics: `regularization_loss/a_b` where there are such losses, `loss/<head>`, the mean over the batches of each head's
   * loss without its weight, and then the metrics of the heads.
   *
   * The original makes those of the heads in each update anew: outside of an Estimator they only tell of the last one.
   *
   * @throws HEADS_INVALID where two heads have a metric of the same key
   */
  metrics(options?: MetricsOptions): Metrics {
    const { regularizationLosses } = checkWideOptions<LossOptions>('metrics', options, METHOD_OPTIONS);
    const ofHeads = this.#heads.map((head) => ofHead(head, () => checkMetrics(head.metrics(), 'HEADS_INVALID')));
    const own = [...(isGiven(regularizationLosses) ? [this.#regularizationKey] : []), ...this.#heads.map(lossKey)].map(
      (key) => [key, new Mean()] as const,
    );
    return mergeAll('The metrics of the heads', [Object.fromEntries(own), ...ofHeads], 'HEADS_INVALID');
  }

  /**
   * Adds a batch to the metrics, those of the heads included. What heads and metrics of head-kit read is read together, with one
   * read, and counts whole or not at all.
   *
   * @throws EVAL_METRICS_INVALID and what {@link loss} throws
   */
  updateMetrics(
    evalMetrics: Metrics,
    features: Features | undefined,
    logits: MultiLogits<H>,
    labels: MultiLabels<H>,
    options?: UpdateMetricsOptions,
  ): Metrics {
    const { mode, regularizationLosses } = checkWideOptions<LossOptions>('updateMetrics', options, METHOD_OPTIONS);
    const regularization = isGiven(regularizationLosses)
      ? metricsAt(evalMetrics, [this.#regularizationKey])[this.#regularizationKey]
      : undefined;
    const ofLosses = metricsAt(evalMetrics, this.#heads.map(lossKey));
    const ofHeads = this.#keysOfHeads.map((keys) => metricsAt(evalMetrics, keys));
    updateTogether(() => {
      // All losses come first, since they find what is wrong with a batch: a head of another make may not wait with its metrics.
      const losses = lossesOf(this.#heads, { labels, logits, features, mode });
      const scalars = regularizationScalars(regularizationLosses);
      const [logitsOf, labelsOf] = [logitsByHead(logits, this.#heads), labelsByHead(labels, this.#heads)];
      if (scalars !== undefined) regularization?.update(sumOfScalars(scalars));
      this.#heads.forEach((head, index) => {
        ofLosses[lossKey(head)]?.update(losses[index]);
        const [ofHeadAlone = {}, x = {}, y = {}] = [ofHeads[index], logitsOf[index], labelsOf[index]];
        ofHead(head, () => head.updateMetrics(ofHeadAlone, features, x, y, { mode }));
      });
    });
    return evalMetrics;
  }

  /**
   * What a model function returns for one batch. The summaries of a training step are `loss` and `regularization_loss`, without a
   * name, and `loss/<head>`; what is exported is that of each head under `<head>` and `<head>/<key>`, all predictions under
   * `predict`, and the first head's default under `serving_default`.
   *
   * @throws MODE_INVALID, LOSS_REDUCTION_INVALID, what {@link loss} throws, and in TRAIN the errors of the training arguments:
   *   UPDATE_OPS_INVALID, TRAIN_OP_CONFLICT, OPTIMIZER_INVALID, TRAINABLE_VARIABLES_MISSING,
   *   TRAINABLE_VARIABLES_INVALID, LOGITS_NOT_A_FUNCTION, TRAIN_OP_MISSING
   */
  createEstimatorSpec(
    args: MultiSpecArgs<H> & { readonly mode: typeof ModeKeys.TRAIN },
  ): TrainSpec<MultiPredictions<H>>;
  createEstimatorSpec(args: MultiSpecArgs<H> & { readonly mode: typeof ModeKeys.EVAL }): EvalSpec<MultiPredictions<H>>;
  createEstimatorSpec(
    args: MultiSpecArgs<H> & { readonly mode: typeof ModeKeys.PREDICT },
  ): PredictSpec<MultiPredictions<H>>;
  createEstimatorSpec(args: MultiSpecArgs<H>): EstimatorSpec<MultiPredictions<H>>;
  createEstimatorSpec(args: MultiSpecArgs<H>): EstimatorSpec<MultiPredictions<H>> {
    // What the types of a list of heads come to is known where the list is, not here.
    const spec = multiHeadSpec(this as unknown as HeadOfHeads, this.#heads, args);
    return spec as EstimatorSpec<MultiPredictions<H>>;
  }

  get #regularizationKey(): string {
    return withHeadName('regularization_loss', this.name);
  }

  /** The keys of the metrics of each head, which are the same each time. */
  get #keysOfHeads(): readonly (readonly string[])[] {
    return (this.#metricKeys ??= this.#heads.map((head) => {
      const metrics = ofHead(head, () => checkMetrics(head.metrics(), 'HEADS_INVALID'));
      for (const metric of Object.values(metrics)) metric.dispose();
      return Object.keys(metrics);
    }));
  }
}

/** The arguments of {@link MultiHead.createEstimatorSpec}. */
type MultiSpecArgs<H extends readonly Head[]> = EstimatorSpecArgs<MultiLabels<H>, MultiLogits<H>>;

function lossKey({ name }: NamedHead): string {
  return withHeadName('loss', name);
}

function isGiven(losses: RegularizationLosses | null | undefined): boolean {
  return losses !== undefined && losses !== null;
}

/**
 * The metrics under some keys.
 *
 * @throws EVAL_METRICS_INVALID
 */
function metricsAt(metrics: Metrics, keys: readonly string[]): Metrics {
  return Object.fromEntries(keys.map((key) => [key, metricAt(metrics, key)]));
}

function metricAt(metrics: Metrics, key: string): Metric {
  const metric = isMap(metrics) && Object.hasOwn(metrics, key) ? metrics[key] : undefined;
  if (typeof metric?.update === 'function') return metric;
  throw headError(
    'EVAL_METRICS_INVALID',
    `evalMetrics must be what metrics() of this head made, with the same regularizationLosses given or not: ` +
      `it needs a metric ${quote(key)}, got ${describeValue(metric === undefined ? metrics : metric)}.`,
  );
}
