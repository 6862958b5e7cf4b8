import { tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpec,
  type EstimatorSpecArgs,
  type EvalSpec,
  type Features,
  type Head,
  type LossOptions,
  type Metrics,
  type MetricsOptions,
  type ModeKeys,
  type PredictionKey,
  type PredictionsAt,
  type PredictSpec,
  type Reduction,
  type SparseTensor,
  type TrainSpec,
  type UpdateMetricsOptions,
} from '@tfjs-heads/head-api';
import {
  ask,
  checkOptions,
  checkWideOptions,
  describeValue,
  headError,
  regularizationScalars,
  sumOfScalars,
  updateTogether,
} from '@tfjs-heads/head-kit';
import { checkRowLosses, type FlatBatch, lossOnDevice, realRows } from './device-steps.js';
import type { PredictionsOf } from './head-types.js';
import { checkStaticHead } from './heads.js';
import { checkLoss, checkMetrics, checkPredictions } from './returned.js';
import { sequentialSpec } from './sequential-spec.js';
import { Sequences } from './sequences.js';
import type { Steps } from './steps.js';

/** The options of {@link SequentialHeadWrapper}. */
export interface SequentialHeadWrapperOptions<H extends Head = Head, M extends string = string> {
  /** The head that is applied to each step; no `MultiHead`. */
  readonly staticHead: H;
  /** The feature that says which steps are real: `[batch, time]`, not 0 where they are. Default: `sequence_length_mask`. */
  readonly sequenceLengthMask?: M | undefined;
  /** The features that the static head gets, step by step, such as its weights: a name, or names. Default: none. */
  readonly featureColumns?: string | Iterable<string> | undefined;
}

/** The labels or the logits of sequences. */
export type SequenceTensor = Tensor | SparseTensor;

/** The arguments of {@link SequentialHeadWrapper.createEstimatorSpec}. */
type SpecArgs = EstimatorSpecArgs<SequenceTensor, Tensor>;
/** The same with logits that are sparse, which the contract does not know. */
interface SparseSpecArgs extends Omit<SpecArgs, 'logits'> {
  readonly logits: SequenceTensor | (() => SequenceTensor);
}

const METHOD_OPTIONS: readonly (keyof LossOptions)[] = ['features', 'mode', 'regularizationLosses'];

/**
 * A head for sequences: one head for each step of them, of which a mask among the features says which are real. Logits are
 * `[batch, time, logitsDimension]`, labels and features `[batch, time, ..]` or sparse; the static head gets a row for each real
 * step, row-major.
 *
 * ```ts
 * const head = new SequentialHeadWrapper({ staticHead: new MultiClassHead({ nClasses: 3 }), featureColumns: 'weight' });
 * const features = { sequence_length_mask: tf.tensor([[1, 1, 0], [1, 0, 0]], [2, 3], 'bool') };
 * const loss = head.loss(labels, logits, { features }); // the mean over three steps
 * ```
 *
 * Labels come first, as in any head; the original's wrapper alone takes the logits first.
 */
export class SequentialHeadWrapper<
  H extends Head = Head,
  const M extends string = 'sequence_length_mask',
