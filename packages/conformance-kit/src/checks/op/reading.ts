import { add, greater, mul, ones, relu, scalar, tensor1d, tensor2d, tidy, variable } from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { tableOf } from './table.js';

const steps = [1, 2, 3, 4, 5, 6, 7];

export const reading: Check = tableOf('data() resolves with the values that the tensor had when it was called.', {
  'after-a-chain': async ({ judge }) => {
    let x = tensor1d(steps);
    for (let i = 0; i < 5; i++) x = add(mul(x, 2), 1);
    judge.same('the values', await x.data(), steps.map((n) => n * 32 + 31));
  },
  'many-at-once': async ({ judge }) => {
    const read = await Promise.all(steps.map((n) => mul(tensor1d(steps), n).data()));
    for (const [i, values] of read.entries()) judge.same(`tensor ${i}`, values, steps.map((n) => n * (i + 1)));
  },
  twice: async ({ judge }) => {
    const x = add(tensor1d(steps), 1);
    const read = [await x.data(), await x.data()];
    for (const values of read) judge.same('the values', values, steps.map((n) => n + 1));
  },
  // A reader that does not wait for the GPU sees zeros.
  large: async ({ judge }) => {
    const values = await relu(ones([256, 256])).data();
    judge.equal('how many are not 1', values.filter((value) => value !== 1).length, 0);
  },
  'before-an-assignment': async ({ judge }) => {
    const x = variable(add(tensor1d(steps), 1));
    const before = x.data();
    x.assign(mul(tensor1d(steps), 100));
    judge.same('before', await before, steps.map((n) => n + 1));
    judge.same('after', await x.data(), steps.map((n) => n * 100));
  },
  'as-arrays': async ({ judge }) => {
    judge.equal('a matrix', await add(tensor2d([[1, 2, 3], [4, 5, 6]]), 1).array(), [[2, 3, 4], [5, 6, 7]]);
    judge.equal('a scalar', await add(scalar(1), 1).array(), 2);
  },
  'of-bool': async ({ judge }) => {
    judge.equal('the values', Array.from(await greater(tensor1d(steps), 4).data()), [0, 0, 0, 0, 1, 1, 1]);
  },
  'of-what-a-tidy-returns': async ({ judge }) => {
    const x = tidy(() => mul(add(tensor1d(steps), 1), 3));
    judge.same('the values', await x.data(), steps.map((n) => n * 3 + 3));
  },
});
