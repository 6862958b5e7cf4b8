import { checkOptions } from '@tfjs-heads/head-kit';
import type { serialization } from '@tensorflow/tfjs-core';
import { BaseOptimizer } from './base-optimizer.js';
import { BASE_OPTIONS, type BaseOptions } from './base-options.js';
import { belowOne, notNegativeFloat } from './check-numbers.js';
import { inWebAssembly } from './simd-update.js';
import type { Scalars, UpdateRule } from './update-rule.js';

const { fround, sqrt } = Math;

/** Options of {@link Nadam}. */
export interface NadamOptions extends BaseOptions {
  /** What the share of the mean of gradients that stays at a step grows to, from 0 to below 1. Default: 0.9. */
  readonly beta1?: number | undefined;
  /** The share of the mean of squared gradients that stays at a step, from 0 to below 1. Default: 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root of what is bias corrected. Default: 1e-7. */
  readonly epsilon?: number | undefined;
}

/** Keras' `Nadam`; `meanRate` and `gradientRate` are what multiplies the mean and the gradient, `correction` what corrects `v`. */
const nadam = /*#__PURE__*/ inWebAssembly<
  UpdateRule<'m' | 'v', 'meanRate' | 'gradientRate' | 'correction' | 'newM' | 'newV' | 'epsilon'>
>({
  name: 'Nadam',
  slots: ['m', 'v'],
  scalars: ['meanRate', 'gradientRate', 'correction', 'newM', 'newV', 'epsilon'],
  compose(on, { variable, gradient, m, v }, { meanRate, gradientRate, correction, newM, newV, epsilon }) {
    const nextM = on.add(m, on.mul(on.sub(gradient, m), newM));
    const nextV = on.add(v, on.mul(on.sub(on.mul(gradient, gradient), v), newV));
    const ahead = on.add(on.mul(nextM, meanRate), on.mul(gradient, gradientRate));
    const step = on.div(ahead, on.add(on.sqrt(on.mul(nextV, correction)), epsilon));
    return { variable: on.sub(variable, step), m: nextM, v: nextV };
  },
  walk(from, { variable: next, m: nextM, v: nextV }, numbers) {
    const { variable: x, gradient, m, v } = from;
    const { meanRate, gradientRate, correction, newM, newV, epsilon } = numbers;
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const oldM = m[i] as number;
      const oldV = v[i] as number;
      const mean = fround(oldM + fround(fround(g - oldM) * newM));
      const square = fround(oldV + fround(fround(fround(g * g) - oldV) * newV));
      nextM[i] = mean;
      nextV[i] = square;
      const ahead = fround(fround(mean * meanRate) + fround(g * gradientRate));
      const root = fround(sqrt(fround(square * correction)));
      next[i] = (x[i] as number) - fround(ahead / fround(root + epsilon));
    }
  },
});

/**
 * Adam with Nesterov's momentum (Dozat, 2016), by Keras. With the shares `u_t = beta1 (1 - 0.96^t / 2)`, m and v as in Adam:
 * `x -= rate (u_t+1 m / (1 - u_1 ... u_t+1) + (1 - u_t) g / (1 - u_1 ... u_t)) / (sqrt(v / (1 - beta2^t)) + epsilon)`.
 *
 * @example
 * const optimizer = new Nadam({ learningRate: 0.002 });
 */
export class Nadam extends BaseOptimizer {
  static readonly className: string = 'TfjsHeads>Nadam';
  readonly rule: UpdateRule = nadam;
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;
  /** The product of the shares up to `t`. It follows from `t` alone, so that no state need hold it. */
  #product: { t: number; value: number } = { t: 0, value: 1 };

  /** @throws INVALID_ARGUMENT */
  constructor(options: NadamOptions = {}) {
    const given = checkOptions('Nadam', options, [...BASE_OPTIONS, 'beta1', 'beta2', 'epsilon']);
    super('Nadam', given);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = given;
    this.#beta1 = belowOne('Nadam: beta1', beta1);
    this.#beta2 = belowOne('Nadam: beta2', beta2);
    this.#epsilon = notNegativeFloat('Nadam: epsilon', epsilon);
  }

  protected scalarsAt(step: number, rate: number): Scalars {
    const t = step + 1;
    const product = this.#productTo(t);
    const ahead = this.#share(t + 1);
    return {
      meanRate: (rate * ahead) / (1 - product * ahead),
      gradientRate: (rate * (1 - this.#share(t))) / (1 - product),
      correction: 1 / (1 - this.#beta2 ** t),
      newM: 1 - this.#beta1,
      newV: 1 - this.#beta2,
      epsilon: this.#epsilon,
    };
  }

  #share(t: number): number {
    return this.#beta1 * (1 - 0.5 * 0.96 ** t);
  }

  #productTo(end: number): number {
    let { t, value } = end < this.#product.t ? { t: 0, value: 1 } : this.#product;
    while (t < end && value > 0) value *= this.#share(++t);
    this.#product = { t: end, value };
    return value;
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), beta1: this.#beta1, beta2: this.#beta2, epsilon: this.#epsilon };
  }
}
