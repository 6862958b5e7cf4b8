import { sigmoid } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutputs, SparseTensor, StringValues } from '@tfjs-heads/head-api';
import {
  BaseHead,
  checkLossFn,
  checkOptions,
  checkReduction,
  classificationOutput,
  customLoss,
  type CustomLoss,
  describeValue,
  headError,
  isSparseTensor,
  LabelRange,
  logistic,
  listOf,
  type Loss,
  meanMetric,
  meanOverRow,
  type MetricDefinition,
  MetricKeys,
  predictOutput,
  type Predictors,
  type Quantities,
  quote,
  ServingKeys,
  sigmoidCrossEntropy,
} from '@tfjs-heads/head-kit';
import { allClasses, type ClassNames, namesOf } from './class-names.js';
import { indicatorOf } from './labels.js';
import { classMetrics, classQuantities, curveMetrics, type MetricClass, thresholdMetrics } from './metrics.js';
import {
  checkClassCount,
  checkThresholds,
  checkVocabulary,
  type ClassificationHeadOptions,
  FAMILY_OPTIONS,
  idsByName,
} from './options.js';

/** The options of {@link MultiLabelHead}. */
export interface MultiLabelHeadOptions extends ClassificationHeadOptions {
  /** How many classes there are: more than 1. */
  readonly nClasses: number;
  /** Thresholds in (0, 1), each of which has an accuracy, a precision and a recall over all classes. Default: none. */
  readonly thresholds?: readonly number[] | undefined;
  /** Classes that have metrics of their own: their ids or, with a vocabulary, their names. Default: none. */
  readonly classesForClassBasedMetrics?: readonly number[] | readonly string[] | undefined;
}

/** What {@link MultiLabelHead} predicts, for logits of shape `[D0, .., DN, nClasses]`. */
export type MultiLabelPredictions = {
  /** float32, `[D0, .., DN, nClasses]`. */
  readonly logits: Tensor;
  /** The probability of each class by itself, `[D0, .., DN, nClasses]`. */
  readonly probabilities: Tensor;
  /** The names of all classes, `[D0, .., DN, nClasses]`: not those that were predicted, as in the original. */
  readonly classes: StringValues;
};

const OPTIONS: readonly (keyof MultiLabelHeadOptions)[] = [
  'nClasses',
  'thresholds',
  'classesForClassBasedMetrics',
  ...FAMILY_OPTIONS,
];

/**
 * A head for any number of several classes at once. Logits are `[D0, .., DN, nClasses]`; labels are an indicator of that shape,
 * with values in [0, 1], or sparse: the ids or, with a vocabulary, the names of each example's classes. The loss of an
 * example is the mean over its classes.
 *
 * ```ts
 * const head = new MultiLabelHead({ nClasses: 3, labelVocabulary: ['drama', 'comedy', 'horror'] });
 * // The first film is a comedy and a drama, the second nothing.
 * const labels = { indices: tf.tensor2d([[0, 0], [0, 1]], [2, 2], 'int32'), values: tf.tensor1d(['comedy', 'drama']), denseShape: [2, 2] };
 * const loss = head.loss(labels, logits);
 * ```
 */
export class MultiLabelHead extends BaseHead<Tensor | SparseTensor, MultiLabelPredictions> {
  protected override readonly labelRange: LabelRange = new LabelRange({ min: 0, max: 1 });
  protected override readonly elementLoss: Loss | CustomLoss;
  readonly #idOf: ReadonlyMap<string, number> | undefined;
  readonly #nameOf: ClassNames;
  readonly #thresholds: readonly number[];
  readonly #metricClasses: readonly MetricClass[];

