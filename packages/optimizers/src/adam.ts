import { checkOptions, isMap } from '@tfjs-heads/head-kit';
import type { serialization } from '@tensorflow/tfjs-core';
import { BaseOptimizer } from './base-optimizer.js';
import { BASE_OPTIONS, type BaseOptions } from './base-options.js';
import { belowOne, notNegativeFloat, trueOrFalse } from './check-numbers.js';
import { inWebAssembly } from './simd-update.js';
import type { Scalars, UpdateRule } from './update-rule.js';

const { fround, max, sqrt } = Math;

/** Options of {@link Adam}. */
export interface AdamOptions extends BaseOptions {
  /** The share of the mean of gradients that stays at a step, from 0 to below 1. Default: 0.9. */
  readonly beta1?: number | undefined;
  /** The share of the mean of squared gradients that stays at a step, from 0 to below 1. Default: 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root; not bias corrected. Default: 1e-7. */
  readonly epsilon?: number | undefined;
  /** Whether the largest mean of squares so far counts, not the present one (Reddi, Kale and Kumar, 2018). Default: false. */
  readonly amsgrad?: boolean | undefined;
}

type Numbers = 'rate' | 'newM' | 'newV' | 'epsilon';

/** TensorFlow's kernel `ApplyAdam`, with `rate` corrected for the bias of both means. */
const adam = /*#__PURE__*/ inWebAssembly<UpdateRule<'m' | 'v', Numbers>>({
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
});

/** TensorFlow's kernel `ApplyAdamWithAmsgrad`. */
const amsgradRule = /*#__PURE__*/ inWebAssembly<UpdateRule<'m' | 'v' | 'vhat', Numbers>>({
  name: 'AdamAmsgrad',
  slots: ['m', 'v', 'vhat'],
  scalars: ['rate', 'newM', 'newV', 'epsilon'],
  compose(on, { variable, gradient, m, v, vhat }, { rate, newM, newV, epsilon }) {
    const nextM = on.add(m, on.mul(on.sub(gradient, m), newM));
    const nextV = on.add(v, on.mul(on.sub(on.mul(gradient, gradient), v), newV));
    const largest = on.max(vhat, nextV);
    const step = on.div(on.mul(nextM, rate), on.add(on.sqrt(largest), epsilon));
    return { variable: on.sub(variable, step), m: nextM, v: nextV, vhat: largest };
  },
  walk(from, to, { rate, newM, newV, epsilon }) {
    const { variable: x, gradient, m, v, vhat } = from;
    const { variable: next, m: nextM, v: nextV, vhat: nextVhat } = to;
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const oldM = m[i] as number;
      const oldV = v[i] as number;
      const mean = fround(oldM + fround(fround(g - oldM) * newM));
      const square = fround(oldV + fround(fround(fround(g * g) - oldV) * newV));
      const largest = max(vhat[i] as number, square);
      nextM[i] = mean;
      nextV[i] = square;
      nextVhat[i] = largest;
      next[i] = (x[i] as number) - fround(fround(mean * rate) / fround(fround(sqrt(largest)) + epsilon));
    }
  },
});

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
  readonly rule: UpdateRule;
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;
  readonly #amsgrad: boolean;

  /** @throws INVALID_ARGUMENT */
  constructor(options: AdamOptions = {}, name = 'Adam') {
    const given = checkOptions(name, options, [...BASE_OPTIONS, 'beta1', 'beta2', 'epsilon', 'amsgrad']);
    super(name, given);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = given;
    this.#beta1 = belowOne(`${name}: beta1`, beta1);
    this.#beta2 = belowOne(`${name}: beta2`, beta2);
    this.#epsilon = notNegativeFloat(`${name}: epsilon`, epsilon);
    this.#amsgrad = trueOrFalse(`${name}: amsgrad`, amsgrad);
    this.rule = amsgrad ? amsgradRule : adam;
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
    return {
      ...super.getConfig(),
      beta1: this.#beta1,
      beta2: this.#beta2,
      epsilon: this.#epsilon,
      amsgrad: this.#amsgrad,
    };
  }
}

/**
 * Adam with a decay of the variable that does not go through the means (Loshchilov and Hutter, 2017), by Keras: before the update
 * of {@link Adam}, `x -= weightDecay rate x`.
 *
 * @example
 * const optimizer = new AdamW({ learningRate: 0.01, weightDecay: 0.1, excludeFromWeightDecay: ['bias'] });
 */
export class AdamW extends Adam {
  static override readonly className: string = 'TfjsHeads>AdamW';

  /**
   * @param options Those of Adam; the default of `weightDecay` is 0.004.
   * @throws INVALID_ARGUMENT
   */
  constructor(options: AdamOptions = {}) {
    super(withDefault(options, 'weightDecay', 0.004), 'AdamW');
  }
}

/** Options with one that is not given; what is no object stays, to be refused. */
function withDefault<T extends object>(options: T, name: keyof T, value: T[keyof T]): T {
  return isMap(options) && options[name] === undefined ? { ...options, [name]: value } : options;
}
