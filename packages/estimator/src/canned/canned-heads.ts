import type { Head } from '@tfjs-heads/head-api';
import { binaryOrMultiClassHead, type MultiClassHeadOptions } from '@tfjs-heads/head-classification';
import { RegressionHead, type RegressionHeadOptions } from '@tfjs-heads/head-regression';

/** What a canned classifier makes its head of. */
export interface ClassifierOptions extends Pick<
  MultiClassHeadOptions,
  'weightColumn' | 'labelVocabulary' | 'lossReduction'
> {
  /** Default: 2. */
  readonly nClasses?: number | undefined;
}

/** What a canned regressor makes its head of. */
export type RegressorOptions = Pick<RegressionHeadOptions, 'labelDimension' | 'weightColumn' | 'lossReduction'>;

/** The names of {@link ClassifierOptions}. */
export const CLASSIFIER_OPTIONS = ['nClasses', 'weightColumn', 'labelVocabulary', 'lossReduction'] as const;
/** The names of {@link RegressorOptions}. */
export const REGRESSOR_OPTIONS = ['labelDimension', 'weightColumn', 'lossReduction'] as const;

/** Options with a head in the place of what it is made of. Throws what the head throws. */
export function classifierHead<T extends ClassifierOptions>(
  options: T,
): Omit<T, keyof ClassifierOptions> & { head: Head } {
  const { nClasses = 2, weightColumn, labelVocabulary, lossReduction, ...others } = options;
  const head = binaryOrMultiClassHead({ nClasses, weightColumn, labelVocabulary, lossReduction });
  return { ...others, head };
}

/** The same with a RegressionHead. Throws what the head throws. */
export function regressorHead<T extends RegressorOptions>(
  options: T,
): Omit<T, keyof RegressorOptions> & { head: Head } {
  const { labelDimension, weightColumn, lossReduction, ...others } = options;
  return { ...others, head: new RegressionHead({ labelDimension, weightColumn, lossReduction }) };
}
