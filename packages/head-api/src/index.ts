export type {
  Features,
  Labels,
  Logits,
  PredictionKey,
  Predictions,
  PredictionsAt,
  SparseTensor,
  StringLookup,
  StringValues,
} from './data.js';
export type { HeadError, HeadErrorCode } from './error.js';
export type {
  EstimatorSpec,
  EstimatorSpecArgs,
  EvalSpec,
  GradientOptimizer,
  LayerVariable,
  PredictSpec,
  RegularizationLosses,
  SessionRunContext,
  SessionRunHook,
  TrainableVariable,
  TrainOpFn,
  TrainSpec,
} from './estimator-spec.js';
export type {
  ClassificationOutput,
  ExportOutput,
  ExportOutputs,
  PredictOutput,
  RegressionOutput,
} from './export-output.js';
export type { Head, LossOptions, MetricsOptions, UpdateMetricsOptions } from './head.js';
export type { HexNumber, JsonNumber, Metric, Metrics, MetricState } from './metric.js';
export { ModeKeys } from './mode-keys.js';
export { Reduction } from './reduction.js';
