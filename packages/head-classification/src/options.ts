import type { Reduction } from '@tfjs-heads/head-api';
import { describeValue, headError, listOf, type LossFn, quote, type WeightColumn } from '@tfjs-heads/head-kit';

/** The options that the heads of the family have in common. */
export interface ClassificationHeadOptions {
  /**
   * The feature that holds the weights of the examples: its name, or a `numericColumn`. Weights are of shape `[D0, .., DN]` or
   * `[D0, .., DN, 1]`. Default: none.
   */
  readonly weightColumn?: WeightColumn | undefined;
  /** The names of the classes, by id. With them, labels are strings. Default: none, and classes are called `0`, `1`, .. */
  readonly labelVocabulary?: readonly string[] | undefined;
  /** Default: `sum_over_batch_size`, the sum divided by the number of examples. */
  readonly lossReduction?: Reduction | undefined;
  /** The loss of each example, `[D0, .., DN, 1]`. Default: the cross entropy. */
  readonly lossFn?: LossFn | undefined;
  /** Metric and summary keys end in `/name`. Default: no name. */
  readonly name?: string | undefined;
}

/** The names of {@link ClassificationHeadOptions}. */
export const FAMILY_OPTIONS: readonly (keyof ClassificationHeadOptions)[] = [
  'weightColumn',
  'labelVocabulary',
  'lossReduction',
  'lossFn',
  'name',
];

/** Ids up to it are exact in float32, in which labels are computed with. */
const MOST_CLASSES = 2 ** 24;

/**
 * How many classes there are.
 *
 * @param least The smallest number allowed.
 * @throws N_CLASSES_INVALID
 */
export function checkClassCount(nClasses: unknown, least: number, instead: string): number {
  if (typeof nClasses === 'number' && Number.isInteger(nClasses) && nClasses >= least && nClasses <= MOST_CLASSES)
    return nClasses;
  throw headError(
    'N_CLASSES_INVALID',
    `n_classes must be > ${least - 1}${instead}: nClasses must be a whole number up to ${MOST_CLASSES}, got ${describeValue(nClasses)}.`,
  );
}

/**
 * The names of classes. In the original a binary head took a list of any length, and out of one that is too long came classes
 * that nothing predicts.
 *
 * @throws LABEL_VOCABULARY_INVALID
 */
export function checkVocabulary(vocabulary: unknown, nClasses: number): readonly string[] | undefined {
  if (vocabulary === undefined || vocabulary === null) return undefined;
  const invalid = (what: string): Error =>
    headError('LABEL_VOCABULARY_INVALID', `label_vocabulary should be a list: labelVocabulary must be ${what}.`);
  const names = listOf(vocabulary);
  if (names === undefined) throw invalid(`a list of ${nClasses} strings, got ${describeValue(vocabulary)}`);
  const index = names.findIndex((name) => typeof name !== 'string');
  if (index >= 0) throw invalid(`a list of strings, got ${describeValue(names[index])} at index ${index}`);
  if (names.length !== nClasses)
    throw invalid(
      `as long as there are classes. Length of label_vocabulary must be n_classes (${nClasses}), got ${names.length}`,
    );
  const firstAt = new Map(names.toReversed().map((name, fromEnd) => [name, names.length - 1 - fromEnd]));
  const again = names.findIndex((name, at) => firstAt.get(name) !== at);
  if (again >= 0) {
    throw invalid(
      `a list of different strings, got ${quote(names[again])} at the indices ${firstAt.get(names[again])} and ${again}`,
    );
  }
  return Object.freeze(names as string[]);
}

/** The ids of the names of classes, for labels that are names: made once, since a vocabulary may be long. */
export function idsByName(vocabulary: readonly string[] | undefined): ReadonlyMap<string, number> | undefined {
  return vocabulary && new Map(vocabulary.map((name, id) => [name, id]));
}

/**
 * Thresholds for the probability of the positive class, between 0 and 1, the ends excluded.
 *
 * @throws THRESHOLDS_INVALID
 */
export function checkThresholds(thresholds: unknown): readonly number[] {
  if (thresholds === undefined || thresholds === null) return [];
  const invalid = (got: string): Error =>
    headError('THRESHOLDS_INVALID', `thresholds must be a list of numbers in (0, 1), the ends excluded, got ${got}.`);
  const numbers = listOf(thresholds);
  if (numbers === undefined) throw invalid(describeValue(thresholds));
  const index = numbers.findIndex((t) => !(typeof t === 'number' && t > 0 && t < 1));
  if (index >= 0) throw invalid(`${describeValue(numbers[index])} at index ${index}`);
  return Object.freeze(numbers as number[]);
}