> implements Head<SequenceTensor, Tensor, PredictionsOf<H>> {
  readonly apiVersion = 1;
  /** The static head's with `_sequential` behind it. Metrics have the static head's own. */
  readonly name: string | undefined;
  readonly staticHead: H;
  /** Under which name the mask is among the features. */
  readonly inputSequenceMaskKey: M;
  readonly featureColumns: readonly string[];
  readonly #sequences: Sequences;

  /** @throws SEQUENCE_MASK_INVALID, FEATURE_COLUMNS_INVALID, STATIC_HEAD_INVALID, INVALID_ARGUMENT */
  constructor(options: SequentialHeadWrapperOptions<H, M>) {
    const {
      staticHead,
      sequenceLengthMask = 'sequence_length_mask',
      featureColumns,
    } = checkOptions('SequentialHeadWrapper', options, ['staticHead', 'sequenceLengthMask', 'featureColumns']);
    if (typeof sequenceLengthMask !== 'string') {
      throw headError(
        'SEQUENCE_MASK_INVALID',
        `\`sequence_mask\` column must be a string: sequenceLengthMask must be the name of a feature, got ${describeValue(sequenceLengthMask)}.`,
      );
    }
    this.inputSequenceMaskKey = sequenceLengthMask as M;
    this.featureColumns = checkColumns(featureColumns);
    const { head, name } = checkStaticHead(staticHead);
    this.staticHead = head as H;
    this.#sequences = new Sequences(this.inputSequenceMaskKey, this.featureColumns);
    this.name = name ? `${name}_sequential` : undefined;
  }

  get logitsDimension(): number {
    return this.staticHead.logitsDimension;
  }

  get lossReduction(): Reduction {
    return this.staticHead.lossReduction;
  }

  /**
   * The loss of the static head over the real steps.
   *
   * @returns float32, owned by the caller. Where only a device knows which steps are real, it is differentiable once.
   * @throws SEQUENCE_MASK_MISSING, SEQUENCE_MASK_INVALID, FEATURES_INVALID, LOGITS_*, LABELS_*, TENSOR_DISPOSED, TENSOR_FOREIGN,
   *   and what the static head throws
   */
  loss(labels: SequenceTensor, logits: Tensor, options?: LossOptions): Scalar;
  loss(labels: SequenceTensor, logits: SequenceTensor, options?: LossOptions): Scalar;
  loss(labels: SequenceTensor, logits: SequenceTensor, options?: LossOptions): Scalar {
    const { features, mode, regularizationLosses } = checkWideOptions('loss', options, METHOD_OPTIONS);
    return tidy(() => {
      const { steps, ...flat } = this.#flat(labels, logits, features);
      return this.#sequences.ofSequences(labels, logits, features, () => {
        if (steps.real !== undefined)
          return checkLoss(
            this.staticHead.loss(flat.labels, flat.logits, { features: flat.features, mode, regularizationLosses }),
            'STATIC_HEAD_INVALID',
          );
        const scalars = regularizationScalars(regularizationLosses) ?? [];
        return sumOfScalars([lossOnDevice(this.staticHead, flat, steps, this.inputSequenceMaskKey), ...scalars]);
      });
    });
  }

  /** What the static head predicts of all steps, real or not. */
  predictions<K extends string = keyof PredictionsOf<H> & string>(
    logits: Tensor,
    keys?: readonly PredictionKey<PredictionsOf<H>, K>[],
  ): PredictionsAt<PredictionsOf<H>, K> {
    const predictions = this.staticHead.predictions(logits, keys);
    return checkPredictions(predictions, 'STATIC_HEAD_INVALID') as PredictionsAt<PredictionsOf<H>, K>;
  }

  /** Fresh metrics of the static head. */
  metrics(options?: MetricsOptions): Metrics {
    return checkMetrics(this.staticHead.metrics(options), 'STATIC_HEAD_INVALID');
  }

  /**
   * Adds the real steps of a batch to the metrics.
   *
   * @throws EVAL_METRICS_INVALID and what {@link loss} throws. Where only a device knows that no step is real, that comes from
   *   the metrics' `result()` instead.
   */
  updateMetrics(
    evalMetrics: Metrics,
    features: Features | undefined,
    logits: Tensor,
    labels: SequenceTensor,
    options?: UpdateMetricsOptions,
  ): Metrics;
  updateMetrics(
    evalMetrics: Metrics,
    features: Features | undefined,
    logits: SequenceTensor,
    labels: SequenceTensor,
    options?: UpdateMetricsOptions,
  ): Metrics;
  updateMetrics(
    evalMetrics: Metrics,
    features: Features | undefined,
    logits: SequenceTensor,
    labels: SequenceTensor,
    options?: UpdateMetricsOptions,
  ): Metrics {
    tidy(() => {
      const { steps, ...flat } = this.#flat(labels, logits, features);
      const update = (): void =>
        this.#sequences.ofSequences(labels, logits, features, () => {
          this.staticHead.updateMetrics(evalMetrics, flat.features, flat.logits, flat.labels, options);
        });
      if (steps.real !== undefined) return update();
      checkRowLosses(this.staticHead, this.inputSequenceMaskKey); // a head of the kit, whose metrics count what is read together
      updateTogether(update, realRows(steps, this.inputSequenceMaskKey));
    });
    return evalMetrics;
  }

  /**
   * What a model function returns for one batch: the static head's spec. To train and to evaluate, it is made of the real steps;
   * to predict, of all steps, with the mask beside the predictions but not among what is exported.
   *
   * Where only a device knows which steps are real, predictions to train and to evaluate are those of all steps, too.
   *
   * @throws MODE_INVALID, what {@link loss} throws, and the errors of the training arguments
   */
  createEstimatorSpec(args: SpecArgs & { readonly mode: typeof ModeKeys.TRAIN }): TrainSpec<PredictionsOf<H>>;
  createEstimatorSpec(args: SpecArgs & { readonly mode: typeof ModeKeys.EVAL }): EvalSpec<PredictionsOf<H>>;
  createEstimatorSpec(
    args: SpecArgs & { readonly mode: typeof ModeKeys.PREDICT },
  ): PredictSpec<PredictionsOf<H> & { readonly [Key in M]: Tensor }>;
  createEstimatorSpec(args: SpecArgs): EstimatorSpec<PredictionsOf<H>>;
  createEstimatorSpec(args: SparseSpecArgs): EstimatorSpec<PredictionsOf<H>>;
  createEstimatorSpec(args: SparseSpecArgs): EstimatorSpec<PredictionsOf<H>> {
    const { staticHead } = this;
    const spec = sequentialSpec(this as unknown as Head, staticHead, this.#sequences, args as EstimatorSpecArgs);
    return spec as EstimatorSpec<PredictionsOf<H>>;
  }

  #flat(labels: unknown, logits: unknown, features: unknown): FlatBatch & { readonly steps: Steps } {
    const steps = this.#sequences.steps(features);
    return {
      steps,
      logits: this.#sequences.logits(logits, steps),
      labels: this.#sequences.labels(labels, steps),
      features: this.#sequences.features(features, steps),
    };
  }
}

/** @throws FEATURE_COLUMNS_INVALID */
function checkColumns(columns: unknown): readonly string[] {
  if (columns === undefined || columns === null) return [];
  if (typeof columns === 'string') return columns === '' ? [] : [columns];
  const list = ask(() => [...(columns as Iterable<unknown>)], undefined);
  if (list === undefined) {
    throw headError(
      'FEATURE_COLUMNS_INVALID',
      `featureColumns must be the name of a feature or a list of names, got ${describeValue(columns)}.`,
    );
  }
  const index = list.findIndex((column) => typeof column !== 'string');
  if (index >= 0) {
    throw headError(
      'FEATURE_COLUMNS_INVALID',
      `Column must be a string: featureColumns[${index}] must be the name of a feature, got ${describeValue(list[index])}.`,
    );
  }
  return Object.freeze([...new Set(list as string[])]);
}