  /**
   * @throws N_CLASSES_INVALID, THRESHOLDS_INVALID, LABEL_VOCABULARY_INVALID, LOSS_FN_INVALID, LOSS_REDUCTION_INVALID,
   *   METRIC_CLASSES_INVALID, INVALID_ARGUMENT
   */
  constructor(options: MultiLabelHeadOptions) {
    const {
      nClasses,
      thresholds,
      labelVocabulary,
      lossFn,
      lossReduction,
      classesForClassBasedMetrics,
      weightColumn,
      name,
    } = checkOptions('MultiLabelHead', options, OPTIONS);
    const count = checkClassCount(nClasses, 2, ' for multi-label classification');
    const checkedThresholds = checkThresholds(thresholds);
    const vocabulary = checkVocabulary(labelVocabulary, count);
    checkLossFn(lossFn);
    if (lossReduction !== undefined) checkReduction(lossReduction);
    const metricClasses = checkMetricClasses(classesForClassBasedMetrics, count, vocabulary);
    super({ logitsDimension: count, lossReduction, weightColumn, name });
    this.elementLoss =
      lossFn === undefined ? meanOverRow(sigmoidCrossEntropy) : customLoss(lossFn, { lossesPerRow: () => 1 });
    this.#idOf = idsByName(vocabulary);
    this.#nameOf = namesOf(vocabulary);
    this.#thresholds = checkedThresholds;
    this.#metricClasses = metricClasses;
  }

  protected override checkLabels(labels: Tensor | SparseTensor, logits: Tensor): Tensor {
    return isSparseTensor(labels) ? indicatorOf(labels, logits, this.#idOf) : super.checkLabels(labels, logits);
  }

  protected override predictors(logits: Tensor): Predictors<MultiLabelPredictions> {
    return {
      logits: () => logits,
      probabilities: () => sigmoid(logits),
      classes: () => allClasses(logits, this.logitsDimension, this.#nameOf),
    };
  }

  protected override quantities(): Quantities {
    return { probabilities: logistic('logits'), ...classQuantities(this.#metricClasses) };
  }

  protected override metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
    return [
      meanMetric(MetricKeys.LOSS_MEAN, 'losses'),
      ...curveMetrics(MetricKeys.AUC, MetricKeys.AUC_PR, { predictions: 'probabilities' }),
      ...regularization,
      ...thresholdMetrics(this.#thresholds, 'probabilities'),
      ...classMetrics(this.#metricClasses),
    ];
  }

  protected override exportsOf(predictions: MultiLabelPredictions): ExportOutputs {
    const classification = classificationOutput({ scores: predictions.probabilities, classes: predictions.classes });
    return {
      [ServingKeys.DEFAULT]: classification,
      [ServingKeys.CLASSIFICATION]: classification,
      [ServingKeys.PREDICT]: predictOutput({ outputs: predictions }),
    };
  }
}

/** Whether they are ids or names is up to the first of them, as in the original. */
function checkMetricClasses(
  classes: unknown,
  count: number,
  vocabulary: readonly string[] | undefined,
): readonly MetricClass[] {
  if (classes === undefined || classes === null) return [];
  const invalid = (text: string): Error => headError('METRIC_CLASSES_INVALID', text);
  const given = listOf(classes);
  if (given === undefined)
    throw invalid(
      `classesForClassBasedMetrics must be a list of ids or names of classes, got ${describeValue(classes)}.`,
    );
  const areNames = typeof given[0] === 'string';
  if (areNames && vocabulary === undefined) {
    throw invalid(
      'label_vocabulary must be provided when classes_for_class_based_metrics are strings: labelVocabulary must be a list of names, got none.',
    );
  }
  const ids = given.map((entry) => {
    if (areNames) {
      const id = vocabulary?.indexOf(entry as string) ?? -1;
      if (id < 0)
        throw invalid(
          `${quote(entry)} is not in list: classesForClassBasedMetrics must be names of labelVocabulary, ${quote(vocabulary?.join(', '))}.`,
        );
      return id;
    }
    if (typeof entry === 'number' && Number.isInteger(entry) && entry >= 0 && entry < count) return entry;
    throw invalid(
      `All classes_for_class_based_metrics must be in range [0, ${count - 1}]. Given: ${describeValue(entry)}.`,
    );
  });
  // A class that is given twice has its keys once.
  return [...new Set(ids)].map((id) => ({ id, name: vocabulary?.[id] }));
}
