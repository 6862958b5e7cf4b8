// What the regression heads must compute, in doubles and as plainly as possible. It shares nothing with the heads and
// knows no tensors.
export type { Formula } from './formula.js';
export { fullLogPoisson, logPoisson } from './log-poisson.js';
export { regressionMetrics } from './metrics.js';
export { trainNetwork, type LossOfLogits, type Trained, type Untrained } from './network.js';
export { updateRule, type OptimizerName, type UpdateRule } from './optimizers.js';
export { trainingLoss, weightOfEach, type ReferenceBatch } from './reduce.js';
export { inFloat32, type Scaled } from './scaled.js';
export { sigmoidCrossEntropy } from './sigmoid-cross-entropy.js';
export { squaredError } from './squared-error.js';
