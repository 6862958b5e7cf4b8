export { describe as describeValue, quote, shapeText } from './checks/describe.js';
export { ask, isMap, isPromise, isSparseTensor, isTensor, listOf } from './checks/kinds.js';
export { checkDenseLabels } from './checks/labels.js';
export { LabelRange } from './checks/label-range.js';
export type { LabelRangeOptions } from './checks/label-range.js';
export { checkLogits } from './checks/logits.js';
export { checkMode } from './checks/mode.js';
export { checkOptions, checkWideOptions } from './checks/options.js';
export { readAs } from './checks/readable.js';
export { checkReduction } from './checks/reduction.js';
export { checkSparse } from './checks/sparse.js';
export type { SparseCodes, SparseParts } from './checks/sparse.js';
export { checkLive, checkNumeric, checkTensor, describeResult } from './checks/tensor.js';
export { carryChecks, checksOf, copyOf, deviceCheck, rejectReads } from './device-check.js';
export type { DeviceCheck, DeviceQuestion } from './device-check.js';
export { headError } from './error.js';
export { classificationOutput, predictOutput, regressionOutput } from './export-output.js';
export { formatG } from './format-g.js';
export { BaseHead } from './head/base-head.js';
export { BASE_HEAD_OPTIONS } from './head/base-head-options.js';
export type { BaseHeadOptions } from './head/base-head-options.js';
export type { Predictors } from './head/base-head.js';
export { estimatorSpec } from './head/estimator-spec.js';
export type { EstimatorSpecOptions, TrainStep } from './head/estimator-spec.js';
export { meanMetric } from './head/metric-definition.js';
export type { MetricDefinition } from './head/metric-definition.js';
export { variablesOf } from './head/train.js';
export { hostMemory, nativeMemory, viewAll } from './host-memory.js';
export type { HostArray, HostMemory } from './host-memory.js';
export { wasmHeap } from './wasm-heap.js';
export type { WasmHeap } from './wasm-heap.js';
export { MetricKeys, PredictionKeys, ServingKeys, withHeadName } from './keys.js';
export { meanOverRow, sigmoidCrossEntropy, softmaxCrossEntropy } from './losses/classification.js';
export { sumOnDevice } from './losses/device-ops.js';
export { divisorOf } from './losses/loss.js';
export type {
  ComposedLoss,
  ElementLoss,
  Loss,
  LossAttributes,
  LossBase,
  LossForm,
  LossTensors,
  LossTerms,
  RowLoss,
  RowTerms,
  Walk,
  WalkPreference,
} from './losses/loss.js';
export { checkLossFn, customLoss } from './losses/loss-fn.js';
export type { CustomLoss, LossFn, LossFnArgs } from './losses/loss-fn.js';
export { fullLogPoisson, logPoisson } from './losses/poisson.js';
export { reduceLoss } from './losses/reduce-loss.js';
export { precomputed, squaredError } from './losses/regression.js';
export { weightedLoss } from './losses/weighted-loss.js';
export type { Accumulator, BinaryQuantities, MetricSettings, RowSums, SumsTogether } from './metrics/accumulator.js';
export { buckets, prAuc, rocAuc } from './metrics/buckets.js';
export type { BucketsOptions } from './metrics/buckets.js';
export { accuracy, confusion, precision, recall } from './metrics/confusion.js';
export type {
  AlignedWeights,
  DeviceQuantity,
  HostBatch,
  HostQuantity,
  Quantities,
  Quantity,
} from './metrics/host-batch.js';
export { logisticSums } from './metrics/logistic-sums.js';
export type { LogisticPart } from './metrics/logistic-sums.js';
export { ExactSums } from './metrics/exact-sums.js';
export { Accuracy, AUC, BinaryAccuracy, Precision, Recall } from './metrics/metric-classes.js';
export type { AUCOptions, ThresholdOptions } from './metrics/metric-classes.js';
export { average, majority, mean, Mean } from './metrics/mean.js';
export { classIds, equalTo, fromEach, logistic, sameAs } from './metrics/quantities.js';
export { StreamingMetric } from './metrics/streaming-metric.js';
export type { MetricName } from './metrics/streaming-metric.js';
export { holdUpdates, updateTogether } from './metrics/update.js';
export type { MetricsUpdate, ReadBefore, Receiver } from './metrics/update.js';
export { isNumericColumn, numericColumn } from './numeric-column.js';
export type { NumericColumn, NumericColumnOptions } from './numeric-column.js';
export { readTensors } from './read-tensors.js';
export type { HostTensor, HostTensors } from './read-tensors.js';
export { RECORDER, recorderNow } from './recording.js';
export type { StepRecorder } from './recording.js';
export { regularizationScalars, sumOfScalars, weightedSum } from './regularization.js';
export { scoped } from './scoped.js';
export { signaturesOf } from './signature.js';
export type { Signature } from './signature.js';
export { createSpec, replaceSpec } from './spec/create-spec.js';
export type { SpecFields } from './spec/create-spec.js';
export { stringsAtHand, valuesAtHand } from './values-at-hand.js';
export { weightsOf } from './weights.js';
export type { WeightColumn } from './weights.js';
