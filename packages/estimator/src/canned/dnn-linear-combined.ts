import { add } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Head, ModeKeys } from '@tfjs-heads/head-api';
import { checkOptions, headError } from '@tfjs-heads/head-kit';
import { Estimator } from '../estimator.js';
import type { DenseColumn, FeatureColumn } from '../feature-columns/columns.js';
import { checkCombiner, type Combiner } from '../feature-columns/embedding-column.js';
import type { ColumnGroup } from '../feature-columns/prepare-features.js';
import type { ModelFn } from '../model-fn.js';
import {
  CLASSIFIER_OPTIONS,
  classifierHead,
  type ClassifierOptions,
  REGRESSOR_OPTIONS,
  regressorHead,
  type RegressorOptions,
} from './canned-heads.js';
import { CANNED_OPTIONS, cannedModelFn, type CannedOptions, checkHead, prepareBy } from './canned-model.js';
import { checkNetwork, dnnGroup, dnnNetwork, type NetworkOptions } from './dnn-network.js';
import { dropUnits } from './dropout.js';
import { summarizeLayer, summarizeWeights } from './layer-summaries.js';
import { linearGroup, linearPart } from './linear.js';
import { jointOptimizer, type OptimizerChoice, optimizerOf } from './optimizer.js';

/** What the model of a {@link DNNLinearCombinedEstimator} is made of. At least one of the lists of columns must be given. */
export interface DNNLinearCombinedModelOptions {
  readonly head: Head;
  readonly linearFeatureColumns?: readonly FeatureColumn[] | undefined;
  /** Default: `Ftrl`. By its name, an optimizer has the smaller rate of 0.005 and 1 / sqrt(how many linear columns there are). */
  readonly linearOptimizer?: OptimizerChoice | undefined;
  readonly dnnFeatureColumns?: readonly DenseColumn[] | undefined;
  /** Default: `Adagrad`. By its name, an optimizer has a rate of 0.001. */
  readonly dnnOptimizer?: OptimizerChoice | undefined;
  /** Needed with `dnnFeatureColumns`. */
  readonly dnnHiddenUnits?: readonly number[] | undefined;
  /** Default: `relu`. */
  readonly dnnActivationFn?: ((x: Tensor) => Tensor) | undefined;
  /** The chance of a hidden unit to be left out of a training step. Default: none. */
  readonly dnnDropout?: number | undefined;
  /** Default: false. */
  readonly batchNorm?: boolean | undefined;
  /** How several values of a category become one. Default: `sum`. */
  readonly linearSparseCombiner?: Combiner | undefined;
}

/** The options of {@link DNNLinearCombinedEstimator}. */
export interface DNNLinearCombinedEstimatorOptions extends DNNLinearCombinedModelOptions, CannedOptions {}

const PARTS = [
  'linearFeatureColumns',
  'linearOptimizer',
  'dnnFeatureColumns',
  'dnnOptimizer',
  'dnnHiddenUnits',
  'dnnActivationFn',
  'dnnDropout',
  'batchNorm',
  'linearSparseCombiner',
] as const;
const MODEL_OPTIONS = ['head', ...PARTS] as const;
const SETTINGS = [...PARTS, ...CANNED_OPTIONS] as const;

const DNN_RATE = 0.001;
const LINEAR_RATE = 0.005;

/**
 * A network and a linear model whose logits are added ("wide and deep"), each with an optimizer of its own.
 *
 * @throws INVALID_ARGUMENT, FEATURE_COLUMNS_INVALID; the `modelFn` also OPTIMIZER_INVALID, and what the head throws
 */
export function dnnLinearCombinedModelFn(options: DNNLinearCombinedModelOptions): ModelFn {
  const given = checkOptions('dnnLinearCombinedModelFn', options, MODEL_OPTIONS);
  const { head, dnnOptimizer = 'Adagrad', linearOptimizer = 'Ftrl', linearSparseCombiner = 'sum' } = given;
  checkHead(head);
  checkCombiner('dnnLinearCombinedModelFn', 'linearSparseCombiner', linearSparseCombiner);
  const { network, linear, all } = combinedGroups(given);
  const linearRate = linear && Math.min(LINEAR_RATE, 1 / Math.sqrt(linear.columns.length));
  return cannedModelFn(
    head,
    all,
    ({ mode, store, config }) => {
      const deep = network && dnnNetwork(store, network, head.logitsDimension);
      const wide = linear && linearPart(store, linear, head.logitsDimension, linearSparseCombiner);
      const isTraining = mode === ModeKeys.TRAIN;
      const deepBy =
        isTraining && deep
          ? store.once('dnn_optimizer', () => optimizerOf(dnnOptimizer, { learningRate: DNN_RATE }))
          : undefined;
      const wideBy =
        isTraining && wide
          ? store.once('linear_optimizer', () => optimizerOf(linearOptimizer, { learningRate: linearRate }))
          : undefined;
      const deepPart = deep && deepBy ? [{ optimizer: deepBy, variables: deep.trainableVariables }] : [];
      const widePart = wide && wideBy ? [{ optimizer: wideBy, variables: wide.trainableVariables }] : [];
      return {
        optimizer: isTraining ? jointOptimizer([...deepPart, ...widePart]) : undefined,
        trainableVariables: [...new Set([...(deep?.trainableVariables ?? []), ...(wide?.trainableVariables ?? [])])],
        logits(features, updates, summarize) {
          const drop = dropUnits(store, config.tfRandomSeed, deepBy, summarize === undefined);
          const deepLogits = deep?.apply(features, updates && { updates, drop, summarize });
          const wideLogits = wide?.apply(features);
          if (wide && wideLogits) {
            summarizeWeights(summarize, wide.trainableVariables);
            summarizeLayer(summarize, 'linear', wideLogits);
          }
          return deepLogits && wideLogits ? add(deepLogits, wideLogits) : ((deepLogits ?? wideLogits) as Tensor);
        },
      };
    },
    true,
  );
}

