import { cast, concat, greater, neg, sigmoid } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutputs, StringValues } from '@tfjs-heads/head-api';
import {
  type Accumulator,
  accuracy,
  average,
  BaseHead,
  buckets,
  checkLossFn,
  checkNumeric,
  checkOptions,
  checkReduction,
  classificationOutput,
  confusion,
  customLoss,
  type CustomLoss,
  LabelRange,
  logistic,
  type LogisticPart,
  logisticSums,
  type Loss,
  majority,
  mean,
  type MetricDefinition,
  MetricKeys,
  prAuc,
  precision,
  predictOutput,
  type Predictors,
  type Quantities,
  recall,
  rocAuc,
  regressionOutput,
  ServingKeys,
  sigmoidCrossEntropy,
  type SumsTogether,
} from '@tfjs-heads/head-kit';
import { allClasses, allClassIds, type ClassNames, classNames, namesOf } from './class-names.js';
import { idsOf } from './labels.js';
import { thresholdMetrics } from './metrics.js';
import {
  checkThresholds,
  checkVocabulary,
  type ClassificationHeadOptions,
  FAMILY_OPTIONS,
  idsByName,
} from './options.js';

/** The options of {@link BinaryClassHead}. */
export interface BinaryClassHeadOptions extends ClassificationHeadOptions {
  /** Thresholds in (0, 1), each of which has an accuracy, a precision and a recall. Default: none. */
  readonly thresholds?: readonly number[] | undefined;
}

/** What {@link BinaryClassHead} predicts, for logits of shape `[D0, .., DN, 1]`. */
export type BinaryClassPredictions = {
  /** float32, `[D0, .., DN, 1]`. */
  readonly logits: Tensor;
  /** The probability of class 1, `[D0, .., DN, 1]`. */
  readonly logistic: Tensor;
  /** Of both classes, `[D0, .., DN, 2]`. */
  readonly probabilities: Tensor;
  /** int32, `[D0, .., DN, 1]`: 1 where the logit is above 0. */
  readonly class_ids: Tensor;
  /** Their names, `[D0, .., DN, 1]`. */
  readonly classes: StringValues;
  /** int32, `[D0, .., DN, 2]`. */
  readonly all_class_ids: Tensor;
  /** `[D0, .., DN, 2]`. */
  readonly all_classes: StringValues;
};

const OPTIONS: readonly (keyof BinaryClassHeadOptions)[] = ['thresholds', ...FAMILY_OPTIONS];
const CLASSES = 2;
/** The original's number of points of a curve. */
const THRESHOLDS = 200;

/** Metrics of a head, and what {@link logisticSums} is to know of their accumulators. */
interface LogisticMetrics {
  readonly definitions: readonly MetricDefinition[];
  readonly parts: readonly (readonly [Accumulator, LogisticPart])[];
}

/** The metrics of every such head, with the same accumulators in all. */
const COMMON: LogisticMetrics = /*#__PURE__*/ commonMetrics();

function commonMetrics(): LogisticMetrics {
  const [losses, predictions, labels] = [mean('losses'), mean('logistic'), mean('labels')];
  // Of whether a logit is above 0, which is what the predicted class is.
  const classes = confusion(0, { predictions: 'logits' });
  const curve = buckets({ numThresholds: THRESHOLDS });
  return {
    definitions: [
      { key: MetricKeys.LOSS_MEAN, accumulator: losses, result: average },
      { key: MetricKeys.ACCURACY, accumulator: classes, result: accuracy },
      { key: MetricKeys.PRECISION, accumulator: classes, result: precision },
      { key: MetricKeys.RECALL, accumulator: classes, result: recall },
      { key: MetricKeys.PREDICTION_MEAN, accumulator: predictions, result: average },
      { key: MetricKeys.LABEL_MEAN, accumulator: labels, result: average },
      { key: MetricKeys.ACCURACY_BASELINE, accumulator: labels, result: majority },
      { key: MetricKeys.AUC, accumulator: curve, result: rocAuc },
      { key: MetricKeys.AUC_PR, accumulator: curve, result: prAuc },
    ],
    parts: [
      [losses, { meanOf: 'losses' }],
      [predictions, { meanOf: 'logistic' }],
      [labels, { meanOf: 'labels' }],
      [classes, { threshold: 0, of: 'logits' }],
      [curve, { numThresholds: THRESHOLDS }],
    ],
  };
}

