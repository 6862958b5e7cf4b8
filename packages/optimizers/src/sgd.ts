import { checkOptions } from '@tfjs-heads/head-kit';
import type { serialization } from '@tensorflow/tfjs-core';
import { BaseOptimizer } from './base-optimizer.js';
import { BASE_OPTIONS, type BaseOptions } from './base-options.js';
import { atMostOne, trueOrFalse } from './check-numbers.js';
import { inWebAssembly } from './simd-update.js';
import type { Scalars, UpdateRule } from './update-rule.js';

const { fround } = Math;

/** Options of {@link SGD}. */
export interface SGDOptions extends BaseOptions {
  /** The share of the last step that is taken again. Default: 0, plain gradient descent, which remembers nothing. */
  readonly momentum?: number | undefined;
  /** Whether the step is taken from where the momentum leads to (Nesterov, 1983). Default: false. */
  readonly nesterov?: boolean | undefined;
}

/** TensorFlow's kernel `ApplyGradientDescent`. */
const plain = /*#__PURE__*/ inWebAssembly<UpdateRule<never, 'rate'>>({
  name: 'SGD',
  slots: [],
  scalars: ['rate'],
  compose: (on, { variable, gradient }, { rate }) => ({ variable: on.sub(variable, on.mul(gradient, rate)) }),
  walk({ variable: x, gradient: g }, { variable: next }, { rate }) {
    const { length } = next; // on wasm a view is asked anew, each time, whether it is still there
    for (let i = 0; i < length; i++) next[i] = (x[i] as number) - fround((g[i] as number) * rate);
  },
});

/** TensorFlow's kernel `ApplyKerasMomentum`. */
const withMomentum = /*#__PURE__*/ inWebAssembly<UpdateRule<'momentum', 'rate' | 'share'>>({
  name: 'SGDMomentum',
  slots: ['momentum'],
  scalars: ['rate', 'share'],
  compose(on, { variable, gradient, momentum }, { rate, share }) {
    const step = on.sub(on.mul(momentum, share), on.mul(gradient, rate));
    return { variable: on.add(variable, step), momentum: step };
  },
  walk({ variable: x, gradient: g, momentum: a }, { variable: next, momentum: nextA }, { rate, share }) {
    for (let i = 0; i < next.length; i++) {
      const step = fround(fround((a[i] as number) * share) - fround((g[i] as number) * rate));
      nextA[i] = step;
      next[i] = (x[i] as number) + step;
    }
  },
});

/** The same with `use_nesterov`. */
const withNesterov = /*#__PURE__*/ inWebAssembly<UpdateRule<'momentum', 'rate' | 'share'>>({
  name: 'SGDNesterov',
  slots: ['momentum'],
  scalars: ['rate', 'share'],
  compose(on, { variable, gradient, momentum }, { rate, share }) {
    const down = on.mul(gradient, rate);
    const step = on.sub(on.mul(momentum, share), down);
    return { variable: on.add(variable, on.sub(on.mul(step, share), down)), momentum: step };
  },
  walk({ variable: x, gradient: g, momentum: a }, { variable: next, momentum: nextA }, { rate, share }) {
    for (let i = 0; i < next.length; i++) {
      const down = fround((g[i] as number) * rate);
      const step = fround(fround((a[i] as number) * share) - down);
      nextA[i] = step;
      next[i] = (x[i] as number) + fround(fround(step * share) - down);
    }
  },
});

/**
 * Gradient descent, with momentum if asked for: `v = momentum v - rate g; x = x + v`, by Keras and TensorFlow 2.15.
 *
 * @example
 * const optimizer = new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true });
 * optimizer.minimize(() => loss(), false, [kernel, bias]);
 */
export class SGD extends BaseOptimizer {
  static readonly className: string = 'TfjsHeads>SGD';
  readonly rule: UpdateRule;
  readonly #momentum: number;
  readonly #nesterov: boolean;

  /** @throws INVALID_ARGUMENT */
  constructor(options: SGDOptions = {}) {
    const given = checkOptions('SGD', options, [...BASE_OPTIONS, 'momentum', 'nesterov']);
    super('SGD', given, 0.01);
    const { momentum = 0, nesterov = false } = given;
    this.#momentum = atMostOne('SGD: momentum', momentum);
    this.#nesterov = trueOrFalse('SGD: nesterov', nesterov);
    this.rule = momentum === 0 ? plain : nesterov ? withNesterov : withMomentum;
  }

  protected scalarsAt(_step: number, rate: number): Scalars {
    return { rate, share: this.#momentum };
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), momentum: this.#momentum, nesterov: this.#nesterov };
  }
}
