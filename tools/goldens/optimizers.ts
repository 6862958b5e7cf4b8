import type { TrainingDescription } from './describe.js';

type Optimizer = Pick<TrainingDescription, 'optimizer' | 'variant' | 'settings'>;

/** Every optimizer of `tf.train`, with all of its settings: no default of a backend takes part. */
export const optimizers = {
  sgd: { optimizer: 'sgd', settings: { learningRate: 0.1 } },
  momentum: { optimizer: 'momentum', settings: { learningRate: 0.02, momentum: 0.75, useNesterov: false } },
  nesterov: {
    optimizer: 'momentum',
    variant: 'nesterov',
    settings: { learningRate: 0.02, momentum: 0.75, useNesterov: true },
  },
  adagrad: { optimizer: 'adagrad', settings: { learningRate: 0.1, initialAccumulatorValue: 0.1 } },
  adadelta: { optimizer: 'adadelta', settings: { learningRate: 0.5, rho: 0.9, epsilon: 0.001 } },
  adam: { optimizer: 'adam', settings: { learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-4 } },
  adamax: {
    optimizer: 'adamax',
    settings: { learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-4, decay: 0.1 },
  },
  rmsprop: {
    optimizer: 'rmsprop',
    settings: { learningRate: 0.01, decay: 0.9, momentum: 0, epsilon: 1e-4, centered: false },
  },
  rmspropMomentum: {
    optimizer: 'rmsprop',
    variant: 'momentum',
    settings: { learningRate: 0.01, decay: 0.9, momentum: 0.5, epsilon: 1e-4, centered: false },
  },
  // It divides by the root of a variance less epsilon, which must not be below 0: epsilon is small and no gradient is.
  rmspropCentered: {
    optimizer: 'rmsprop',
    variant: 'centered',
    settings: { learningRate: 0.01, decay: 0.9, momentum: 0.25, epsilon: 1e-9, centered: true },
  },
} as const satisfies Readonly<Record<string, Optimizer>>;
