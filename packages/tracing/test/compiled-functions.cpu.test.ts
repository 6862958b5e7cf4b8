// Functions that a compiled step has of its own, against those of JavaScript in doubles.
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { bothWays } from './compiled-support.js';

/** Numbers that a float32 can be: all exponents, and many between. */
function floats(count: number, from: number, to: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));
}

/** The compiled function of numbers, and the largest distance from the exact one, in units of the last place of float32; which are rounded otherwise than it. */
function distance(
  run: (x: tf.Tensor) => tf.Tensor,
  exact: (x: number) => number,
  x: Float32Array,
): { readonly units: number; readonly otherwise: number } {
  const given = tf.tensor1d(x);
  const [compiled] = bothWays(run as never, [given]).compiled as [ArrayLike<number>];
  given.dispose();
  let [units, otherwise] = [0, 0];
  x.forEach((value, index) => {
    const [is, should] = [compiled[index] as number, exact(value)];
    const rounded = Math.fround(should);
    if (Object.is(is, rounded)) return;
    otherwise++;
    const unit = 2 ** Math.max(Math.floor(Math.log2(Math.abs(should))) - 23, -149);
    units = Math.max(units, Number.isFinite(should) && Number.isFinite(is) ? Math.abs(is - should) / unit : Infinity);
  });
  return { units, otherwise };
}

const special = Float32Array.of(
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  88.8,
  89,
  -87.4,
  -103.9,
  -104,
  -200,
  1e-30,
  -1e-30,
  3,
);

it('has exponentials with the last bit of float32', () => {
  for (const x of [special, floats(200_001, -104, 89), floats(100_001, -1, 1), floats(99_999, -1e-3, 1e-3)]) {
    const { units, otherwise } = distance(tf.exp, Math.exp, x);
    expect(units).toBeLessThan(0.5001);
    expect(otherwise).toBeLessThanOrEqual(x.length / 1e5);
  }
});

it('has softplus with the last bits of float32', () => {
  const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  for (const x of [special, floats(200_001, -100, 100), floats(100_001, -2, 2)]) {
    const { units } = distance(tf.softplus, softplus, x);
    expect(units).toBeLessThan(1.6);
  }
});
