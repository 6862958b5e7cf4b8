import { type Head, ModeKeys } from '@tfjs-heads/head-api';
import { checkOptions } from '@tfjs-heads/head-kit';
import { Estimator } from '../estimator.js';
import type { ModelFn } from '../model-fn.js';
import { CANNED_OPTIONS, cannedModelFn, type CannedOptions, checkHead, prepareBy } from './canned-model.js';
import {
  classifierHead,
  type ClassifierOptions,
  CLASSIFIER_OPTIONS,
  type RegressorOptions,
  REGRESSOR_OPTIONS,
  regressorHead,
} from './canned-heads.js';
import { checkNetwork, dnnGroup, dnnNetwork, NETWORK_OPTIONS, type NetworkOptions } from './dnn-network.js';
import { dropUnits } from './dropout.js';
import { type OptimizerChoice, optimizerOf } from './optimizer.js';

/** What the model of a {@link DNNEstimator} is made of. */
export interface DNNModelOptions extends NetworkOptions {
  readonly head: Head;
  /** Default: `Adagrad`. By its name, an optimizer has its own rate: 0.001 for Adagrad. */
  readonly optimizer?: OptimizerChoice | undefined;
}

/** The options of {@link DNNEstimator}. */
export interface DNNEstimatorOptions extends DNNModelOptions, CannedOptions {}

const MODEL_OPTIONS = ['head', ...NETWORK_OPTIONS, 'optimizer'] as const;
const SETTINGS = [...NETWORK_OPTIONS, 'optimizer', ...CANNED_OPTIONS] as const;

/**
 * The model of a network of dense layers: the columns side by side, the hidden layers, each with its activation, dropout in training and
 * batch normalization, and the logits.
 *
 * @throws INVALID_ARGUMENT, FEATURE_COLUMNS_INVALID; the `modelFn` also OPTIMIZER_INVALID, and what the head throws
 */
export function dnnModelFn(options: DNNModelOptions): ModelFn {
  const { head, optimizer: choice = 'Adagrad', ...network } = checkOptions('dnnModelFn', options, MODEL_OPTIONS);
  checkHead(head);
  checkNetwork(network);
  const groups = [dnnGroup(network.featureColumns)];
  return cannedModelFn(
    head,
    groups,
    ({ mode, store, config }) => {
      const { trainableVariables, apply } = dnnNetwork(store, network, head.logitsDimension);
      const optimizer = mode === ModeKeys.TRAIN ? store.once('optimizer', () => optimizerOf(choice)) : undefined;
      return {
        optimizer,
        trainableVariables,
        logits(features, updates, summarize) {
          const drop = dropUnits(store, config.tfRandomSeed, optimizer, summarize === undefined);
          return apply(features, updates && { updates, drop, summarize });
        },
      };
    },
    true,
  );
}

/**
 * A network of dense layers under any head.
 *
 * ```ts
 * const estimator = new DNNEstimator({
 *   head: new MultiLabelHead({ nClasses: 3 }),
 *   featureColumns: [numericColumn('age'), embeddingColumn(city, { dimension: 8 })],
 *   hiddenUnits: [1024, 512, 256],
 * });
 * await estimator.train(inputFn, { steps: 1000 });
 * ```
 */
export class DNNEstimator extends Estimator {
  /** @throws INVALID_ARGUMENT, FEATURE_COLUMNS_INVALID */
  constructor(options: DNNEstimatorOptions) {
    const { modelDir, config, warmStartFrom, ...model } = checkOptions('DNNEstimator', options, [
      ...MODEL_OPTIONS,
      ...CANNED_OPTIONS,
    ]);
    const modelFn = dnnModelFn(model);
    super({ modelFn, prepare: prepareBy([dnnGroup(model.featureColumns)]), modelDir, config, warmStartFrom });
  }
}

/** The options of {@link DNNClassifier}. */
export interface DNNClassifierOptions extends Omit<DNNEstimatorOptions, 'head'>, ClassifierOptions {}

/** A {@link DNNEstimator} that tells classes apart: by a BinaryClassHead for two, else a MultiClassHead. */
export class DNNClassifier extends DNNEstimator {
  /** @throws What {@link DNNEstimator} and the head throw */
  constructor(options: DNNClassifierOptions) {
    const given = checkOptions('DNNClassifier', options, [...SETTINGS, ...CLASSIFIER_OPTIONS]);
    super(classifierHead(given));
  }
}

/** The options of {@link DNNRegressor}. */
export interface DNNRegressorOptions extends Omit<DNNEstimatorOptions, 'head'>, RegressorOptions {}

/** A {@link DNNEstimator} that predicts numbers, by a RegressionHead. */
export class DNNRegressor extends DNNEstimator {
  /** @throws What {@link DNNEstimator} and the head throw */
  constructor(options: DNNRegressorOptions) {
    const given = checkOptions('DNNRegressor', options, [...SETTINGS, ...REGRESSOR_OPTIONS]);
    super(regressorHead(given));
  }
}
