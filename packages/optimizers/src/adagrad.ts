import { checkOptions } from '@tfjs-heads/head-kit';
import type { serialization } from '@tensorflow/tfjs-core';
import { BaseOptimizer } from './base-optimizer.js';
import { BASE_OPTIONS, type BaseOptions } from './base-options.js';
import { notNegativeFloat } from './check-numbers.js';
import { inWebAssembly } from './simd-update.js';
import type { Scalars, UpdateRule } from './update-rule.js';

const { fround, sqrt } = Math;

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends BaseOptions {
  /** What the sum of squares starts with. Default: 0.1. */
  readonly initialAccumulatorValue?: number | undefined;
  /** Added to the root. Default: 1e-7. */
  readonly epsilon?: number | undefined;
}

/** TensorFlow's kernel `ApplyAdagradV2`. */
const adagrad = /*#__PURE__*/ inWebAssembly<UpdateRule<'accumulator', 'rate' | 'epsilon'>>({
  name: 'Adagrad',
  slots: ['accumulator'],
  scalars: ['rate', 'epsilon'],
  compose(on, { variable, gradient, accumulator }, { rate, epsilon }) {
    const sum = on.add(accumulator, on.mul(gradient, gradient));
    const step = on.div(on.mul(gradient, rate), on.add(on.sqrt(sum), epsilon));
    return { variable: on.sub(variable, step), accumulator: sum };
  },
  walk({ variable: x, gradient, accumulator: a }, { variable: next, accumulator: nextA }, { rate, epsilon }) {
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const sum = fround((a[i] as number) + fround(g * g));
      nextA[i] = sum;
      next[i] = (x[i] as number) - fround(fround(g * rate) / fround(fround(sqrt(sum)) + epsilon));
    }
  },
});

/**
 * Adagrad (Duchi, Hazan and Singer, 2011), by Keras and TensorFlow 2.15: `a += g²; x -= rate g / (sqrt(a) + epsilon)`.
 *
 * @example
 * const optimizer = new Adagrad({ learningRate: 0.05 }); // as DNNClassifier of tf.estimator takes it
 */
export class Adagrad extends BaseOptimizer {
  static readonly className: string = 'TfjsHeads>Adagrad';
  readonly rule: UpdateRule = adagrad;
  readonly #start: number;
  readonly #epsilon: number;

  /** @throws INVALID_ARGUMENT */
  constructor(options: AdagradOptions = {}) {
    const given = checkOptions('Adagrad', options, [...BASE_OPTIONS, 'initialAccumulatorValue', 'epsilon']);
    super('Adagrad', given);
    const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = given;
    this.#start = notNegativeFloat('Adagrad: initialAccumulatorValue', initialAccumulatorValue);
    this.#epsilon = notNegativeFloat('Adagrad: epsilon', epsilon);
  }

  protected override startOf(): number {
    return this.#start;
  }

  protected scalarsAt(_step: number, rate: number): Scalars {
    return { rate, epsilon: this.#epsilon };
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), initialAccumulatorValue: this.#start, epsilon: this.#epsilon };
  }
}
