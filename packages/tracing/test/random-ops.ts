import * as tf from '@tensorflow/tfjs-core';

export type Next = () => number;

/** What an operation is given besides its tensor. */
export interface Given {
  /** Numbers that may be trained. */
  other(shape: number[]): tf.Tensor;
  /** Numbers that are not. */
  fixed(shape: number[]): tf.Tensor;
  /** Says that something turns where a tensor has these numbers (default: 0), and so may turn out otherwise where it is rounded otherwise. */
  edge(x: tf.Tensor, ...at: readonly number[]): tf.Tensor;
  /** Sets some of the numbers to 0. */
  drop(x: tf.Tensor): tf.Tensor;
  readonly next: Next;
}

export type Make = (x: tf.Tensor, given: Given) => tf.Tensor;

export const sizeBy = (next: Next): number => (next() < 0.3 ? 1 + Math.floor(next() * 4) : 1 + Math.floor(next() * 70));
const axisOf = (x: tf.Tensor, next: Next): number => Math.floor(next() * x.rank);
const smooth =
  (op: (x: tf.Tensor) => tf.Tensor): Make =>
  (x) =>
    op(x);
const turning =
  (op: (x: tf.Tensor) => tf.Tensor, ...at: readonly number[]): Make =>
  (x, { edge }) =>
    op(edge(x, ...at));
