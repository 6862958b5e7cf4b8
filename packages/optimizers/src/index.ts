export { Adam, type AdamOptions } from './adam.js';
export type { BaseOptions, BaseOptimizer, NamedGradient } from './base-optimizer.js';
export { SGD, type SGDOptions } from './sgd.js';
export { UPDATE } from './update-kernel.js';
export type { Arithmetic, Scalars, UpdateAttributes, UpdateRule, UpdateSource } from './update-rule.js';
