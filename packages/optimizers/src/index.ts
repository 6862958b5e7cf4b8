export { Adagrad, type AdagradOptions } from './adagrad.js';
export { Adam, AdamW, type AdamOptions } from './adam.js';
export { Adamax, type AdamaxOptions } from './adamax.js';
export { BaseOptimizer } from './base-optimizer.js';
export { BASE_OPTIONS, type BaseOptions } from './base-options.js';
export type { NamedGradient } from './check-gradients.js';
export { Ftrl, type FtrlOptions } from './ftrl.js';
export type { LearningRate } from './learning-rate.js';
export { Lion, type LionOptions } from './lion.js';
export { Nadam, type NadamOptions } from './nadam.js';
export { registerOptimizers } from './register.js';
export { RMSprop, type RMSpropOptions } from './rmsprop.js';
export {
  CosineDecay,
  type CosineDecayOptions,
  type DecayOptions,
  ExponentialDecay,
  InverseTimeDecay,
  type LearningRateSchedule,
  PiecewiseConstantDecay,
  type PiecewiseConstantDecayOptions,
  PolynomialDecay,
  type PolynomialDecayOptions,
} from './schedules.js';
export { SGD, type SGDOptions } from './sgd.js';
export type { Named } from './slots.js';
export { UPDATE } from './update-kernel.js';
export type { Arithmetic, Scalars, UpdateAttributes, UpdateRule, UpdateSource } from './update-rule.js';
