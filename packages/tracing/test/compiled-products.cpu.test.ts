// Products of matrices in a compiled step, in the ways that they are gone through, against sums in doubles.
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { hasFusedMultiplyAdd } from '../src/compiled/fused.js';
import { bothWays } from './compiled-support.js';
import { draw } from './support.js';

/** Rows, terms and columns. */
const SHAPES: readonly (readonly [number, number, number])[] = [
  [5, 7, 3],
  [1, 500, 9],
  [1, 70, 107],
  [2, 70, 91],
  [3, 35, 27],
  [70, 401, 1],
  [67, 90, 66],
  [66, 401, 37],
  // Rows long enough that tiles do not go down their columns, with few terms and with many.
  [266, 67, 64],
  [259, 401, 71],
];

it('multiplies matrices of any shape, transposed or not, alone or in a batch', () => {
  let areUnlike = false;
  for (const batch of [1, 2])
    for (const [m, k, n] of SHAPES)
      for (const [ofA, ofB] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const a = draw([batch, ...(ofA ? [k, m] : [m, k])], 1) as tf.Tensor3D;
        const b = draw([batch, ...(ofB ? [n, k] : [k, n])], 2) as tf.Tensor3D;
        const given = batch === 1 ? [tf.squeeze(a, [0]), tf.squeeze(b, [0])] : [a, b];
        const run = (x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor => tf.matMul(x, y, ofA, ofB);
        const [compiled] = bothWays(run as never, given).compiled as [ArrayLike<number>];
        const [fused] = bothWays(run as never, given, { relaxedSimd: true }).compiled as [ArrayLike<number>];
        const [as, bs] = [a.dataSync(), b.dataSync()];
        let worst = 0;
        for (let index = 0; index < batch * m * n; index++) {
          const [matrix, row, column] = [Math.floor(index / (m * n)), Math.floor(index / n) % m, index % n];
          let [sum, size] = [0, 0];
          for (let term = 0; term < k; term++) {
            const x = as[matrix * m * k + (ofA ? term * m + row : row * k + term)] as number;
            const y = bs[matrix * k * n + (ofB ? column * k + term : term * n + column)] as number;
            sum += x * y;
            size += Math.abs(x * y);
          }
          areUnlike ||= compiled[index] !== fused[index];
          for (const numbers of [compiled, fused]) {
            const off = Math.abs((numbers[index] as number) - sum) / size;
            worst = off <= worst ? worst : off; // NaN is worse
          }
        }
        expect(worst, `${batch} of ${[m, k, n]}, ${ofA}, ${ofB}`).toBeLessThan(1e-6);
        tf.dispose([a, b, ...given]);
      }
  // Chromium has it, Node 20 does not.
  expect(areUnlike).toBe(hasFusedMultiplyAdd());
});