/** With a tensor of the same shape, of a row, of a column, or a number. */
const binary =
  (op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, edgeOf?: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Make =>
  (x, { other, edge, next }) => {
    const shape = x.shape.map((size) => (next() < 0.3 ? 1 : size));
    const [a, b] = next() < 0.5 ? [x, other(shape.slice(Math.floor(next() * (x.rank + 1))))] : [other(shape), x];
    if (edgeOf !== undefined) edge(edgeOf(a as tf.Tensor, b as tf.Tensor));
    return op(a as tf.Tensor, b as tf.Tensor);
  };
const fold =
  (
    op: (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor,
    edgeOf?: (x: tf.Tensor, axes: number[]) => tf.Tensor,
  ): Make =>
  (x, { edge, next }) => {
    const some = x.shape.map((__, axis) => axis).filter(() => next() < 0.5);
    const axes = some.length > 0 ? some : [axisOf(x, next)];
    if (edgeOf !== undefined) edge(edgeOf(x, axes));
    return op(x, axes, next() < 0.5);
  };
/** Whole numbers from 0 to below a size. */
const indicesOf = (drawn: tf.Tensor, size: number): tf.Tensor =>
  tf.cast(tf.minimum(tf.abs(tf.mul(drawn, 9)), size - 1), 'int32');
/** Images with what else there is in them, and how a window goes over them. */
const imagesOf = (
  x: tf.Tensor,
  { other, next }: Given,
): { images: tf.Tensor4D; window: [number, number]; strides: [number, number]; pad: 'same' | 'valid' } => {
  const upTo = (most: number): number => 1 + Math.floor(next() * most);
  const window: [number, number] = [upTo(3), upTo(3)];
  const shape = [upTo(3), window[0] + upTo(7), window[1] + upTo(7), upTo(9)];
  const strides: [number, number] = next() < 0.5 ? [1, 1] : [2, 2];
  const images = tf.add(tf.mean(x), other(shape)) as tf.Tensor4D;
  return { images, window, strides, pad: next() < 0.5 ? 'same' : 'valid' };
};
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
/** Volumes and windows that fit into them. */
const volumesOf = (
  x: tf.Tensor,
  { other, next }: Given,
): { volumes: tf.Tensor5D; window: [number, number, number]; strides: number; pad: 'same' | 'valid' } => {
  const upTo = (most: number): number => 1 + Math.floor(next() * most);
  const window: [number, number, number] = [upTo(2), upTo(3), upTo(2)];
  const volumes = tf.add(tf.mean(x), other([upTo(2), ...window.map((size) => size + upTo(3)), upTo(4)])) as tf.Tensor5D;
  // Where they are longer than a window the kernels of cpu begin late, unless they are repaired.
  const strides = Math.min(upTo(2), ...window);
  return { volumes, window, strides, pad: next() < 0.5 ? 'same' : 'valid' };
};
/** What is not the largest one, by how much it is smaller. */
const behind = (x: tf.Tensor, axes: number[]): tf.Tensor => {
  const difference = tf.sub(x, tf.max(x, axes, true));
  return tf.where(tf.equal(difference, 0), tf.onesLike(x), difference);
};

/** Operations on a tensor, by numbers that are drawn. Each gives what is near 1, so that no program overflows. */
export const randomOps: Readonly<Record<string, Make>> = {
  abs: turning(tf.abs),
  neg: smooth(tf.neg),
  square: smooth((x) => tf.square(tf.sigmoid(x))),
  exp: turning((x) => tf.exp(tf.clipByValue(x, -3, 2)), -3, 2),
  log1p: turning((x) => tf.log1p(tf.abs(x))),
  log: turning((x) => tf.log(tf.add(tf.abs(x), 1))),
  expm1: turning((x) => tf.expm1(tf.minimum(x, 1)), 1),
  tanh: smooth(tf.tanh),
  sin: smooth(tf.sin),
  cos: smooth(tf.cos),
  atan: smooth(tf.atan),
  sqrt: turning((x) => tf.sqrt(tf.add(tf.abs(x), 0.5))),
  rsqrt: turning((x) => tf.rsqrt(tf.add(tf.abs(x), 0.5))),
  reciprocal: turning((x) => tf.reciprocal(tf.add(tf.abs(x), 0.5))),
  relu: turning(tf.relu),
  relu6: turning(tf.relu6, 0, 6),
  elu: turning(tf.elu),
  selu: turning(tf.selu),
  leakyRelu: turning((x) => tf.leakyRelu(x, 0.1)),
  prelu: (x, { other, edge }) => tf.prelu(edge(x), other(x.shape)),
  sigmoid: smooth(tf.sigmoid),
  softplus: smooth(tf.softplus),
  softmax: smooth((x) => tf.softmax(x)),
  logSoftmax: smooth((x) => tf.logSoftmax(x)),
  logSumExp: fold((x, axes, keepDims) => tf.logSumExp(x, axes, keepDims)),
  add: binary(tf.add),
  sub: binary(tf.sub),
  mul: binary(tf.mul),
  div: binary(
    (a, b) => tf.div(a, tf.add(tf.abs(b), 0.5)),
    (_, b) => b,
  ),
  maximum: binary(tf.maximum, tf.sub),
  minimum: binary(tf.minimum, tf.sub),
  squaredDifference: binary((a, b) => tf.squaredDifference(tf.tanh(a), tf.tanh(b))),
  pow: binary(
    (a, b) => tf.pow(tf.add(tf.abs(a), 0.5), tf.tanh(b)),
    (a) => a,
  ),
  sum: fold((x, axes, keepDims) => tf.div(tf.sum(x, axes, keepDims), 8)),
  mean: fold((x, axes, keepDims) => tf.mean(x, axes, keepDims)),
  max: fold((x, axes, keepDims) => tf.max(x, axes, keepDims), behind),
  min: fold(
    (x, axes, keepDims) => tf.min(x, axes, keepDims),
    (x, axes) => behind(tf.neg(x), axes),
  ),
  prod: (x, { next }) => tf.prod(tf.tanh(x), axisOf(x, next)),
  // Comparisons of numbers that are rounded in another way may turn out otherwise: these are of what is given.
  step: (x, { fixed }) => tf.mul(x, tf.step(fixed(x.shape))),
  where: (x, { other, fixed }) => tf.where(tf.greater(fixed(x.shape), 0.2), x, other(x.shape)),
  logical: (x, { fixed }) => {
    const [a, b] = [tf.less(fixed(x.shape), 0), tf.greaterEqual(fixed(x.shape), 0.1)];
    return tf.add(x, tf.cast(tf.logicalOr(tf.logicalNot(a), tf.logicalAnd(a, b)), 'float32'));
  },
  sign: (x, { fixed }) => tf.add(x, tf.sign(fixed(x.shape))),
  floor: (x, { fixed }) => tf.add(x, tf.floor(tf.ceil(tf.mul(tf.round(fixed(x.shape)), 2)))),
  any: (x, { fixed, next }) =>
    tf.add(x, tf.cast(tf.any(tf.greater(fixed(x.shape), 1), axisOf(x, next), true), 'float32')),
  all: (x, { fixed, next }) => tf.add(x, tf.cast(tf.all(tf.less(fixed(x.shape), 1), axisOf(x, next), true), 'float32')),
  oneHot: (x, { fixed }) => tf.add(tf.mean(x), tf.oneHot(tf.cast(tf.abs(fixed(x.shape)), 'int32'), 5)),
  whole: (x, { fixed }) => {
    const ints = tf.cast(tf.mul(fixed(x.shape), 9), 'int32');
    const others = tf.maximum(tf.minimum(tf.neg(ints), tf.mul(ints, ints)), tf.sub(tf.abs(ints), 3));
    return tf.add(x, tf.div(tf.cast(tf.add(others, tf.sum(ints)), 'float32'), 64));
  },
  transpose: (x, { next }) =>
    tf.transpose(
      x,
      x.shape.map((__, axis) => axis).toSorted(() => next() - 0.5),
    ),
  reverse: (x, { next }) => tf.reverse(x, axisOf(x, next)),
  slice: (x, { next }) => {
    const begin = x.shape.map((size) => Math.floor(next() * size));
    return tf.slice(
      x,
      begin,
      x.shape.map((size, axis) => 1 + Math.floor(next() * (size - (begin[axis] as number)))),
    );
  },
  pad: (x, { next }) =>
    tf.pad(
      x,
      x.shape.map((): [number, number] => [Math.floor(next() * 3), Math.floor(next() * 3)]),
      0.5,
    ),
  mirrorPad: (x, { next }) => {
    const mode = next() < 0.5 ? 'reflect' : 'symmetric';
    const most = x.shape.map((size) => Math.min(3, mode === 'reflect' ? size : size + 1));
    const paddings = most.map((count): [number, number] => [Math.floor(next() * count), Math.floor(next() * count)]);
    return tf.mirrorPad(x, paddings, mode);
  },
  // Along the last axis: the gradient of tfjs is of another shape for any other.
  cumsum: (x, { next }) => tf.div(tf.cumsum(x, x.rank - 1, next() < 0.5, next() < 0.5), x.shape.at(-1) as number),
  resizeBilinear: (x, { other, next }) => {
    // As high as they are wide: the gradient of tfjs on cpu is of another shape for others.
    const [side, count, channels] = [
      1 + Math.floor(next() * 6),
      1 + Math.floor(next() * 3),
      1 + Math.floor(next() * 5),
    ];
    const images = tf.add(tf.mean(x), other([count, side, side, channels])) as tf.Tensor4D;
    const size: [number, number] = [1 + Math.floor(next() * 9), 1 + Math.floor(next() * 9)];
    return tf.image.resizeBilinear(images, size, next() < 0.5);
  },
  concat: (x, { other, next }) => {
    const axis = axisOf(x, next);
    return tf.concat([x, other(x.shape.map((size, at) => (at === axis ? sizeBy(next) : size))), x], axis);
  },
  stack: (x, { other, next }) => tf.mean(tf.stack([x, other(x.shape)], axisOf(x, next)), 0),
  unstack: (x, { next }) => (x.rank > 1 ? (tf.unstack(x, axisOf(x, next)).at(-1) as tf.Tensor) : x),
  split: (x, { next }) => {
    const axis = axisOf(x, next);
    const size = x.shape[axis] as number;
    return size > 1 ? (tf.split(x, [1, size - 1], axis)[1] as tf.Tensor) : x;
  },
  reshape: (x, { next }) => tf.reshape(x, next() < 0.5 ? [-1] : [1, ...x.shape, 1]),
  tile: (x, { next }) => tf.tile(tf.mean(x, 0, true), [1 + Math.floor(next() * 5), ...x.shape.slice(1).map(() => 1)]),
  matMul: (x, { other, edge, next }) => {
    const matrix = tf.reshape(x, [-1, x.shape.at(-1) as number]);
    const [transposeA, transposeB] = [next() < 0.5, next() < 0.5];
    const k = matrix.shape[transposeA ? 0 : 1] as number;
    const n = sizeBy(next);
    const made = tf.matMul(matrix, other(transposeB ? [n, k] : [k, n]) as tf.Tensor2D, transposeA, transposeB);
    const scaled = tf.mul(made, 1 / Math.sqrt(k));
    return next() < 0.6 ? tf.relu(edge(tf.add(scaled, other([n])))) : scaled;
  },
  long: (x, { other, next }) => {
    const k = 380 + Math.floor(next() * 300);
    return tf.add(
      tf.mean(x),
      tf.div(tf.matMul(other([sizeBy(next), k]) as tf.Tensor2D, other([k, sizeBy(next)]) as tf.Tensor2D), 20),
    );
  },
  batched: (x, { other, next }) => {
    const [b, m, k, n] = [1 + Math.floor(next() * 3), sizeBy(next), sizeBy(next), sizeBy(next)];
    const shared = next() < 0.4;
    return tf.add(tf.mean(x), tf.div(tf.matMul(other([b, m, k]), other(shared ? [1, k, n] : [b, k, n])), Math.sqrt(k)));
  },
  // tfjs alone has no gradient of it, nor of what follows.
  cumprod: (x, { fixed, next }) =>
    tf.add(x, tf.mean(tf.cumprod(tf.tanh(fixed([sizeBy(next), sizeBy(next)])), 1, next() < 0.5, next() < 0.5))),
  depthToSpace: (x, { fixed, next }) => {
    const [side, size] = [2 + Math.floor(next() * 2), (): number => 1 + Math.floor(next() * 5)];
    const pixels = tf.depthToSpace(fixed([size(), size(), size(), side ** 2 * size()]) as tf.Tensor4D, side);
    return tf.add(x, tf.mean(tf.sum(pixels, [1, 3])));
  },
  einsum: (x, { fixed, next }) => {
    const [b, m, k, n] = [1 + Math.floor(next() * 3), sizeBy(next), sizeBy(next), sizeBy(next)];
    const [equation, left, right] = (
      [
        ['bmk,bkn->bmn', [b, m, k], [b, k, n]],
        ['bkm,nkb->bnm', [b, k, m], [n, k, b]],
        ['mbk,kn->nbm', [m, b, k], [k, n]],
        ['bmk,bmk->bm', [b, m, k], [b, m, k]],
        ['m,kn->knm', [m], [Math.min(k, 9), Math.min(n, 9)]],
      ] as const
    )[Math.floor(next() * 5)] as readonly [string, readonly number[], readonly number[]];
    return tf.add(x, tf.mean(tf.einsum(equation, fixed([...left]), fixed([...right]))));
  },
  erf: smooth(tf.erf),
  finite: (x, { fixed }) =>
    tf.add(x, tf.cast(tf.logicalAnd(tf.isFinite(fixed(x.shape)), tf.logicalNot(tf.isInf(fixed(x.shape)))), 'float32')),
  tiles: (x, { next }) =>
    tf.tile(
      x,
      x.shape.map(() => 1 + Math.floor(next() * 3)),
    ),
  drop: (x, { drop }) => drop(x),
  argMax: (x, { fixed, next }) => {
    const axis = axisOf(x, next);
    const at = next() < 0.5 ? tf.argMax(fixed(x.shape), axis) : tf.argMin(fixed(x.shape), axis);
    return tf.add(x, tf.div(tf.expandDims(tf.cast(at, 'float32'), axis), 64));
  },
  gather: (x, { fixed, next }) => {
    const axis = axisOf(x, next);
    const shape = next() < 0.7 ? [sizeBy(next)] : [2, 1 + Math.floor(next() * 9)];
    return tf.gather(x, indicesOf(fixed(shape), x.shape[axis] as number), axis);
  },
  embedding: (x, { other, fixed, next }) => {
    const [count, width] = [sizeBy(next), sizeBy(next)];
    const rows = tf.gather(other([count, width]), indicesOf(fixed([sizeBy(next)]), count));
    return tf.add(tf.mean(x), rows);
  },
  segmentSum: (x, { fixed, next }) => {
    const segments = 1 + Math.floor(next() * 5);
    const ids = tf.sub(indicesOf(fixed([x.shape[0] as number]), segments + 2), tf.scalar(1, 'int32')) as tf.Tensor1D; // some are none
    return tf.div(tf.unsortedSegmentSum(x, ids, segments), 4);
  },
  conv2d: (x, given) => {
    const { images, window, strides, pad } = imagesOf(x, given);
    const filter = given.other([...window, images.shape[3], sizeBy(given.next)]) as tf.Tensor4D;
    return tf.div(tf.conv2d(images, filter, strides, pad), Math.sqrt(window[0] * window[1] * images.shape[3]));
  },
  depthwise: (x, given) => {
    const { images, window, strides, pad } = imagesOf(x, given);
    const filter = given.other([...window, images.shape[3], 1 + Math.floor(given.next() * 3)]) as tf.Tensor4D;
    return tf.depthwiseConv2d(images, filter, strides, pad);
  },
  maxPool: (x, given) => {
    const { images, window, strides, pad } = imagesOf(x, given);
    return tf.maxPool(images, window, strides, pad);
  },
  avgPool: (x, given) => {
    const { images, window, strides, pad } = imagesOf(x, given);
    return tf.avgPool(images, window, strides, pad);
  },
  conv3d: (x, given) => {
    const { volumes, window, strides, pad } = volumesOf(x, given);
    const filter = given.other([...window, volumes.shape[4], 1 + Math.floor(given.next() * 9)]) as tf.Tensor5D;
    return tf.div(tf.conv3d(volumes, filter, strides, pad), Math.sqrt(sizeOf(window) * volumes.shape[4]));
  },
  maxPool3d: (x, given) => {
    // By squares: the gradient of tfjs on cpu takes other places of windows that are higher than wide.
    const { volumes, window, strides, pad } = volumesOf(x, given);
    const side = Math.min(window[1], window[2]);
    return tf.maxPool3d(volumes, [window[0], side, side], strides, pad);
  },
  avgPool3d: (x, given) => {
    const { volumes, window, strides, pad } = volumesOf(x, given);
    return tf.avgPool3d(volumes, window, strides, pad);
  },
};
