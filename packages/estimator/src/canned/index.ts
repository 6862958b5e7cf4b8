export {
  BaselineClassifier,
  type BaselineClassifierOptions,
  BaselineEstimator,
  type BaselineEstimatorOptions,
  baselineModelFn,
  type BaselineModelOptions,
  BaselineRegressor,
  type BaselineRegressorOptions,
} from './baseline.js';
export type { ClassifierOptions, RegressorOptions } from './canned-heads.js';
export type { CannedOptions } from './canned-model.js';
export {
  DNNClassifier,
  type DNNClassifierOptions,
  DNNEstimator,
  type DNNEstimatorOptions,
  dnnModelFn,
  type DNNModelOptions,
  DNNRegressor,
  type DNNRegressorOptions,
} from './dnn.js';
export {
  DNNLinearCombinedClassifier,
  type DNNLinearCombinedClassifierOptions,
  DNNLinearCombinedEstimator,
  type DNNLinearCombinedEstimatorOptions,
  dnnLinearCombinedModelFn,
  type DNNLinearCombinedModelOptions,
  DNNLinearCombinedRegressor,
  type DNNLinearCombinedRegressorOptions,
} from './dnn-linear-combined.js';
export type { NetworkOptions } from './dnn-network.js';
export {
  LinearClassifier,
  type LinearClassifierOptions,
  LinearEstimator,
  type LinearEstimatorOptions,
  linearModelFn,
  type LinearModelFnOptions,
  LinearRegressor,
  type LinearRegressorOptions,
} from './linear.js';
export type { OptimizerChoice } from './optimizer.js';
export type { RNNCell } from './layer-cell.js';
export type { CellType } from './recurrent-cells.js';
export {
  RNNClassifier,
  type RNNClassifierOptions,
  RNNEstimator,
  type RNNEstimatorOptions,
  rnnModelFn,
  type RNNModelOptions,
} from './rnn.js';
export type { RNNNetworkOptions } from './rnn-network.js';
