import type { Checks } from '../check.js';
import {
  contract,
  labelDtypes,
  lossIsScalar,
  meanIsSumOverSize,
  predictionKeys,
  predictionsAsClaimed,
} from './contract.js';
import { emptyBatch, errors, labelsRange, labelsRangeTrains } from './errors.js';
import { gradientAddsUp, gradientIsSlope, gradientTimesWhatFollows } from './gradient.js';
import { gradientInNetwork, gradientOfGradient, gradientOfInputs } from './gradient-beyond-logits.js';
import {
  averageLoss,
  batchesInAnyOrder,
  batchMetricsAreMeans,
  metricKeys,
  metricsCountOn,
  metricsMerge,
  metricsOfNothing,
  metricsReset,
  metricsSplit,
} from './metrics.js';
import { inputsKept, noLeak, outputsOwned } from './memory.js';
import { infinityStays, maskedLogits, nanStays, nanStaysInPredictions, notFiniteAtWeightZero } from './not-finite.js';
import { noBlockingRead, oneRead } from './device.js';
import { paddingCountsForNothing } from './padding.js';
import { regularizationAdded, regularizationMeasured, regularizationSummarized } from './regularization.js';
import { deviceMade, otherSizesBetween, repeatedBatch, sameTwice } from './repeat.js';
import { classesToldApart, featuresCount, permutation, rowsDependent, rowsIndependent, sumOfParts } from './rows.js';
import { specOrder, specTrain, specTrainOpFn } from './spec-train.js';
import { specDisposed, specEval, specInfer } from './spec.js';
import { weightsMixed, weightsShapes } from './weights-layout.js';
import {
  allZeroWeights,
  weightIsCount,
  weightsAdd,
  weightsIgnored,
  weightsOfOne,
  weightsWeigh,
  weightZeroIsRowRemoved,
} from './weights.js';

/** What holds for any head, without goldens. */
export const lawChecks: Checks = {
  contract,
  'loss-is-scalar': lossIsScalar,
  'label-dtypes': labelDtypes,
  'mean-is-sum-over-size': meanIsSumOverSize,
  'sum-of-parts': sumOfParts,
  'repeated-batch': repeatedBatch,
  permutation,
  'rows-independent': rowsIndependent,
  'rows-dependent': rowsDependent,
  'features-count': featuresCount,
  'classes-told-apart': classesToldApart,
  'padding-counts-for-nothing': paddingCountsForNothing,
  'weights-of-one': weightsOfOne,
  'weights-weigh': weightsWeigh,
  'weight-zero-is-row-removed': weightZeroIsRowRemoved,
  'all-zero-weights': allZeroWeights,
  'weights-shapes': weightsShapes,
  'weights-mixed': weightsMixed,
  'weight-is-count': weightIsCount,
  'weights-add': weightsAdd,
  'weights-ignored': weightsIgnored,
  'metric-keys': metricKeys,
  'metrics-of-nothing': metricsOfNothing,
  'metrics-split': metricsSplit,
  'metrics-merge': metricsMerge,
  'batches-in-any-order': batchesInAnyOrder,
  'batch-metrics-are-means': batchMetricsAreMeans,
  'metrics-reset': metricsReset,
  'metrics-count-on': metricsCountOn,
  'average-loss': averageLoss,
  'predictions-as-claimed': predictionsAsClaimed,
  'prediction-keys': predictionKeys,
  'gradient-is-slope': gradientIsSlope,
  'gradient-adds-up': gradientAddsUp,
  'gradient-times-what-follows': gradientTimesWhatFollows,
  'gradient-of-gradient': gradientOfGradient,
  'gradient-of-inputs': gradientOfInputs,
  'gradient-in-network': gradientInNetwork,
  'no-leak': noLeak,
  'inputs-kept': inputsKept,
  'outputs-owned': outputsOwned,
  errors,
  'empty-batch': emptyBatch,
  'labels-range': labelsRange,
  'labels-range-trains-nothing': labelsRangeTrains,
  'same-twice': sameTwice,
  'other-sizes-between': otherSizesBetween,
  'device-made': deviceMade,
  'no-blocking-read': noBlockingRead,
  'one-read': oneRead,
  'nan-stays': nanStays,
  'nan-stays-in-predictions': nanStaysInPredictions,
  'not-finite-at-weight-zero': notFiniteAtWeightZero,
  'infinity-stays': infinityStays,
  'masked-logits': maskedLogits,
  'regularization-added': regularizationAdded,
  'regularization-measured': regularizationMeasured,
  'regularization-summarized': regularizationSummarized,
  'spec-infer': specInfer,
  'spec-eval': specEval,
  'spec-train': specTrain,
  'spec-order': specOrder,
  'spec-train-op-fn': specTrainOpFn,
  'spec-disposed': specDisposed,
};
