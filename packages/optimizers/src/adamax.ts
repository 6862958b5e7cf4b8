import { checkOptions } from '@tfjs-heads/head-kit';
import type { serialization } from '@tensorflow/tfjs-core';
import { BaseOptimizer } from './base-optimizer.js';
import { BASE_OPTIONS, type BaseOptions } from './base-options.js';
import { belowOne, notNegativeFloat } from './check-numbers.js';
import { inWebAssembly } from './simd-update.js';
import type { Scalars, UpdateRule } from './update-rule.js';

const { abs, fround, max } = Math;

/** Options of {@link Adamax}. */
export interface AdamaxOptions extends BaseOptions {
  /** The share of the mean of gradients that stays at a step, from 0 to below 1. Default: 0.9. */
  readonly beta1?: number | undefined;
  /** The share of the largest gradient that stays at a step, from 0 to below 1. Default: 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the largest gradient. Default: 1e-7. */
  readonly epsilon?: number | undefined;
}

/** TensorFlow's kernel `ApplyAdaMax`, with `rate` corrected for the bias of the mean. */
const adamax = /*#__PURE__*/ inWebAssembly<UpdateRule<'m' | 'v', 'rate' | 'newM' | 'share' | 'epsilon'>>({
  name: 'Adamax',
  slots: ['m', 'v'],
  scalars: ['rate', 'newM', 'share', 'epsilon'],
  compose(on, { variable, gradient, m, v }, { rate, newM, share, epsilon }) {
    const nextM = on.add(m, on.mul(on.sub(gradient, m), newM));
    const largest = on.max(on.mul(v, share), on.abs(gradient));
    const step = on.div(on.mul(nextM, rate), on.add(largest, epsilon));
    return { variable: on.sub(variable, step), m: nextM, v: largest };
  },
  walk({ variable: x, gradient, m, v }, { variable: next, m: nextM, v: nextV }, { rate, newM, share, epsilon }) {
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const oldM = m[i] as number;
      const mean = fround(oldM + fround(fround(g - oldM) * newM));
      const largest = max(fround((v[i] as number) * share), abs(g));
      nextM[i] = mean;
      nextV[i] = largest;
      next[i] = (x[i] as number) - fround(fround(mean * rate) / fround(largest + epsilon));
    }
  },
});

/**
 * Adamax (Kingma and Ba, 2014, section 7.1), by Keras and TensorFlow 2.15:
 * `m += (g - m) (1 - beta1); v = max(beta2 v, |g|); x -= rate / (1 - beta1^t) m / (v + epsilon)`.
 *
 * @example
 * const optimizer = new Adamax({ learningRate: 0.002 });
 */
export class Adamax extends BaseOptimizer {
  static readonly className: string = 'TfjsHeads>Adamax';
  readonly rule: UpdateRule = adamax;
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;

  /** @throws INVALID_ARGUMENT */
  constructor(options: AdamaxOptions = {}) {
    const given = checkOptions('Adamax', options, [...BASE_OPTIONS, 'beta1', 'beta2', 'epsilon']);
    super('Adamax', given);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = given;
    this.#beta1 = belowOne('Adamax: beta1', beta1);
    this.#beta2 = belowOne('Adamax: beta2', beta2);
    this.#epsilon = notNegativeFloat('Adamax: epsilon', epsilon);
  }

  protected scalarsAt(step: number, rate: number): Scalars {
    return {
      rate: rate / (1 - this.#beta1 ** (step + 1)),
      newM: 1 - this.#beta1,
      share: this.#beta2,
      epsilon: this.#epsilon,
    };
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), beta1: this.#beta1, beta2: this.#beta2, epsilon: this.#epsilon };
  }
}
