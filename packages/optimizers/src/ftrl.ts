import { checkOptions, headError } from '@tfjs-heads/head-kit';
import type { serialization } from '@tensorflow/tfjs-core';
import { BaseOptimizer } from './base-optimizer.js';
import { BASE_OPTIONS, type BaseOptions } from './base-options.js';
import { atMostZero, notNegativeFloat } from './check-numbers.js';
import { inWebAssembly } from './simd-update.js';
import type { Arithmetic, Scalars, UpdateRule } from './update-rule.js';

const { fround, sqrt } = Math;

/** Options of {@link Ftrl}. */
export interface FtrlOptions extends BaseOptions {
  /** How fast the rate falls with the sum of squares, at most 0; 0 is a constant rate. Default: -0.5. */
  readonly learningRatePower?: number | undefined;
  /** What the sum of squares starts with. Default: 0.1. */
  readonly initialAccumulatorValue?: number | undefined;
  /** Default: 0. */
  readonly l1RegularizationStrength?: number | undefined;
  /** Default: 0. */
  readonly l2RegularizationStrength?: number | undefined;
  /** Goes into the gradient, `g + 2 strength x`, and so grows with what has been learned. Default: 0. */
  readonly l2ShrinkageRegularizationStrength?: number | undefined;
  /** Added to the root of the sum of squares (McMahan et al., 2013). Default: 0. */
  readonly beta?: number | undefined;
}

type Numbers = 'rate' | 'l1' | 'twoL2' | 'shrinkage' | 'power';

/** What follows from the sums, whose powers are given: TensorFlow's kernel `ApplyFtrlV2`. */
function compose<T>(
  on: Arithmetic<T>,
  { variable, gradient, linear }: Readonly<Record<'variable' | 'gradient' | 'linear', T>>,
  { before, after }: { readonly before: T; readonly after: T },
  { rate, l1, twoL2, shrinkage }: Readonly<Record<Numbers, T>>,
): { variable: T; linear: T } {
  const shrunk = on.add(gradient, on.mul(variable, shrinkage));
  const next = on.add(linear, on.sub(shrunk, on.mul(on.div(on.sub(after, before), rate), variable)));
  const quadratic = on.add(on.div(after, rate), twoL2);
  return { variable: on.div(on.sub(on.clip(next, l1), next), quadratic), linear: next };
}

/** With powers as a function gives them, rounded. */
function walker(
  power: (sum: number, exponent: number) => number,
): UpdateRule<'accumulator' | 'linear', Numbers>['walk'] {
  return (from, to, { rate, l1, twoL2, shrinkage, power: exponent }) => {
    const { variable: x, gradient, accumulator, linear } = from;
    const { variable: next, accumulator: nextAccumulator, linear: nextLinear } = to;
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const value = x[i] as number;
      const old = accumulator[i] as number;
      const sum = fround(old + fround(g * g));
      const after = power(sum, exponent);
      const growth = fround(fround(after - power(old, exponent)) / rate);
      const shrunk = fround(g + fround(value * shrinkage));
      const z = fround((linear[i] as number) + fround(shrunk - fround(growth * value)));
      const clipped = z > l1 ? l1 : z < -l1 ? -l1 : z;
      nextAccumulator[i] = sum;
      nextLinear[i] = z;
      next[i] = fround(clipped - z) / fround(fround(after / rate) + twoL2);
    }
  };
}

const ofRoot = /*#__PURE__*/ inWebAssembly<UpdateRule<'accumulator' | 'linear', Numbers>>({
  name: 'Ftrl',
  slots: ['accumulator', 'linear'],
  scalars: ['rate', 'l1', 'twoL2', 'shrinkage'],
  compose(on, from, numbers) {
    const accumulator = on.add(from.accumulator, on.mul(from.gradient, from.gradient));
    const powers = { before: on.sqrt(from.accumulator), after: on.sqrt(accumulator) };
    return { ...compose(on, from, powers, numbers), accumulator };
  },
  walk: walker((sum) => fround(sqrt(sum))),
});

const ofPower: UpdateRule<'accumulator' | 'linear', Numbers> = {
  ...ofRoot,
  name: 'FtrlPower',
  scalars: [...ofRoot.scalars, 'power'],
  compose(on, from, numbers) {
    const accumulator = on.add(from.accumulator, on.mul(from.gradient, from.gradient));
    const powers = { before: on.pow(from.accumulator, numbers.power), after: on.pow(accumulator, numbers.power) };
    return { ...compose(on, from, powers, numbers), accumulator };
  },
  walk: walker((sum, exponent) => fround(sum ** exponent)),
};

/**
 * Follow the regularized leader (McMahan et al., 2013), by Keras and TensorFlow 2.15; the linear models of `tf.estimator` take it:
 * `a' = a + g²; n += g + 2 shrinkage x - (a'^-power - a^-power) / rate x; x = (sign(n) l1 - n) / (a'^-power / rate + 2 l2)` where
 * `|n| > l1`, else 0; `2 l2` is `2 l2 + beta / rate`. It makes x of n: a variable that does not start at 0 jumps at the first step.
 *
 * @example
 * const optimizer = new Ftrl({ learningRate: 0.2, l1RegularizationStrength: 0.01 });
 */
export class Ftrl extends BaseOptimizer {
  static readonly className: string = 'TfjsHeads>Ftrl';
  readonly rule: UpdateRule;
  readonly #settings: Readonly<Required<Omit<FtrlOptions, keyof BaseOptions>>> & Readonly<Record<string, number>>;

  /** @throws INVALID_ARGUMENT */
  constructor(options: FtrlOptions = {}) {
    const given = checkOptions('Ftrl', options, [
      ...BASE_OPTIONS,
      'learningRatePower',
      'initialAccumulatorValue',
      'l1RegularizationStrength',
      'l2RegularizationStrength',
      'l2ShrinkageRegularizationStrength',
      'beta',
    ]);
    super('Ftrl', given);
    const strength = (name: keyof FtrlOptions & string, value = 0): number =>
      notNegativeFloat(`Ftrl: ${name}`, given[name] === undefined ? value : given[name]);
    this.#settings = {
      learningRatePower: atMostZero(
        'Ftrl: learningRatePower',
        given.learningRatePower === undefined ? -0.5 : given.learningRatePower,
      ),
      initialAccumulatorValue: strength('initialAccumulatorValue', 0.1),
      l1RegularizationStrength: strength('l1RegularizationStrength'),
      l2RegularizationStrength: strength('l2RegularizationStrength'),
      l2ShrinkageRegularizationStrength: strength('l2ShrinkageRegularizationStrength'),
      beta: strength('beta'),
    };
    this.rule = this.#settings['learningRatePower'] === -0.5 ? ofRoot : ofPower;
  }

  protected override startOf(slot: string): number {
    return slot === 'accumulator' ? (this.#settings['initialAccumulatorValue'] as number) : 0;
  }

  protected scalarsAt(step: number, rate: number): Scalars {
    if (fround(rate) === 0) {
      throw headError(
        'INVALID_ARGUMENT',
        `Ftrl: learningRate must be above 0, since float32 divides by it, got ${rate} for step ${step}.`,
      );
    }
    const settings = this.#settings;
    return {
      rate,
      l1: settings['l1RegularizationStrength'] as number,
      twoL2: 2 * (settings['l2RegularizationStrength'] as number) + (settings['beta'] as number) / rate,
      shrinkage: 2 * (settings['l2ShrinkageRegularizationStrength'] as number),
      power: -(settings['learningRatePower'] as number),
    };
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#settings };
  }
}
