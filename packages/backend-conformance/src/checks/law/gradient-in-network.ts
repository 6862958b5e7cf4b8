import { exp, grad } from '@tensorflow/tfjs-core';
import { tensorOf, tensorsOf } from '../../batch.js';
import type { Check } from '../check.js';
import { drawValues, ULPS } from '@tfjs-heads/reference';
import { batchOf, headOf, plainBatchOf, plainHeadOf, weightsOf } from './claims.js';
import { product } from './product.js';
import { made } from './on-device.js';
import { gradientOf, valuesOf } from '../outcome.js';

/**
 * Packed WebGL multiplies the padding of an odd size along: what a gradient leaves there meets what an activation has left
 * there, and shows in the product of the two.
 */
export const gradientInNetwork: Check = {
  states: 'Under a network the gradient of its kernel is the product of its inputs and the gradient of the logits.',
  // Weights that were uploaded have 0 in their padding, and so what is multiplied by them.
  cases: (subject) => [{ rows: 5 }, ...(weightsOf(subject) === 'none' ? [] : [{ rows: 5, weights: 'none' }])],
  async run({ subject, judge }, { rows, weights }) {
    const [make, draw] = weights === 'none' ? [plainHeadOf, plainBatchOf] : [headOf, batchOf];
    const head = make(subject);
    const { labels, features } = tensorsOf(subject, draw(subject, head, rows as number));
    const [n, inputs, k] = [rows as number, 3, head.logitsDimension];
    const small = (seed: number, shape: readonly number[]): { shape: readonly number[]; values: number[] } => ({
      shape,
      values: drawValues(seed, shape, 'real').map((value) => value / 4),
    });
    const x = await made(small(5, [n, inputs]), exp); // takes the 0 of the padding to 1
    const kernel = tensorOf(small(6, [inputs, k]));
    const run = product(x.tensor);
    const actual = grad((given) => head.loss(labels, run(given), { features }))(kernel);
    const g = await valuesOf(gradientOf(head, { labels, features, logits: run(kernel) }));
    const term = (row: number, i: number, j: number): number => (x.values.values[row * inputs + i] as number) * (g[row * k + j] as number);
    const terms = Array.from({ length: inputs * k }, (_, at) =>
      Array.from({ length: n }, (__, row) => term(row, Math.floor(at / k), at % k)),
    );
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const expected = { shape: kernel.shape, values: terms.map(sum) };
    const scale = terms.map((each) => sum(each.map(Math.abs)));
    await judge.tensorNear('the gradient of the kernel', actual, expected, { k: ULPS.REDUCE, scale });
  },
};
