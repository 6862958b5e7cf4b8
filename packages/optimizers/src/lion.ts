import { checkOptions } from '@tfjs-heads/head-kit';
import type { serialization } from '@tensorflow/tfjs-core';
import { BaseOptimizer } from './base-optimizer.js';
import { BASE_OPTIONS, type BaseOptions } from './base-options.js';
import { belowOne } from './check-numbers.js';
import { inWebAssembly } from './simd-update.js';
import type { Scalars, UpdateRule } from './update-rule.js';

const { fround, sign } = Math;

/** Options of {@link Lion}. */
export interface LionOptions extends BaseOptions {
  /** The share of the mean in what gives the direction, from 0 to below 1. Default: 0.9. */
  readonly beta1?: number | undefined;
  /** The share of the mean of gradients that stays at a step, from 0 to below 1. Default: 0.99. */
  readonly beta2?: number | undefined;
}

/** Keras' `Lion`. */
const lion = /*#__PURE__*/ inWebAssembly<UpdateRule<'m', 'rate' | 'share' | 'newShare' | 'oldM' | 'newM'>>({
  name: 'Lion',
  slots: ['m'],
  scalars: ['rate', 'share', 'newShare', 'oldM', 'newM'],
  compose(on, { variable, gradient, m }, { rate, share, newShare, oldM, newM }) {
    const direction = on.sign(on.add(on.mul(m, share), on.mul(gradient, newShare)));
    return { variable: on.sub(variable, on.mul(direction, rate)), m: on.add(on.mul(m, oldM), on.mul(gradient, newM)) };
  },
  walk({ variable: x, gradient, m }, { variable: next, m: nextM }, { rate, share, newShare, oldM, newM }) {
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const mean = m[i] as number;
      const direction = sign(fround(fround(mean * share) + fround(g * newShare)));
      next[i] = (x[i] as number) - fround(direction * rate);
      nextM[i] = fround(mean * oldM) + fround(g * newM);
    }
  },
});

/**
 * Lion (Chen et al., 2023), by Keras: `x -= rate sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g`. Every number of a
 * variable goes the same way; the rate is to be 3 to 10 times smaller than Adam's.
 *
 * @example
 * const optimizer = new Lion({ learningRate: 1e-4, weightDecay: 0.01 });
 */
export class Lion extends BaseOptimizer {
  static readonly className: string = 'TfjsHeads>Lion';
  readonly rule: UpdateRule = lion;
  readonly #beta1: number;
  readonly #beta2: number;

  /** @throws INVALID_ARGUMENT */
  constructor(options: LionOptions = {}) {
    const given = checkOptions('Lion', options, [...BASE_OPTIONS, 'beta1', 'beta2']);
    super('Lion', given);
    const { beta1 = 0.9, beta2 = 0.99 } = given;
    this.#beta1 = belowOne('Lion: beta1', beta1);
    this.#beta2 = belowOne('Lion: beta2', beta2);
  }

  protected scalarsAt(_step: number, rate: number): Scalars {
    return { rate, share: this.#beta1, newShare: 1 - this.#beta1, oldM: this.#beta2, newM: 1 - this.#beta2 };
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), beta1: this.#beta1, beta2: this.#beta2 };
  }
}
