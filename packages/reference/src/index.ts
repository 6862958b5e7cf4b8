// The truth of the suite, in doubles and as plainly as possible. It shares nothing with the heads and knows no tensors.
export {
  drawKinds,
  drawMask,
  drawn,
  drawSparse,
  drawValues,
  exact,
  labelKinds,
  magnitudes,
  random,
  spread,
  type DrawKind,
  type LabelKind,
  type SparseValues,
} from './draw.js';
export { binaryMetrics, type BinarySample } from './binary.js';
export { binaryClassMetrics, type ClassMetricsOptions, multiClassMetrics, multiLabelMetrics } from './class-metrics.js';
export { multiLabelCrossEntropy, softmaxCrossEntropy, type RowFormula } from './cross-entropy.js';
export { fullLogPoisson, logPoisson, sigmoidCrossEntropy, squaredError, type Formula } from './formulas.js';
export { type Convolution, convolutionGradients, convolve } from './convolution.js';
export { addRow, columnSums, matMul, matrixOf, transposed } from './matrix.js';
export { backward, trainNetwork, type LossOfLogits, type Trained, type Untrained, type Variables } from './network.js';
export { optimizerSettings, updateRule, type OptimizerName, type UpdateRule } from './optimizers.js';
export {
  regressionMetrics,
  trainingLoss,
  trainingLossOfRows,
  weightOfEach,
  type Reducing,
  type ReferenceBatch,
} from './reduce.js';
export { inFloat32, over, sumOf, times, type Scaled } from './scaled.js';
export { sigmoidOf, softmaxOf, totalOf } from './softmax.js';
export {
  tensorflowRule,
  type StepOfRule,
  type TensorflowOptimizer,
  type TensorflowRule,
} from './tensorflow-optimizers.js';
export { type Pool, pool, poolGradient } from './pool.js';
export { ULPS, usedTolerance } from './tolerance.js';
export { filled, largest, mapValues, sizeOf, sumValue, type Values } from './values.js';
