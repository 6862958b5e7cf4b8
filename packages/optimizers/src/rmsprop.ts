import { checkOptions } from '@tfjs-heads/head-kit';
import type { serialization } from '@tensorflow/tfjs-core';
import { BaseOptimizer } from './base-optimizer.js';
import { BASE_OPTIONS, type BaseOptions } from './base-options.js';
import { atMostOne, belowOne, notNegativeFloat, trueOrFalse } from './check-numbers.js';
import { inWebAssembly } from './simd-update.js';
import type { Arithmetic, Scalars, UpdateRule } from './update-rule.js';

const { fround, max, sqrt } = Math;

/** Options of {@link RMSprop}. */
export interface RMSpropOptions extends BaseOptions {
  /** The share of the mean of squared gradients that stays at a step, from 0 to below 1. Default: 0.9. */
  readonly rho?: number | undefined;
  /** The share of the last step that is taken again. Default: 0, which remembers none. */
  readonly momentum?: number | undefined;
  /** Added to the root; with momentum, under the root, as TensorFlow's kernels have it. Default: 1e-7. */
  readonly epsilon?: number | undefined;
  /** Whether gradients are divided by the estimated deviation from their mean (Graves, 2013). Default: false. */
  readonly centered?: boolean | undefined;
}

type Numbers = 'rate' | 'newShare' | 'share' | 'epsilon';

/** The mean of squares, less the square of the mean. Rounding may bring it below 0, and its root would be NaN. */
function variance<T>(on: Arithmetic<T>, rms: T, mg: T): T {
  return on.relu(on.sub(rms, on.mul(mg, mg)));
}

const mean = <T>(on: Arithmetic<T>, before: T, now: T, newShare: T): T =>
  on.add(before, on.mul(on.sub(now, before), newShare));
const meanOf = (before: number, now: number, newShare: number): number =>
  fround(before + fround(fround(now - before) * newShare));

const plain = /*#__PURE__*/ inWebAssembly<UpdateRule<'rms', Numbers>>({
  name: 'RMSprop',
  slots: ['rms'],
  scalars: ['rate', 'newShare', 'epsilon'],
  compose(on, { variable, gradient, rms }, { rate, newShare, epsilon }) {
    const square = mean(on, rms, on.mul(gradient, gradient), newShare);
    const step = on.div(on.mul(gradient, rate), on.add(on.sqrt(square), epsilon));
    return { variable: on.sub(variable, step), rms: square };
  },
  walk({ variable: x, gradient, rms }, { variable: next, rms: nextRms }, { rate, newShare, epsilon }) {
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const square = meanOf(rms[i] as number, fround(g * g), newShare);
      nextRms[i] = square;
      next[i] = (x[i] as number) - fround(fround(g * rate) / fround(fround(sqrt(square)) + epsilon));
    }
  },
});

const centeredRule = /*#__PURE__*/ inWebAssembly<UpdateRule<'rms' | 'mg', Numbers>>({
  name: 'RMSpropCentered',
  slots: ['rms', 'mg'],
  scalars: ['rate', 'newShare', 'epsilon'],
  compose(on, { variable, gradient, rms, mg }, { rate, newShare, epsilon }) {
    const square = mean(on, rms, on.mul(gradient, gradient), newShare);
    const nextMg = mean(on, mg, gradient, newShare);
    const step = on.div(on.mul(gradient, rate), on.add(on.sqrt(variance(on, square, nextMg)), epsilon));
    return { variable: on.sub(variable, step), rms: square, mg: nextMg };
  },
  walk(from, { variable: next, rms: nextRms, mg: nextMg }, { rate, newShare, epsilon }) {
    const { variable: x, gradient, rms, mg } = from;
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const square = meanOf(rms[i] as number, fround(g * g), newShare);
      const average = meanOf(mg[i] as number, g, newShare);
      nextRms[i] = square;
      nextMg[i] = average;
      const root = fround(sqrt(max(0, fround(square - fround(average * average)))));
      next[i] = (x[i] as number) - fround(fround(g * rate) / fround(root + epsilon));
    }
  },
});

