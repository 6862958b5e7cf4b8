import { type GradientOptimizer, type Head, ModeKeys } from '@tfjs-heads/head-api';
import { checkOptions } from '@tfjs-heads/head-kit';
import { Ftrl } from '@tfjs-heads/optimizers';
import { Estimator } from '../estimator.js';
import { type FeatureColumn, sortedColumns } from '../feature-columns/columns.js';
import { checkCombiner, type Combiner } from '../feature-columns/embedding-column.js';
import { type LinearModel, linearModel } from '../feature-columns/linear-model.js';
import type { ColumnGroup } from '../feature-columns/prepare-features.js';
import type { ModelFn } from '../model-fn.js';
import type { VariableStore } from '../variable-store.js';
import {
  CLASSIFIER_OPTIONS,
  classifierHead,
  type ClassifierOptions,
  REGRESSOR_OPTIONS,
  regressorHead,
  type RegressorOptions,
} from './canned-heads.js';
import { CANNED_OPTIONS, cannedModelFn, type CannedOptions, checkHead, prepareBy } from './canned-model.js';
import { summarizeWeights } from './layer-summaries.js';
import { type OptimizerChoice, optimizerOf } from './optimizer.js';

/** What the model of a {@link LinearEstimator} is made of. */
export interface LinearModelFnOptions {
  readonly head: Head;
  readonly featureColumns: readonly FeatureColumn[];
  /** Default: `Ftrl`. By its name, an optimizer has a rate of 0.2. Null: Ftrl with the smaller one of 0.2 and 1 / sqrt(how many columns there are). */
  readonly optimizer?: OptimizerChoice | null | undefined;
  /** How several values of a category become one. Default: `sum`. */
  readonly sparseCombiner?: Combiner | undefined;
}

/** The options of {@link LinearEstimator}. */
export interface LinearEstimatorOptions extends LinearModelFnOptions, CannedOptions {}

const LINEAR_OPTIONS = ['featureColumns', 'optimizer', 'sparseCombiner'] as const;
const MODEL_OPTIONS = ['head', ...LINEAR_OPTIONS] as const;
const SETTINGS = [...LINEAR_OPTIONS, ...CANNED_OPTIONS] as const;

/** The rate of an optimizer by its name. */
const RATE = 0.2;

/**
 * A linear model: what each column gives times its weights, added up, and a bias. All begin with zero.
 *
 * @throws INVALID_ARGUMENT, FEATURE_COLUMNS_INVALID; the `modelFn` also OPTIMIZER_INVALID, and what the head throws
 */
export function linearModelFn(options: LinearModelFnOptions): ModelFn {
  const {
    head,
    featureColumns,
    optimizer: choice = 'Ftrl',
    sparseCombiner = 'sum',
  } = checkOptions('linearModelFn', options, MODEL_OPTIONS);
  checkHead(head);
  checkCombiner('linearModelFn', 'sparseCombiner', sparseCombiner);
  const group = linearGroup(featureColumns);
  const make = (): GradientOptimizer =>
    choice === null
      ? new Ftrl({ learningRate: Math.min(RATE, 1 / Math.sqrt(group.columns.length)) })
      : optimizerOf(choice, { learningRate: RATE });
  return cannedModelFn(
    head,
    [group],
    ({ mode, store }) => {
      const { trainableVariables, apply } = linearPart(store, group, head.logitsDimension, sparseCombiner);
      const optimizer = mode === ModeKeys.TRAIN ? store.once('optimizer', make) : undefined;
      return {
        optimizer,
        trainableVariables,
        logits(features, _, summarize) {
          summarizeWeights(summarize, trainableVariables);
          return apply(features);
        },
      };
    },
    true,
  );
}

/** A linear model under the original's names. */
export function linearPart(
  store: VariableStore,
  { prefix, columns }: ColumnGroup,
  units: number,
  sparseCombiner: Combiner,
): LinearModel {
  return linearModel(
    columns,
    { store, variables: 'linear/linear_model/', features: prefix },
    { units, sparseCombiner },
  );
}

/** The columns of a linear model, as they are prepared. Throws FEATURE_COLUMNS_INVALID. */
export function linearGroup(featureColumns: readonly FeatureColumn[]): ColumnGroup {
  return { prefix: 'linear/', columns: sortedColumns('featureColumns', featureColumns) };
}

/**
 * A linear model under any head.
 *
 * ```ts
 * const estimator = new LinearEstimator({ head: new RegressionHead(), featureColumns: [city, bucketizedColumn(age, [18, 65])] });
 * ```
 */
export class LinearEstimator extends Estimator {
  /** @throws INVALID_ARGUMENT, FEATURE_COLUMNS_INVALID */
  constructor(options: LinearEstimatorOptions) {
    const { modelDir, config, warmStartFrom, ...model } = checkOptions('LinearEstimator', options, [
      ...MODEL_OPTIONS,
      ...CANNED_OPTIONS,
    ]);
    const modelFn = linearModelFn(model);
    super({ modelFn, prepare: prepareBy([linearGroup(model.featureColumns)]), modelDir, config, warmStartFrom });
  }
}

/** The options of {@link LinearClassifier}. */
export interface LinearClassifierOptions extends Omit<LinearEstimatorOptions, 'head'>, ClassifierOptions {}

/** A {@link LinearEstimator} that tells classes apart: by a BinaryClassHead for two, else a MultiClassHead. */
export class LinearClassifier extends LinearEstimator {
  /** @throws What {@link LinearEstimator} and the head throw */
  constructor(options: LinearClassifierOptions) {
    super(classifierHead(checkOptions('LinearClassifier', options, [...SETTINGS, ...CLASSIFIER_OPTIONS])));
  }
}

/** The options of {@link LinearRegressor}. */
export interface LinearRegressorOptions extends Omit<LinearEstimatorOptions, 'head'>, RegressorOptions {}

/** A {@link LinearEstimator} that predicts numbers, by a RegressionHead. */
export class LinearRegressor extends LinearEstimator {
  /** @throws What {@link LinearEstimator} and the head throw */
  constructor(options: LinearRegressorOptions) {
    super(regressorHead(checkOptions('LinearRegressor', options, [...SETTINGS, ...REGRESSOR_OPTIONS])));
  }
}
