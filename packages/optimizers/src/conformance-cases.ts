import type { TensorflowOptimizer } from '@tfjs-heads/reference';
import { Adagrad } from './adagrad.js';
import { Adam, AdamW } from './adam.js';
import { Adamax } from './adamax.js';
import type { BaseOptimizer } from './base-optimizer.js';
import { Ftrl } from './ftrl.js';
import { Lion } from './lion.js';
import { Nadam } from './nadam.js';
import { RMSprop } from './rmsprop.js';
import { SGD } from './sgd.js';

/** An optimizer, and the rule in doubles that it must follow. */
export interface OptimizerCase {
  readonly make: () => BaseOptimizer;
  readonly rule: TensorflowOptimizer;
  readonly rate: number;
  readonly settings: Readonly<Record<string, number | boolean>>;
  /** The share, times the rate, that the variable loses before each update. */
  readonly weightDecay?: number;
}

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false };
const rmsprop = { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false };
const ftrl = {
  learningRatePower: -0.5,
  initialAccumulatorValue: 0.1,
  l1RegularizationStrength: 0,
  l2RegularizationStrength: 0,
  l2ShrinkageRegularizationStrength: 0,
  beta: 0,
};
const ftrlOfAll = {
  ...ftrl,
  initialAccumulatorValue: 0.5,
  l1RegularizationStrength: 0.5,
  l2RegularizationStrength: 0.25,
  l2ShrinkageRegularizationStrength: 0.125,
  beta: 0.5,
};

/** Each optimizer as it is by default, and with settings that change its formula. */
export const optimizerCases: Readonly<Record<string, OptimizerCase>> = {
  SGD: { make: () => new SGD(), rule: 'sgd', rate: 0.01, settings: { momentum: 0, nesterov: false } },
  'SGD, momentum': {
    make: () => new SGD({ learningRate: 0.1, momentum: 0.9 }),
    rule: 'sgd',
    rate: 0.1,
    settings: { momentum: 0.9, nesterov: false },
  },
  'SGD, nesterov and decay': {
    make: () => new SGD({ learningRate: 0.1, momentum: 0.5, nesterov: true, weightDecay: 0.1 }),
    rule: 'sgd',
    rate: 0.1,
    settings: { momentum: 0.5, nesterov: true },
    weightDecay: 0.1,
  },
  Adagrad: {
    make: () => new Adagrad(),
    rule: 'adagrad',
    rate: 0.001,
    settings: { initialAccumulatorValue: 0.1, epsilon: 1e-7 },
  },
  'Adagrad, from near 0': {
    make: () => new Adagrad({ learningRate: 0.1, initialAccumulatorValue: 0.001, epsilon: 0.01 }),
    rule: 'adagrad',
    rate: 0.1,
    settings: { initialAccumulatorValue: 0.001, epsilon: 0.01 },
  },
  Adam: { make: () => new Adam(), rule: 'adam', rate: 0.001, settings: adam },
  'Adam, large epsilon': {
    make: () => new Adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 0.5 }),
    rule: 'adam',
    rate: 0.1,
    settings: { beta1: 0.5, beta2: 0.75, epsilon: 0.5, amsgrad: false },
  },
  'Adam, amsgrad': {
    make: () => new Adam({ learningRate: 0.01, beta2: 0.9, amsgrad: true }),
    rule: 'adam',
    rate: 0.01,
    settings: { ...adam, beta2: 0.9, amsgrad: true },
  },
  AdamW: { make: () => new AdamW(), rule: 'adam', rate: 0.001, settings: adam, weightDecay: 0.004 },
  RMSprop: { make: () => new RMSprop(), rule: 'rmsprop', rate: 0.001, settings: rmsprop },
  'RMSprop, centered': {
    make: () => new RMSprop({ learningRate: 0.01, epsilon: 0.01, centered: true }),
    rule: 'rmsprop',
    rate: 0.01,
    settings: { ...rmsprop, epsilon: 0.01, centered: true },
  },
  'RMSprop, momentum': {
    make: () => new RMSprop({ rho: 0.5, momentum: 0.5 }),
    rule: 'rmsprop',
    rate: 0.001,
    settings: { ...rmsprop, rho: 0.5, momentum: 0.5 },
  },
  'RMSprop, centered with momentum': {
    make: () => new RMSprop({ momentum: 0.9, epsilon: 0.001, centered: true }),
    rule: 'rmsprop',
    rate: 0.001,
    settings: { ...rmsprop, momentum: 0.9, epsilon: 0.001, centered: true },
  },
  Ftrl: { make: () => new Ftrl({ learningRate: 0.1 }), rule: 'ftrl', rate: 0.1, settings: ftrl },
  'Ftrl, regularized': {
    make: () => new Ftrl({ learningRate: 0.1, ...ftrlOfAll }),
    rule: 'ftrl',
    rate: 0.1,
    settings: ftrlOfAll,
  },
  'Ftrl, another power': {
    make: () => new Ftrl({ learningRate: 0.1, learningRatePower: -0.75 }),
    rule: 'ftrl',
    rate: 0.1,
    settings: { ...ftrl, learningRatePower: -0.75 },
  },
  Adamax: { make: () => new Adamax(), rule: 'adamax', rate: 0.001, settings: adam },
  Nadam: { make: () => new Nadam(), rule: 'nadam', rate: 0.001, settings: adam },
  Lion: { make: () => new Lion(), rule: 'lion', rate: 0.001, settings: { beta1: 0.9, beta2: 0.99 } },
};