/** TensorFlow's kernel `ApplyRMSProp`. */
const withMomentum = /*#__PURE__*/ inWebAssembly<UpdateRule<'rms' | 'momentum', Numbers>>({
  name: 'RMSpropMomentum',
  slots: ['rms', 'momentum'],
  scalars: ['rate', 'newShare', 'share', 'epsilon'],
  compose(on, { variable, gradient, rms, momentum }, { rate, newShare, share, epsilon }) {
    const square = mean(on, rms, on.mul(gradient, gradient), newShare);
    const scaled = on.div(on.mul(gradient, rate), on.sqrt(on.add(square, epsilon)));
    const step = on.add(on.mul(momentum, share), scaled);
    return { variable: on.sub(variable, step), rms: square, momentum: step };
  },
  walk(from, { variable: next, rms: nextRms, momentum: nextMomentum }, { rate, newShare, share, epsilon }) {
    const { variable: x, gradient, rms, momentum } = from;
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const square = meanOf(rms[i] as number, fround(g * g), newShare);
      nextRms[i] = square;
      const scaled = fround(fround(g * rate) / fround(sqrt(fround(square + epsilon))));
      const step = fround(fround((momentum[i] as number) * share) + scaled);
      nextMomentum[i] = step;
      next[i] = (x[i] as number) - step;
    }
  },
});

/** TensorFlow's kernel `ApplyCenteredRMSProp`. */
const centeredWithMomentum = /*#__PURE__*/ inWebAssembly<UpdateRule<'rms' | 'momentum' | 'mg', Numbers>>({
  name: 'RMSpropCenteredMomentum',
  slots: ['rms', 'momentum', 'mg'],
  scalars: ['rate', 'newShare', 'share', 'epsilon'],
  compose(on, { variable, gradient, rms, momentum, mg }, { rate, newShare, share, epsilon }) {
    const square = mean(on, rms, on.mul(gradient, gradient), newShare);
    const nextMg = mean(on, mg, gradient, newShare);
    const root = on.sqrt(on.add(variance(on, square, nextMg), epsilon));
    const step = on.add(on.mul(momentum, share), on.div(on.mul(gradient, rate), root));
    return { variable: on.sub(variable, step), rms: square, momentum: step, mg: nextMg };
  },
  walk(from, to, { rate, newShare, share, epsilon }) {
    const { variable: x, gradient, rms, momentum, mg } = from;
    const { variable: next, rms: nextRms, momentum: nextMomentum, mg: nextMg } = to;
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i] as number;
      const square = meanOf(rms[i] as number, fround(g * g), newShare);
      const average = meanOf(mg[i] as number, g, newShare);
      nextRms[i] = square;
      nextMg[i] = average;
      const spread = max(0, fround(square - fround(average * average)));
      const scaled = fround(fround(g * rate) / fround(sqrt(fround(spread + epsilon))));
      const step = fround(fround((momentum[i] as number) * share) + scaled);
      nextMomentum[i] = step;
      next[i] = (x[i] as number) - step;
    }
  },
});

/**
 * RMSprop (Tieleman and Hinton, 2012), by Keras' of TensorFlow 2.15, which `tf.estimator` takes:
 * `r = rho r + (1 - rho) g²; x -= rate g / (sqrt(r) + epsilon)`; with momentum `u = momentum u + rate g / sqrt(r + epsilon); x -= u`.
 * Centered, `r` less the square of the mean of gradients stands under the root; where rounding brings that below 0, 0 does.
 *
 * @example
 * const optimizer = new RMSprop({ learningRate: 0.01, momentum: 0.9, centered: true });
 */
export class RMSprop extends BaseOptimizer {
  static readonly className: string = 'TfjsHeads>RMSprop';
  readonly rule: UpdateRule;
  readonly #rho: number;
  readonly #momentum: number;
  readonly #epsilon: number;
  readonly #centered: boolean;

  /** @throws INVALID_ARGUMENT */
  constructor(options: RMSpropOptions = {}) {
    const given = checkOptions('RMSprop', options, [...BASE_OPTIONS, 'rho', 'momentum', 'epsilon', 'centered']);
    super('RMSprop', given);
    const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = given;
    this.#rho = belowOne('RMSprop: rho', rho);
    this.#momentum = atMostOne('RMSprop: momentum', momentum);
    this.#epsilon = notNegativeFloat('RMSprop: epsilon', epsilon);
    this.#centered = trueOrFalse('RMSprop: centered', centered);
    this.rule = momentum === 0 ? (centered ? centeredRule : plain) : centered ? centeredWithMomentum : withMomentum;
  }

  protected scalarsAt(_step: number, rate: number): Scalars {
    return { rate, newShare: 1 - this.#rho, share: this.#momentum, epsilon: this.#epsilon };
  }

  override getConfig(): serialization.ConfigDict {
    return {
      ...super.getConfig(),
      rho: this.#rho,
      momentum: this.#momentum,
      epsilon: this.#epsilon,
      centered: this.#centered,
    };
  }
}
