import { fill, mul, zeros as zerosOf } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Features, type Head, ModeKeys, type SparseTensor } from '@tfjs-heads/head-api';
import { checkOptions, describeValue, headError, isMap, isSparseTensor, isTensor, quote } from '@tfjs-heads/head-kit';
import { Estimator } from '../estimator.js';
import { zeros } from '../initializers.js';
import type { ModelFn } from '../model-fn.js';
import {
  CLASSIFIER_OPTIONS,
  classifierHead,
  type ClassifierOptions,
  REGRESSOR_OPTIONS,
  regressorHead,
  type RegressorOptions,
} from './canned-heads.js';
import { CANNED_OPTIONS, cannedModelFn, type CannedOptions, checkHead } from './canned-model.js';
import { type OptimizerChoice, optimizerOf } from './optimizer.js';

/** What the model of a {@link BaselineEstimator} is made of. */
export interface BaselineModelOptions {
  readonly head: Head;
  /** Default: `Ftrl`. By its name, an optimizer has a rate of 0.3. */
  readonly optimizer?: OptimizerChoice | undefined;
}

/** The options of {@link BaselineEstimator}. */
export interface BaselineEstimatorOptions extends BaselineModelOptions, CannedOptions {}

const SETTINGS = ['optimizer', ...CANNED_OPTIONS] as const;

/** The rate of an optimizer by its name. */
const RATE = 0.3;

/** The feature that {@link withoutTexts} adds. */
const ROWS = 'baseline/rows';

/**
 * A model that knows nothing but a bias, which begins with zero: what other models must do better than. Of the features it takes the batch size.
 *
 * @throws INVALID_ARGUMENT; the `modelFn` also OPTIMIZER_INVALID, FEATURES_INVALID, and what the head throws
 */
export function baselineModelFn(options: BaselineModelOptions): ModelFn {
  const { head, optimizer: choice = 'Ftrl' } = checkOptions('baselineModelFn', options, ['head', 'optimizer']);
  checkHead(head);
  return cannedModelFn(head, [], ({ mode, store }) => {
    const bias = store.variable('baseline/bias', { shape: [head.logitsDimension], initializer: zeros });
    return {
      optimizer:
        mode === ModeKeys.TRAIN
          ? store.once('optimizer', () => optimizerOf(choice, { learningRate: RATE }))
          : undefined,
      trainableVariables: [bias],
      logits: (features) => mul(bias, fill([batchSize(features), head.logitsDimension], 1)),
    };
  });
}

/** How many examples there are. Throws FEATURES_INVALID. */
function batchSize(features: Features): number {
  const sizes = Object.entries(isMap(features) ? features : {}).map(
    ([key, feature]) => [key, sizeOf(key, feature)] as const,
  );
  const [first] = sizes;
  if (first === undefined)
    throw headError(
      'FEATURES_INVALID',
      `At least one feature must be specified: features must be a map of names to tensors, got ${describeValue(features)}.`,
    );
  const unlike = sizes.find(([, size]) => size !== first[1]);
  if (unlike !== undefined) {
    throw headError(
      'FEATURES_INVALID',
      `Batch size (first dimension) of each feature must be same: got ${first[1]} for ${quote(first[0])} and ${unlike[1]} for ${quote(unlike[0])}.`,
    );
  }
  return first[1];
}

function sizeOf(key: string, feature: Tensor | SparseTensor): number {
  const size = isTensor(feature) ? feature.shape[0] : isSparseTensor(feature) ? feature.denseShape[0] : undefined;
  if (size !== undefined) return size;
  throw headError(
    'FEATURES_INVALID',
    `features[${quote(key)}] must be of shape [batch, ...], got ${describeValue(feature)}.`,
  );
}

/** Numbers alone, so that a step that takes them can be traced; in the place of texts alone, the number of examples. */
function withoutTexts(features: Features): Features {
  const rows = batchSize(features);
  const others = Object.fromEntries(
    Object.entries(features).filter(([, one]) => (isTensor(one) ? one.dtype : one.values.dtype) !== 'string'),
  );
  return Object.keys(others).length === 0 ? { [ROWS]: zerosOf([rows]) } : others;
}

/**
 * A bias under any head.
 *
 * ```ts
 * const estimator = new BaselineEstimator({ head: new MultiLabelHead({ nClasses: 3 }) });
 * ```
 */
export class BaselineEstimator extends Estimator {
  /** @throws INVALID_ARGUMENT */
  constructor(options: BaselineEstimatorOptions) {
    const { modelDir, config, warmStartFrom, ...model } = checkOptions('BaselineEstimator', options, [
      'head',
      ...SETTINGS,
    ]);
    super({ modelFn: baselineModelFn(model), prepare: withoutTexts, modelDir, config, warmStartFrom });
  }
}

/** The options of {@link BaselineClassifier}. */
export interface BaselineClassifierOptions extends Omit<BaselineEstimatorOptions, 'head'>, ClassifierOptions {}

/** A {@link BaselineEstimator} that predicts how often classes are: by a BinaryClassHead for two, else a MultiClassHead. */
export class BaselineClassifier extends BaselineEstimator {
  /** @throws What {@link BaselineEstimator} and the head throw */
  constructor(options: BaselineClassifierOptions = {}) {
    super(classifierHead(checkOptions('BaselineClassifier', options, [...SETTINGS, ...CLASSIFIER_OPTIONS])));
  }
}

/** The options of {@link BaselineRegressor}. */
export interface BaselineRegressorOptions extends Omit<BaselineEstimatorOptions, 'head'>, RegressorOptions {}

/** A {@link BaselineEstimator} that predicts the mean, by a RegressionHead. */
export class BaselineRegressor extends BaselineEstimator {
  /** @throws What {@link BaselineEstimator} and the head throw */
  constructor(options: BaselineRegressorOptions = {}) {
    super(regressorHead(checkOptions('BaselineRegressor', options, [...SETTINGS, ...REGRESSOR_OPTIONS])));
  }
}
