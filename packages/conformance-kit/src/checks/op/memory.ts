import {
  add,
  backend,
  clone,
  div,
  exp,
  fused,
  greater,
  matMul,
  maximum,
  memory as memoryOf,
  mul,
  ones,
  relu,
  reshape,
  scalar,
  sigmoid,
  softmax,
  square,
  sub,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  variable,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { opTable, type OpCase } from './table.js';

const ops: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  product: (x) => matMul(x, x),
  'fused-product': (x) => fused.matMul({ a: x, b: x, transposeB: true, bias: tensor1d([1, 2, 3]), activation: 'sigmoid' }),
  sum: (x) => sum(x, 0),
  softmax: (x) => softmax(x),
};

/** Twice, since the first run may compile or cache something for good. */
function leavesNothing(op: (x: Tensor) => Tensor): OpCase {
  return async ({ judge }) => {
    const x = tensor2d([[1, 2, 3], [4, 5, 6], [7, 8, 9]]);
    const held: [number, number][] = [];
    for (let i = 0; i < 2; i++) {
      const y = tidy(() => op(x));
      await y.data();
      y.dispose();
      held.push([memoryOf().numTensors, backend().numDataIds()]);
    }
    judge.equal('tensors and buffers held after a second run', held[1], held[0]);
    judge.same('the input', await x.data(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  };
}

export const memory: Check = opTable('A kernel leaves its inputs alone and nothing behind; shared memory lives until its last user is gone.', {
  ...Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, leavesNothing(op)])),
  inputs: async ({ judge }) => {
    const [x, y] = [tensor1d([1, 2, 3]), tensor1d([4, 5, 6])];
    for (const op of [add, sub, mul, div, maximum]) op(x, y);
    for (const op of [exp, sigmoid, relu, square]) op(x);
    judge.same('the first input', await x.data(), [1, 2, 3]);
    judge.same('the second input', await y.data(), [4, 5, 6]);
  },
  'shared-by-reshape': async ({ judge }) => {
    const x = mul(tensor1d([1, 2, 3, 4, 5, 6]), 2);
    const y = reshape(x, [2, 3]);
    x.dispose();
    tensor1d([9, 9, 9, 9, 9, 9]); // It must not get the same memory.
    judge.same('the values', await mul(y, 1).data(), [2, 4, 6, 8, 10, 12]);
  },
  'shared-by-clone': async ({ judge }) => {
    const x = mul(tensor1d([1, 2, 3]), 2);
    const y = clone(x);
    x.dispose();
    tensor1d([9, 9, 9]);
    judge.same('the values', await y.data(), [2, 4, 6]);
  },
  'of-a-variable': async ({ judge }) => {
    const x = variable(tensor1d([1, 2, 3]));
    tidy(() => x.assign(mul(x, 1))); // From here on it shares its memory with nobody.
    const before = [memoryOf().numTensors, backend().numDataIds()];
    for (let i = 0; i < 3; i++) tidy(() => x.assign(mul(x, 2)));
    judge.equal('tensors and buffers held after assignments', [memoryOf().numTensors, backend().numDataIds()], before);
    judge.same('the values', await x.data(), [8, 16, 24]);
  },
});

const steps = [1, 2, 3, 4, 5, 6, 7];

export const reading: Check = opTable('data() resolves with the values that the tensor had when it was called.', {
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
