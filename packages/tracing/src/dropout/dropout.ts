import { cast, clone, mul, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkLive, checkOptions, describeValue, headError, isTensor } from '@tfjs-heads/head-kit';
import type { FeedSource } from '../feed.js';
import { COUNTED_BY, type MaskCount, runMask } from './mask-kernel.js';

/** Options of {@link Dropout}. */
export interface DropoutOptions {
  /** The share of values that becomes 0, from 0 to below 1. */
  readonly rate: number;
  /** A whole number from 0 to 2^53 - 1: the same seed, the same masks. Default: 0. */
  readonly seed?: number | undefined;
}

/**
 * Dropout (Srivastava and others, 2014) whose masks are the same on every backend, and which a traced step is fed with: a step with `tf.dropout` runs eagerly. The mask of a
 * call is a function of the seed and of how many calls there were, by the generator of TensorFlow's stateless operations (Philox4x32-10); values that stay are
 * divided by `1 - rate`.
 *
 * ```ts
 * const dropout = new Dropout({ rate: 0.5, seed: 1 });
 * const network = ({ x }) => output.apply(dropout.apply(hidden.apply(x)));
 * ```
 *
 * A step has one for each place in its network: one that is applied twice in a step makes it run eagerly. It holds no tensors. To predict, leave it out.
 */
export class Dropout implements FeedSource {
  readonly rate: number;
  readonly seed: number;
  #iterations = 0;

  /** @throws INVALID_ARGUMENT */
  constructor(options: DropoutOptions) {
    const { rate, seed = 0 } = checkOptions('Dropout', options, ['rate', 'seed']);
    if (typeof rate !== 'number' || !(rate >= 0 && rate < 1))
      throw headError(
        'INVALID_ARGUMENT',
        `Dropout: rate must be a number from 0 to below 1, got ${describeValue(rate)}.`,
      );
    this.rate = rate;
    this.seed = wholeNumber('seed', seed, 53);
  }

  /** How many masks were made, by replayed steps too. To go on where another one was, set it: the masks depend on it. Throws INVALID_ARGUMENT. */
  get iterations(): number {
    return this.#iterations;
  }

  set iterations(count: number) {
    this.#iterations = wholeNumber('iterations', count, 48);
  }

  /**
   * Values with a share of them replaced by 0, and a gradient that passes through the others.
   *
   * @param x Of any shape, float32 or what is cast to it; stays the caller's.
   * @returns float32 of the same shape, the caller's.
   * @throws INVALID_ARGUMENT, TENSOR_DISPOSED
   */
  apply(x: Tensor): Tensor {
    if (!isTensor(x) || x.dtype === 'string' || x.dtype === 'complex64')
      throw headError('INVALID_ARGUMENT', `Dropout: x must be a tensor of numbers, got ${describeValue(x)}.`);
    checkLive('Dropout: x', x);
    return tidy(() => {
      const values = x.dtype === 'float32' ? x : cast(x, 'float32');
      if (this.rate === 0) return clone(values);
      const { rate, seed } = this;
      const attributes = { shape: x.shape.slice(), rate, seed, source: this, variable: 'mask' };
      const mask = runMask({ ...attributes, scalars: this.scalarsFor() });
      this.advance();
      return mul(values, mask);
    });
  }

  /** See {@link FeedSource}. */
  scalarsFor(): MaskCount {
    return { low: this.#iterations % COUNTED_BY, high: Math.floor(this.#iterations / COUNTED_BY) };
  }

  /** See {@link FeedSource}. */
  advance(): void {
    this.#iterations++;
  }
}

function wholeNumber(name: string, value: unknown, bits: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** bits) return value;
  throw headError(
    'INVALID_ARGUMENT',
    `Dropout: ${name} must be a whole number from 0 to 2^${bits} - 1, got ${describeValue(value)}.`,
  );
}
