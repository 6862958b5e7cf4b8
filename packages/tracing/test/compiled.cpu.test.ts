import * as tf from '@tensorflow/tfjs-core';
import { random } from '@tfjs-heads/reference';
import { expect, it } from 'vitest';
import { bothWays } from './compiled-support.js';

/** How many programs there are. */
const COUNT = Number((typeof process === 'undefined' ? undefined : process.env['COMPILED_PROGRAMS']) ?? 200);

type Next = () => number;
type Make = (x: tf.Tensor, other: (shape: number[]) => tf.Tensor, next: Next) => tf.Tensor;

const sizeBy = (next: Next): number => (next() < 0.3 ? 1 + Math.floor(next() * 4) : 1 + Math.floor(next() * 70));
const axisOf = (x: tf.Tensor, next: Next): number => Math.floor(next() * x.rank);
const unary =
  (op: (x: tf.Tensor) => tf.Tensor): Make =>
  (x) =>
    op(x);
/** With a tensor of the same shape, of a row, of a column, or a number. */
const binary =
  (op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Make =>
  (x, other, next) => {
    const shape = x.shape.map((size) => (next() < 0.3 ? 1 : size));
    const [a, b] = next() < 0.5 ? [x, other(shape.slice(Math.floor(next() * (x.rank + 1))))] : [other(shape), x];
    return op(a as tf.Tensor, b as tf.Tensor);
  };
const fold =
  (op: (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor): Make =>
  (x, _, next) => {
    const axes = x.shape.map((__, axis) => axis).filter(() => next() < 0.5);
    return op(x, axes.length > 0 ? axes : [axisOf(x, next)], next() < 0.5);
  };

/** Each gives what is near 1, so that no program overflows. */
const ops: Readonly<Record<string, Make>> = {
  abs: unary(tf.abs),
  neg: unary(tf.neg),
  square: unary((x) => tf.square(tf.sigmoid(x))),
  exp: unary((x) => tf.exp(tf.clipByValue(x, -3, 2))),
  log1p: unary((x) => tf.log1p(tf.abs(x))),
  log: unary((x) => tf.log(tf.add(tf.abs(x), 1))),
  expm1: unary((x) => tf.expm1(tf.minimum(x, 1))),
  tanh: unary(tf.tanh),
  sin: unary(tf.sin),
  sqrt: unary((x) => tf.sqrt(tf.add(tf.abs(x), 0.5))),
  rsqrt: unary((x) => tf.rsqrt(tf.add(tf.abs(x), 0.5))),
  reciprocal: unary((x) => tf.reciprocal(tf.add(tf.abs(x), 0.5))),
  relu: unary(tf.relu),
  relu6: unary(tf.relu6),
  elu: unary(tf.elu),
  selu: unary(tf.selu),
  leakyRelu: unary((x) => tf.leakyRelu(x, 0.1)),
  prelu: (x, other) => tf.prelu(x, other(x.shape)),
  sigmoid: unary(tf.sigmoid),
  softplus: unary(tf.softplus),
  softmax: unary((x) => tf.softmax(x)),
  logSoftmax: unary((x) => tf.logSoftmax(x)),
  logSumExp: fold((x, axes, keepDims) => tf.logSumExp(x, axes, keepDims)),
  add: binary(tf.add),
  sub: binary(tf.sub),
  mul: binary(tf.mul),
  div: binary((a, b) => tf.div(a, tf.add(tf.abs(b), 0.5))),
  maximum: binary(tf.maximum),
  minimum: binary(tf.minimum),
  squaredDifference: binary((a, b) => tf.squaredDifference(tf.tanh(a), tf.tanh(b))),
  pow: binary((a, b) => tf.pow(tf.add(tf.abs(a), 0.5), tf.tanh(b))),
  sum: fold((x, axes, keepDims) => tf.div(tf.sum(x, axes, keepDims), 8)),
  mean: fold((x, axes, keepDims) => tf.mean(x, axes, keepDims)),
  max: fold((x, axes, keepDims) => tf.max(x, axes, keepDims)),
  min: fold((x, axes, keepDims) => tf.min(x, axes, keepDims)),
  prod: (x, _, next) => tf.prod(tf.tanh(x), axisOf(x, next)),
  // Comparisons of numbers that are rounded in another way may turn out otherwise: these are of what is given.
  step: (x, other) => tf.mul(x, tf.step(other(x.shape))),
  where: (x, other) => tf.where(tf.greater(other(x.shape), 0.2), x, other(x.shape)),
  logical: (x, other) => {
    const [a, b] = [tf.less(other(x.shape), 0), tf.greaterEqual(other(x.shape), 0.1)];
    return tf.add(x, tf.cast(tf.logicalOr(tf.logicalNot(a), tf.logicalAnd(a, b)), 'float32'));
  },
  sign: (x, other) => tf.add(x, tf.sign(other(x.shape))),
  floor: (x, other) => tf.add(x, tf.floor(tf.ceil(tf.mul(tf.round(other(x.shape)), 2)))),
  any: (x, other, next) => tf.add(x, tf.cast(tf.any(tf.greater(other(x.shape), 1), axisOf(x, next), true), 'float32')),
  all: (x, other, next) => tf.add(x, tf.cast(tf.all(tf.less(other(x.shape), 1), axisOf(x, next), true), 'float32')),
  oneHot: (x, other) => tf.add(tf.mean(x), tf.oneHot(tf.cast(tf.abs(other(x.shape)), 'int32'), 5)),
  whole: (x, other) => {
    const ints = tf.cast(tf.mul(other(x.shape), 9), 'int32');
    const others = tf.maximum(tf.minimum(tf.neg(ints), tf.mul(ints, ints)), tf.sub(tf.abs(ints), 3));
    return tf.add(x, tf.div(tf.cast(tf.add(others, tf.sum(ints)), 'float32'), 64));
  },
  transpose: (x, _, next) =>
    tf.transpose(
      x,
      x.shape.map((__, axis) => axis).toSorted(() => next() - 0.5),
    ),
  reverse: (x, _, next) => tf.reverse(x, axisOf(x, next)),
  slice: (x, _, next) => {
    const begin = x.shape.map((size) => Math.floor(next() * size));
    return tf.slice(
      x,
      begin,
      x.shape.map((size, axis) => 1 + Math.floor(next() * (size - (begin[axis] as number)))),
    );
  },
  pad: (x, _, next) =>
    tf.pad(
      x,
      x.shape.map((): [number, number] => [Math.floor(next() * 3), Math.floor(next() * 3)]),
      0.5,
    ),
  concat: (x, other, next) => {
    const axis = axisOf(x, next);
    return tf.concat([x, other(x.shape.map((size, at) => (at === axis ? sizeBy(next) : size))), x], axis);
  },
  stack: (x, other, next) => tf.mean(tf.stack([x, other(x.shape)], axisOf(x, next)), 0),
  unstack: (x, _, next) => (x.rank > 1 ? (tf.unstack(x, axisOf(x, next)).at(-1) as tf.Tensor) : x),
  split: (x, _, next) => {
    const axis = axisOf(x, next);
    const size = x.shape[axis] as number;
    return size > 1 ? (tf.split(x, [1, size - 1], axis)[1] as tf.Tensor) : x;
  },
  reshape: (x, _, next) => tf.reshape(x, next() < 0.5 ? [-1] : [1, ...x.shape, 1]),
  tile: (x, _, next) => tf.tile(tf.mean(x, 0, true), [1 + Math.floor(next() * 5), ...x.shape.slice(1).map(() => 1)]),
  matMul: (x, other, next) => {
    const matrix = tf.reshape(x, [-1, x.shape.at(-1) as number]);
    const [transposeA, transposeB] = [next() < 0.5, next() < 0.5];
    const k = matrix.shape[transposeA ? 0 : 1] as number;
    const n = sizeBy(next);
    const made = tf.matMul(matrix, other(transposeB ? [n, k] : [k, n]) as tf.Tensor2D, transposeA, transposeB);
    const scaled = tf.mul(made, 1 / Math.sqrt(k));
    return next() < 0.6 ? tf.relu(tf.add(scaled, other([n]))) : scaled;
  },
  long: (x, other, next) => {
    const k = 380 + Math.floor(next() * 300);
    return tf.add(
      tf.mean(x),
      tf.div(tf.matMul(other([sizeBy(next), k]) as tf.Tensor2D, other([k, sizeBy(next)]) as tf.Tensor2D), 20),
    );
  },
  batched: (x, other, next) => {
    const [b, m, k, n] = [1 + Math.floor(next() * 3), sizeBy(next), sizeBy(next), sizeBy(next)];
    const shared = next() < 0.4;
    return tf.add(tf.mean(x), tf.div(tf.matMul(other([b, m, k]), other(shared ? [1, k, n] : [b, k, n])), Math.sqrt(k)));
  },
};

it('gives random programs of up to eight operations as the kernels do, in shapes of 1 to 70', () => {
  const names = Object.keys(ops);
  const wrong: string[] = [];
  for (let program = 0; program < COUNT; program++) {
    const next = random(program + 1);
    const shape = Array.from({ length: 1 + Math.floor(next() * 3) }, () => sizeBy(next));
    if (shape.length === 3) shape[0] = 1 + ((shape[0] as number) % 5);
    const args = [tf.randomNormal(shape, 0, 1, 'float32', program + 1)];
    const chosen = Array.from({ length: 2 + Math.floor(next() * 7) }, (_, index) =>
      index === 0 ? (names[program % names.length] as string) : (names[Math.floor(next() * names.length)] as string),
    );
    // The same choices in each run.
    const seed = Math.floor(next() * 1e6);
    const held: tf.Tensor[] = [];
    const run = (x: tf.Tensor): tf.Tensor[] => {
      const again = random(seed + 1);
      let made = x;
      let at = 0;
      const results: tf.Tensor[] = [];
      for (const name of chosen) {
        const other = (of: number[]): tf.Tensor => {
          const tensor = held[at] ?? tf.keep(tf.randomNormal(of, 0, 1, 'float32', seed + at));
          held[at++] = tensor;
          return tensor;
        };
        made = (ops[name] as Make)(made, other, again);
        if (made.size > 20_000) made = tf.mean(made, 0);
        if (made.rank === 0) made = tf.reshape(made, [1]);
        if (again() < 0.4) results.push(made);
      }
      return [...results, made];
    };
    tf.tidy(() => void run(args[0] as tf.Tensor)); // makes what is held
    try {
      const { eager, compiled } = bothWays(run as never, args);
      for (const [index, values] of eager.entries()) {
        const other = compiled[index] as ArrayLike<number>;
        let largest = 0;
        for (const value of Array.from(values)) largest = Math.max(largest, Math.abs(value));
        const at = Array.from(values).findIndex(
          (value, i) => !(Math.abs(value - (other[i] as number)) <= 2e-5 * largest + 1e-6),
        );
        if (at >= 0 || values.length !== other.length)
          wrong.push(
            `${program} [${shape}] ${chosen.join()}: result ${index} at ${at}: ${other[at]}, expected ${values[at]}`,
          );
      }
    } catch (error) {
      wrong.push(`${program} [${shape}] ${chosen.join()}: ${(error as Error).message}`);
    }
    tf.dispose([...args, ...held]);
  }
  expect(wrong).toEqual([]);
});
