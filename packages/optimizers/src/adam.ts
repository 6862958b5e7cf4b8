import { checkOptions } from '@tfjs-heads/head-kit';
import type { serialization } from '@tensorflow/tfjs-core';
import { BASE_OPTIONS, type BaseOptions, BaseOptimizer } from './base-optimizer.js';
import { belowOne, notNegative } from './check-numbers.js';
import type { Scalars, UpdateRule } from './update-rule.js';

const { fround, sqrt } = Math;

/** Options of {@link Adam}. */
export interface AdamOptions extends BaseOptions {
  /** The share of the mean of gradients that stays at a step, from 0 to below 1. Default: 0.9. */
  readonly beta1?: number | undefined;
  /** The share of the mean of squared gradients that stays at a step, from 0 to below 1. Default: 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root; not bias corrected. Default: 1e-7. */
  readonly epsilon?: number | undefined;
}

/** TensorFlow's kernel `ApplyAdam`, with `rate` corrected for the bias of both means. */
const adamRule: UpdateRule<'m' | 'v', 'rate' | 'newM' | 'newV' | 'epsilon'> = {
  name: 'Adam',
  slots: ['m', 'v'],
  scalars: ['rate', 'newM', 'newV', 'epsilon'],
  compose(on, { variable, gradient, m, v }, { rate, newM, newV, epsilon }) {
    const nextM = on.add(m, on.mul(on.sub(gradient, m), newM));
    const nextV = on.add(v, on.mul(on.sub(on.mul(gradient, gradient), v), newV));
    const step = on.div(on.mul(nextM, rate), on.add(on.sqrt(nextV), epsilon));
    return { variable: on.sub(variable, step), m: nextM, v: nextV };
  },
  walk({ variable: x, gradient, m, v }, { variable: next, m: nextM, v: nextV }, { rate, newM, newV, epsilon }) {
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const oldM = m[i] as number;
      const oldV = v[i] as number;
      const mean = fround(oldM + fround(fround(g - oldM) * newM));
      const square = fround(oldV + fround(fround(fround(g * g) - oldV) * newV));
      nextM[i] = mean;
      nextV[i] = square;
      next[i] = (x[i] as number) - fround(fround(mean * rate) / fround(fround(sqrt(square)) + epsilon));
    }
  },
};

/**
 * Adam (Kingma and Ba, 2014), by Keras and TensorFlow 2.15:
 * `m += (g - m) (1 - beta1); v += (g² - v) (1 - beta2); x -= rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)`.
 *
 * @example
 * const optimizer = new Adam({ learningRate: 0.01 });
 * head.createEstimatorSpec({ mode: 'train', logits, labels, optimizer, trainableVariables });
 */
export class Adam extends BaseOptimizer {
  static readonly className: string = 'TfjsHeads>Adam';
  readonly rule: UpdateRule = adamRule;
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;

  /** @throws INVALID_ARGUMENT */
  constructor(options: AdamOptions = {}) {
    const {
      learningRate = 0.001,
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-7,
    } = checkOptions('Adam', options, [...BASE_OPTIONS, 'beta1', 'beta2', 'epsilon']);
    super('Adam', { learningRate });
    this.#beta1 = belowOne('Adam: beta1', beta1);
    this.#beta2 = belowOne('Adam: beta2', beta2);
    this.#epsilon = notNegative('Adam: epsilon', epsilon);
  }

  protected scalarsAt(step: number, rate: number): Scalars {
    const t = step + 1;
    return {
      rate: (rate * sqrt(1 - this.#beta2 ** t)) / (1 - this.#beta1 ** t),
      newM: 1 - this.#beta1,
      newV: 1 - this.#beta2,
      epsilon: this.#epsilon,
    };
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), beta1: this.#beta1, beta2: this.#beta2, epsilon: this.#epsilon };
  }
}