/** What there is of a network and of a linear model. Throws INVALID_ARGUMENT, FEATURE_COLUMNS_INVALID. */
function combinedGroups(options: DNNLinearCombinedModelOptions): {
  readonly network: NetworkOptions | undefined;
  readonly dnn: ColumnGroup | undefined;
  readonly linear: ColumnGroup | undefined;
  readonly all: readonly ColumnGroup[];
} {
  const { dnnFeatureColumns = [], linearFeatureColumns = [], dnnHiddenUnits: hiddenUnits = [] } = options;
  const isDeep = dnnFeatureColumns.length > 0;
  const isWide = linearFeatureColumns.length > 0;
  if (!isDeep && !isWide) {
    throw headError(
      'FEATURE_COLUMNS_INVALID',
      'Either linear_feature_columns or dnn_feature_columns must be defined: one of linearFeatureColumns and dnnFeatureColumns must be given, got neither.',
    );
  }
  if (isDeep && hiddenUnits.length === 0) {
    throw headError(
      'INVALID_ARGUMENT',
      'dnn_hidden_units must be defined when dnn_feature_columns is specified: dnnHiddenUnits must be a list of at least one number, got none.',
    );
  }
  const { dnnActivationFn: activationFn, dnnDropout: dropout, batchNorm } = options;
  const network = isDeep
    ? { hiddenUnits, featureColumns: dnnFeatureColumns, activationFn, dropout, batchNorm }
    : undefined;
  if (network) checkNetwork(network);
  const dnn = network && dnnGroup(dnnFeatureColumns);
  const linear = isWide ? linearGroup(linearFeatureColumns) : undefined;
  return { network, dnn, linear, all: [dnn, linear].flatMap((group) => group ?? []) };
}

/**
 * A network and a linear model under any head.
 *
 * ```ts
 * const estimator = new DNNLinearCombinedEstimator({
 *   head: new BinaryClassHead(),
 *   linearFeatureColumns: [crossedColumn(['city', 'job'], { hashBucketSize: 10_000 })],
 *   dnnFeatureColumns: [numericColumn('age'), embeddingColumn(city, { dimension: 8 })],
 *   dnnHiddenUnits: [100, 50],
 * });
 * ```
 */
export class DNNLinearCombinedEstimator extends Estimator {
  /** @throws INVALID_ARGUMENT, FEATURE_COLUMNS_INVALID */
  constructor(options: DNNLinearCombinedEstimatorOptions) {
    const { modelDir, config, warmStartFrom, ...model } = checkOptions('DNNLinearCombinedEstimator', options, [
      ...MODEL_OPTIONS,
      ...CANNED_OPTIONS,
    ]);
    const modelFn = dnnLinearCombinedModelFn(model);
    super({ modelFn, prepare: prepareBy(combinedGroups(model).all), modelDir, config, warmStartFrom });
  }
}

/** The options of {@link DNNLinearCombinedClassifier}. */
export interface DNNLinearCombinedClassifierOptions
  extends Omit<DNNLinearCombinedEstimatorOptions, 'head'>, ClassifierOptions {}

/** A {@link DNNLinearCombinedEstimator} that tells classes apart: by a BinaryClassHead for two, else a MultiClassHead. */
export class DNNLinearCombinedClassifier extends DNNLinearCombinedEstimator {
  /** @throws What {@link DNNLinearCombinedEstimator} and the head throw */
  constructor(options: DNNLinearCombinedClassifierOptions) {
    super(classifierHead(checkOptions('DNNLinearCombinedClassifier', options, [...SETTINGS, ...CLASSIFIER_OPTIONS])));
  }
}

/** The options of {@link DNNLinearCombinedRegressor}. */
export interface DNNLinearCombinedRegressorOptions
  extends Omit<DNNLinearCombinedEstimatorOptions, 'head'>, RegressorOptions {}

/** A {@link DNNLinearCombinedEstimator} that predicts numbers, by a RegressionHead. */
export class DNNLinearCombinedRegressor extends DNNLinearCombinedEstimator {
  /** @throws What {@link DNNLinearCombinedEstimator} and the head throw */
  constructor(options: DNNLinearCombinedRegressorOptions) {
    super(regressorHead(checkOptions('DNNLinearCombinedRegressor', options, [...SETTINGS, ...REGRESSOR_OPTIONS])));
  }
}
