import { train, type Optimizer } from '@tensorflow/tfjs-core';

/**
 * Every optimizer of tfjs, with its settings written out: what tfjs takes by default for epsilon depends on the backend.
 * Adagrad lets nobody set it; it starts near 0, so that WebGL's, which is a thousand times too large, shows.
 */
export const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => train.sgd(0.01),
  momentum: () => train.momentum(0.005, 0.9),
  nesterov: () => train.momentum(0.005, 0.9, true),
  adagrad: () => train.adagrad(0.05, 0.01),
  adadelta: () => train.adadelta(0.5, 0.9, 1e-4),
  adam: () => train.adam(0.02, 0.9, 0.999, 1e-4),
  adamax: () => train.adamax(0.02, 0.9, 0.999, 1e-4),
  // Not centered: tfjs then takes epsilon away under the root instead of adding it, and small gradients give NaN everywhere.
  rmsprop: () => train.rmsprop(0.01, 0.9, 0.5, 1e-4),
};
