import { argMax, cast, expandDims, softmax } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExportOutputs, StringValues } from '@tfjs-heads/head-api';
import {
  BaseHead,
  checkLossFn,
  checkOptions,
  checkReduction,
  classIds,
  classificationOutput,
  customLoss,
  type CustomLoss,
  equalTo,
  headError,
  LabelRange,
  type Loss,
  meanMetric,
  type MetricDefinition,
  MetricKeys,
  predictOutput,
  type Predictors,
  type Quantities,
  ServingKeys,
  softmaxCrossEntropy,
} from '@tfjs-heads/head-kit';
import { allClasses, allClassIds, type ClassNames, classNames, namesOf } from './class-names.js';
import { checkIds, idsOf } from './labels.js';
import {
  checkClassCount,
  checkVocabulary,
  type ClassificationHeadOptions,
  FAMILY_OPTIONS,
  idsByName,
} from './options.js';

/** The options of {@link MultiClassHead}. */
export interface MultiClassHeadOptions extends ClassificationHeadOptions {
  /** How many classes there are: more than 2. */
  readonly nClasses: number;
}

/** What {@link MultiClassHead} predicts, for logits of shape `[D0, .., DN, nClasses]`. */
export type MultiClassPredictions = {
  /** float32, `[D0, .., DN, nClasses]`. */
  readonly logits: Tensor;
  /** Their softmax, `[D0, .., DN, nClasses]`. */
  readonly probabilities: Tensor;
  /** int32, `[D0, .., DN, 1]`: the class of the largest logit, the lowest among equals. */
  readonly class_ids: Tensor;
  /** Their names, `[D0, .., DN, 1]`. */
  readonly classes: StringValues;
  /** int32, `[D0, .., DN, nClasses]`. */
  readonly all_class_ids: Tensor;
  /** `[D0, .., DN, nClasses]`. */
  readonly all_classes: StringValues;
};

const OPTIONS: readonly (keyof MultiClassHeadOptions)[] = ['nClasses', ...FAMILY_OPTIONS];

/**
 * A head for one of several classes. Logits are `[D0, .., DN, nClasses]`; labels are int32 ids or, with a vocabulary, names,
 * `[D0, .., DN]` or `[D0, .., DN, 1]`.
 *
 * ```ts
 * const head = new MultiClassHead({ nClasses: 3, labelVocabulary: ['Adelie', 'Chinstrap', 'Gentoo'] });
 * const loss = head.loss(tf.tensor(['Gentoo', 'Adelie'], [2, 1]), logits); // the mean softmax cross entropy
 * ```
 */
export class MultiClassHead extends BaseHead<Tensor, MultiClassPredictions> {
  protected override readonly labelRange: LabelRange;
  protected override readonly elementLoss: Loss | CustomLoss;
  readonly #idOf: ReadonlyMap<string, number> | undefined;
  readonly #nameOf: ClassNames;

  /** @throws N_CLASSES_INVALID, LABEL_VOCABULARY_INVALID, LOSS_REDUCTION_INVALID, LOSS_FN_INVALID, INVALID_ARGUMENT */
  constructor(options: MultiClassHeadOptions) {
    const { nClasses, labelVocabulary, lossReduction, lossFn, weightColumn, name } = checkOptions(
      'MultiClassHead',
      options,
      OPTIONS,
    );
    if (nClasses === undefined || nClasses === null)
      throw headError(
        'N_CLASSES_INVALID',
        `n_classes cannot be None: nClasses must be given, got ${String(nClasses)}.`,
      );
    const count = checkClassCount(nClasses, 3, ' for multi-class classification, for two classes use BinaryClassHead');
    const vocabulary = checkVocabulary(labelVocabulary, count);
    if (lossReduction !== undefined) checkReduction(lossReduction);
    checkLossFn(lossFn);
    super({ logitsDimension: count, lossReduction, weightColumn, name });
    this.labelRange = new LabelRange({ min: 0, max: count - 1, whole: true });
    this.elementLoss =
      lossFn === undefined
        ? softmaxCrossEntropy
        : customLoss(({ labels, ...others }) => lossFn({ labels: cast(labels, 'int32'), ...others }), {
            labelsPerRow: () => 1,
            lossesPerRow: () => 1,
          });
    this.#idOf = idsByName(vocabulary);
    this.#nameOf = namesOf(vocabulary);
  }

  protected override checkLabels(labels: Tensor, logits: Tensor): Tensor {
    return idsOf(labels, logits, this.#idOf, checkIds);
  }

  protected override predictors(logits: Tensor): Predictors<MultiClassPredictions> {
    const ids = (): Tensor => expandDims(argMax(logits, -1), -1);
    return {
      logits: () => logits,
      probabilities: () => softmax(logits),
      class_ids: ids,
      classes: () => classNames(ids(), this.logitsDimension, this.#nameOf),
      all_class_ids: () => allClassIds(logits, this.logitsDimension),
      all_classes: () => allClasses(logits, this.logitsDimension, this.#nameOf),
    };
  }

  protected override quantities(logits: Tensor): Quantities {
    return { class_ids: classIds(logits), hits: equalTo('class_ids', 'labels') };
  }

  protected override metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
    return [meanMetric(MetricKeys.LOSS_MEAN, 'losses'), ...regularization, meanMetric(MetricKeys.ACCURACY, 'hits')];
  }

  protected override exportsOf(predictions: MultiClassPredictions): ExportOutputs {
    const classification = classificationOutput({
      scores: predictions.probabilities,
      classes: predictions.all_classes,
    });
    return {
      [ServingKeys.DEFAULT]: classification,
      [ServingKeys.CLASSIFICATION]: classification,
      [ServingKeys.PREDICT]: predictOutput({ outputs: predictions }),
    };
  }
}
