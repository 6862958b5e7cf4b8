export { glorotUniform, type Initializer, ones, orthogonal, truncatedNormal, zeros } from './initializers.js';
export type { ModelFn, ModelFnArgs } from './model-fn.js';
export type { TerminalStream } from './progress/progress-bar.js';
export { RunConfig, type RunConfigOptions } from './run-config.js';
export { type StatefulOptimizer, VariableStore, type VariableOptions } from './variable-store.js';
export type { CheckpointSaverListener } from './train.js';
export { Estimator } from './estimator.js';
export type { EstimatorOptions, EvaluateOptions, PredictOptions, TrainOptions } from './estimator-options.js';
export type { EvalResult } from './evaluate.js';
export type {
  ExportFileOptions,
  ExportOptions,
  ExportSavedModelOptions,
  ExportTfliteOptions,
  ServedPrediction,
} from './export/options.js';
export type { Batch, Batches, DatasetLike, InputFn, InputFnArgs } from './input.js';
export type { Prepare } from './model.js';
export type { Predicted, PredictedValue } from './predict-step.js';
export type { WarmStartSettings } from './warm-start.js';
export { addMetrics, type MetricFn, type MetricFnArgs } from './add-metrics.js';
export {
  type EarlyStoppingOptions,
  makeEarlyStoppingHook,
  type PatienceOptions,
  stopIfHigherHook,
  stopIfLowerHook,
  stopIfNoDecreaseHook,
  stopIfNoIncreaseHook,
} from './early-stopping.js';
export {
  BestExporter,
  type CompareFn,
  type ExportArgs,
  type Exporter,
  type ExporterOptions,
  FinalExporter,
  LatestExporter,
} from './exporters.js';
export {
  type EvalSettings,
  trainAndEvaluate,
  type TrainedAndEvaluated,
  type TrainSettings,
} from './train-and-evaluate.js';
export * from './canned/index.js';
export * from './feature-columns/index.js';
export { isNumericColumn, numericColumn, type NumericColumn, type NumericColumnOptions } from '@tfjs-heads/head-kit';
export type { ColumnTensors, ColumnType, ColumnTypes } from './cli/column-types.js';
export type { FolderRowsModel, RowsModel } from './cli/model-module.js';