/**
 * A head for one of two classes. Logits are log odds of class 1, `[D0, .., DN, 1]`; labels are probabilities in [0, 1] or,
 * with a vocabulary, names.
 *
 * ```ts
 * const head = new BinaryClassHead({ labelVocabulary: ['no', 'yes'], thresholds: [0.9] });
 * const loss = head.loss(tf.tensor(['yes', 'no'], [2, 1]), logits);
 * await head.predictions(logits).classes.array(); // [['yes'], ['no']]
 * ```
 */
export class BinaryClassHead extends BaseHead<Tensor, BinaryClassPredictions> {
  protected override readonly labelRange: LabelRange = new LabelRange({ min: 0, max: 1 });
  protected override readonly elementLoss: Loss | CustomLoss;
  protected override readonly sumsTogether: SumsTogether = (read, asked) => {
    // A subclass may have other losses or probabilities.
    if (this.elementLoss !== sigmoidCrossEntropy || this.quantities !== BinaryClassHead.prototype.quantities)
      return undefined;
    return logisticSums(this.#parts, asked, read);
  };
  readonly #idOf: ReadonlyMap<string, number> | undefined;
  readonly #nameOf: ClassNames;
  /** Of the thresholds. */
  readonly #others: readonly MetricDefinition[];
  /** All of them, one list for each batch. */
  readonly #definitions: readonly MetricDefinition[];
  readonly #parts: ReadonlyMap<Accumulator, LogisticPart>;

  /** @throws LABEL_VOCABULARY_INVALID, THRESHOLDS_INVALID, LOSS_REDUCTION_INVALID, LOSS_FN_INVALID, INVALID_ARGUMENT */
  constructor(options?: BinaryClassHeadOptions) {
    const { labelVocabulary, thresholds, lossReduction, lossFn, weightColumn, name } = checkOptions(
      'BinaryClassHead',
      options,
      OPTIONS,
    );
    const vocabulary = checkVocabulary(labelVocabulary, CLASSES);
    const checkedThresholds = checkThresholds(thresholds);
    if (lossReduction !== undefined) checkReduction(lossReduction);
    checkLossFn(lossFn);
    super({ logitsDimension: 1, lossReduction, weightColumn, name });
    this.elementLoss = lossFn === undefined ? sigmoidCrossEntropy : customLoss(lossFn);
    this.#idOf = idsByName(vocabulary);
    this.#nameOf = namesOf(vocabulary);
    this.#others = thresholdMetrics(checkedThresholds, 'logistic');
    this.#definitions = [...COMMON.definitions, ...this.#others];
    this.#parts = new Map([
      ...COMMON.parts,
      ...this.#others.map(({ accumulator }): [Accumulator, LogisticPart] => [
        accumulator,
        { threshold: accumulator.settings?.['threshold'] as number, of: 'logistic' },
      ]),
    ]);
  }

  protected override checkLabels(labels: Tensor, logits: Tensor): Tensor {
    return idsOf(labels, logits, this.#idOf, (numbers) => checkNumeric('labels', numbers, 'LABELS_DTYPE'));
  }

  protected override predictors(logits: Tensor): Predictors<BinaryClassPredictions> {
    const ids = (): Tensor => cast(greater(logits, 0), 'int32');
    return {
      logits: () => logits,
      logistic: () => sigmoid(logits),
      probabilities: () => concat([sigmoid(neg(logits)), sigmoid(logits)], -1),
      class_ids: ids,
      classes: () => classNames(ids(), CLASSES, this.#nameOf),
      all_class_ids: () => allClassIds(logits, CLASSES),
      all_classes: () => allClasses(logits, CLASSES, this.#nameOf),
    };
  }

  protected override quantities(): Quantities {
    return { logistic: logistic('logits') };
  }

  protected override metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
    if (regularization.length === 0) return this.#definitions;
    return [...COMMON.definitions, ...regularization, ...this.#others];
  }

  protected override exportsOf(predictions: BinaryClassPredictions): ExportOutputs {
    const classification = classificationOutput({
      scores: predictions.probabilities,
      classes: predictions.all_classes,
    });
    return {
      [ServingKeys.DEFAULT]: classification,
      [ServingKeys.CLASSIFICATION]: classification,
      [ServingKeys.REGRESSION]: regressionOutput({ value: predictions.logistic }),
      [ServingKeys.PREDICT]: predictOutput({ outputs: predictions }),
    };
  }
}
