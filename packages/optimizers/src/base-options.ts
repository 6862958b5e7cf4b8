import { describeValue, headError, listOf, quote } from '@tfjs-heads/head-kit';
import { aboveZeroFloat, notNegativeFloat } from './check-numbers.js';
import { checkLearningRate, type LearningRate } from './learning-rate.js';

/** The options that all optimizers have. Of the three that clip, one at most is given. */
export interface BaseOptions {
  /** How far a step goes: a number, or a schedule. Default: 0.001, for SGD 0.01. */
  readonly learningRate?: LearningRate | undefined;
  /** Each element of a gradient is kept between this number and its negative. Default: as it is. */
  readonly clipvalue?: number | undefined;
  /** The norm of each gradient is kept at most this. Default: as it is. */
  readonly clipnorm?: number | undefined;
  /** The common norm of all gradients of a step is kept at most this. Default: as it is. */
  readonly globalClipnorm?: number | undefined;
  /** This share, times the learning rate, is taken from a variable before its update. Default: none; for AdamW 0.004. */
  readonly weightDecay?: number | undefined;
  /** Regular expressions: a variable in whose name one of them is found does not decay; `/bias$` is found in `dense/bias_1`, too. Default: all decay. */
  readonly excludeFromWeightDecay?: readonly string[] | undefined;
}

/** The names of {@link BaseOptions}. */
export const BASE_OPTIONS: readonly (keyof BaseOptions)[] = [
  'learningRate',
  'clipvalue',
  'clipnorm',
  'globalClipnorm',
  'weightDecay',
  'excludeFromWeightDecay',
];

/** {@link BaseOptions}, checked; what is not given is undefined. */
export interface CheckedOptions {
  readonly learningRate: LearningRate;
  readonly clipvalue: number | undefined;
  readonly clipnorm: number | undefined;
  readonly globalClipnorm: number | undefined;
  readonly weightDecay: number;
  readonly excludeFromWeightDecay: readonly RegExp[];
}

/** @throws INVALID_ARGUMENT */
export function checkBaseOptions(optimizer: string, options: BaseOptions, defaultRate: number): CheckedOptions {
  const { learningRate = defaultRate, weightDecay, excludeFromWeightDecay = [] } = options;
  const clips = (['clipvalue', 'clipnorm', 'globalClipnorm'] as const).filter((name) => isGiven(options[name]));
  if (clips.length > 1) {
    throw headError(
      'INVALID_ARGUMENT',
      `${optimizer}: one of clipvalue, clipnorm and globalClipnorm must be given at most, got ${clips.join(' and ')}.`,
    );
  }
  const clip = (name: (typeof clips)[number]): number | undefined =>
    isGiven(options[name]) ? aboveZeroFloat(`${optimizer}: ${name}`, options[name]) : undefined;
  return {
    learningRate: checkLearningRate(optimizer, learningRate),
    clipvalue: clip('clipvalue'),
    clipnorm: clip('clipnorm'),
    globalClipnorm: clip('globalClipnorm'),
    weightDecay: isGiven(weightDecay) ? notNegativeFloat(`${optimizer}: weightDecay`, weightDecay) : 0,
    excludeFromWeightDecay: checkPatterns(optimizer, excludeFromWeightDecay),
  };
}

/** Keras writes null for what is not given. */
const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

function checkPatterns(optimizer: string, given: unknown): readonly RegExp[] {
  const patterns = listOf(given);
  if (patterns === undefined) {
    throw headError(
      'INVALID_ARGUMENT',
      `${optimizer}: excludeFromWeightDecay must be a list of strings, got ${describeValue(given)}.`,
    );
  }
  return patterns.map((pattern, i) => {
    const name = `${optimizer}: excludeFromWeightDecay[${i}]`;
    if (typeof pattern !== 'string')
      throw headError('INVALID_ARGUMENT', `${name} must be a string, got ${describeValue(pattern)}.`);
    try {
      return new RegExp(pattern);
    } catch (cause) {
      throw headError('INVALID_ARGUMENT', `${name} must be a regular expression, got ${quote(pattern)}.`, { cause });
    }
  });
}
