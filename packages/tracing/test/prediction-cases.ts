// Predictions of one kernel or a few, for what writes them in other formats.
import * as tf from '@tensorflow/tfjs-core';
import { draw } from './support.js';

const x2 = (x: tf.Tensor): tf.Tensor2D => x as tf.Tensor2D;
const cpu = <T extends tf.Tensor>(shape: number[], seed: number): T => draw(shape, seed) as T;
const ids = (x: tf.Tensor): tf.Tensor1D => tf.cast(tf.floor(tf.mul(tf.abs(tf.max(x, 1)), 4)), 'int32') as tf.Tensor1D;

const unary: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  abs: tf.abs,
  atan: tf.atan,
  ceil: tf.ceil,
  cos: tf.cos,
  cosh: tf.cosh,
  elu: tf.elu,
  erf: tf.erf,
  exp: tf.exp,
  expm1: tf.expm1,
  floor: tf.floor,
  neg: tf.neg,
  relu: tf.relu,
  relu6: tf.relu6,
  round: tf.round,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  sin: tf.sin,
  sinh: tf.sinh,
  softplus: tf.softplus,
  square: tf.square,
  tan: tf.tan,
  tanh: tf.tanh,
  asin: tf.asin,
  acos: tf.acos,
  asinh: tf.asinh,
  atanh: tf.atanh,
  reciprocal: tf.reciprocal,
  isFinite: tf.isFinite,
  isNaN: tf.isNaN,
  isInf: tf.isInf,
  logSigmoid: tf.logSigmoid,
  step: (x) => tf.step(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  softmax: (x) => tf.softmax(x),
  logSumExp: (x) => tf.logSumExp(x),
  onesLike: (x) => tf.onesLike(x),
  zerosLike: (x) => tf.zerosLike(x),
};

/** Of a batch of shape [rows, 6]. */
export const ofRows: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  ...unary,
  'log, sqrt, rsqrt, log1p, acosh': (x) =>
    tf.stack([tf.log, tf.sqrt, tf.rsqrt, tf.log1p].map((f) => f(tf.add(tf.abs(x), 1)))),
  acosh: (x) => tf.acosh(tf.add(tf.abs(x), 1)),
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  prelu: (x) => tf.prelu(x, tf.scalar(0.25)),
  clipByValue: (x) => tf.clipByValue(x, -0.5, 0.25),
  binary: (x) =>
    tf.addN([tf.add(x, 1), tf.sub(x, 2), tf.mul(x, x), tf.div(x, 3), tf.maximum(x, 0), tf.minimum(x, 0.5)]),
  squaredDifference: (x) => tf.squaredDifference(x, tf.scalar(0.5)),
  'pow, mod': (x) => tf.add(tf.pow(tf.abs(x), 1.5), tf.mod(x, 0.4)),
  atan2: (x) => tf.atan2(x, tf.scalar(0.5)),
  floorDiv: (x) => tf.floorDiv(tf.mul(x, 10), tf.scalar(3)),
  int32: (x) => tf.add(tf.cast(tf.mul(x, 9), 'int32'), tf.scalar(2, 'int32')),
  comparisons: (x) =>
    tf.logicalOr(tf.logicalAnd(tf.greater(x, 0), tf.less(x, 0.5)), tf.logicalNot(tf.greaterEqual(x, -0.5))),
  equal: (x) => tf.stack([tf.equal(tf.round(x), 0), tf.notEqual(tf.round(x), 1), tf.lessEqual(x, 0)]),
  'equal bools': (x) => tf.equal(tf.greater(x, 0), tf.less(x, 0.5)),
  where: (x) => tf.where(tf.greater(x, 0), x, tf.mul(x, 0.1)),
  cast: (x) => tf.cast(tf.cast(tf.greater(x, 0), 'float32'), 'bool'),
  'sum, mean, prod': (x) => tf.concat([tf.sum(x, 1, true), tf.mean(x, -1, true), tf.prod(x, [1], true)], 1),
  'sum of all': (x) => tf.sum(x),
  'sum of bools': (x) => tf.sum(tf.greater(x, 0), 1),
  'max, min': (x) => tf.sub(tf.max(x, 1), tf.min(x, 1)),
  'any, all': (x) => tf.logicalOr(tf.any(tf.greater(x, 0.9), 1), tf.all(tf.less(x, 0.5), 1)),
  argMax: (x) => tf.argMax(x, -1),
  'argMin of ints': (x) => tf.argMin(tf.cast(tf.mul(x, 20), 'int32'), 1),
  'cumsum, cumprod': (x) => tf.add(tf.cumsum(x, 1, true), tf.cumprod(x, 1, false, true)),
  topk: (x) => tf.concat([tf.topk(x, 3).values, tf.cast(tf.topk(x, 3).indices, 'float32')], 1),
  'softmax of an axis': (x) => tf.softmax(tf.transpose(tf.softmax(x))),
  matMul: (x) => tf.matMul(x2(x), cpu<tf.Tensor2D>([4, 6], 3), false, true),
  'fused matMul': (x) =>
    tf.fused.matMul({ a: x2(x), b: cpu<tf.Tensor2D>([6, 4], 3), bias: cpu([4], 5), activation: 'elu' }),
  einsum: (x) => tf.einsum('ij,jk->ik', x, cpu([6, 2], 5)),
  'dot, outer': (x) => tf.dot(x, cpu([6], 5)),
  reshape: (x) => tf.reshape(tf.mul(tf.reshape(x, [-1, 2, 3]), 2), [x.shape[0] as number, 3, 2]),
  flatten: (x) => tf.mul(tf.reshape(x, [-1]), 2),
  'expandDims, squeeze': (x) => tf.squeeze(tf.mul(tf.expandDims(x, 1), tf.scalar(2)), [1]),
  transpose: (x) => tf.transpose(x),
  reverse: (x) => tf.reverse(x, [1]),
  'reverse rows': (x) => tf.reverse(x, 0),
  slice: (x) => tf.slice(x, [0, 1], [-1, 3]),
  'slice of all rows': (x) => tf.slice(x, [0, 1], [x.shape[0] as number, 3]),
  stridedSlice: (x) => tf.stridedSlice(x, [0, 5], [x.shape[0] as number, 0], [1, -2]),
  concat: (x) => tf.concat([x, tf.mul(x, 2)], -1),
  'concat of one': (x) => tf.concat([tf.neg(x)], 1),
  'concat of rows': (x) => tf.concat([x, x], 0),
  'stack, unstack': (x) => tf.stack(tf.unstack(x, 1).toReversed(), 1),
  split: (x) => tf.concat(tf.split(x, [1, 2, 3], 1).toReversed(), 1),
  'split in equal parts': (x) => tf.add(...(tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor])),
  pad: (x) =>
    tf.pad(
      x,
      [
        [0, 0],
        [1, 2],
      ],
      7,
    ),
  mirrorPad: (x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [1, 2],
      ],
      'reflect',
    ),
  tile: (x) => tf.tile(x, [2, 3]),
  broadcastTo: (x) => tf.broadcastTo(tf.sum(x, 1, true), [x.shape[0] as number, 4]),
  'fill by rows': (x) => tf.mul(tf.fill([x.shape[0] as number, 1], 3), x),
  'ones by rows': (x) => tf.concat([x, tf.ones([x.shape[0] as number, 1])], 1),
  'range by rows': (x) => tf.mul(x, tf.expandDims(tf.range(0, x.shape[0] as number), 1)),
  linspace: (x) => tf.add(x, tf.linspace(0, 1, 6)),
  gather: (x) => tf.gather(cpu([5, 3], 4), ids(x)),
  'gather of columns': (x) => tf.gather(x, tf.tensor1d([5, 0, 0], 'int32'), 1),
  gatherND: (x) => tf.gatherND(cpu([5, 3], 4), tf.expandDims(ids(x), 1) as tf.Tensor2D),
  oneHot: (x) => tf.oneHot(ids(x), 5),
  'oneHot of floats': (x) => tf.oneHot(ids(x), 5, 0.9, 0.1, 'float32'),
  unsortedSegmentSum: (x) => tf.unsortedSegmentSum(x, ids(x), 4),
  // A logarithm shows how many digits a small number has.
  'log1p near 0': (x) => tf.log(tf.abs(tf.log1p(tf.mul(x, 1e-3)))),
  'log1p of [-1, 4]': (x) => tf.log1p(tf.add(tf.mul(tf.abs(x), 5), -1)),
  'small probabilities': (x) => tf.log(tf.sigmoid(tf.mul(x, 18))),
  'small probabilities of classes': (x) => tf.log(tf.softmax(tf.mul(x, 18))),
  moments: (x) => tf.sub(x, tf.moments(x, 1, true).mean),
  norm: (x) => tf.div(x, tf.norm(x, 2, 1, true)),
};

/** Of a batch of shape [rows, 6, 7, 3]. */
export const ofImages: Readonly<Record<string, (x: tf.Tensor4D) => tf.Tensor>> = {
  'conv2d, same': (x) => tf.conv2d(x, cpu([3, 3, 3, 4], 2), 2, 'same'),
  'conv2d, valid, dilated': (x) => tf.conv2d(x, cpu([2, 3, 3, 4], 2), 1, 'valid', 'NHWC', [2, 1]),
  'conv2d, padded by numbers': (x) =>
    tf.conv2d(x, cpu([3, 3, 3, 4], 2), 1, [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ]),
  'conv2d, padded by one number': (x) => tf.conv2d(x, cpu([3, 3, 3, 2], 2), 1, 1, 'NHWC', 1, 'floor'),
  'conv2d, fused': (x) =>
    tf.fused.conv2d({
      x,
      filter: cpu([3, 3, 3, 4], 2),
      strides: 1,
      pad: 'same',
      bias: cpu([4], 3),
      activation: 'relu6',
    }),
  depthwiseConv2d: (x) => tf.depthwiseConv2d(x, cpu([3, 2, 3, 2], 2), 1, 'same'),
  'depthwiseConv2d, fused': (x) =>
    tf.fused.depthwiseConv2d({ x, filter: cpu([3, 3, 3, 1], 2), strides: 2, pad: 'valid', activation: 'sigmoid' }),
  separableConv2d: (x) => tf.separableConv2d(x, cpu([3, 3, 3, 2], 2), cpu([1, 1, 6, 4], 3), 1, 'same'),
  conv2dTranspose: (x) => tf.conv2dTranspose(x, cpu([3, 3, 2, 3], 2), [x.shape[0], 12, 14, 2], 2, 'same'),
  maxPool: (x) => tf.maxPool(x, 2, 2, 'valid'),
  avgPool: (x) => tf.avgPool(x, [3, 2], 2, 'same'),
  batchNorm: (x) => tf.batchNorm(x, cpu([3], 1), tf.abs(cpu([3], 2)), cpu([3], 3), cpu([3], 4), 0.01),
  'batchNorm without scale': (x) => tf.batchNorm(x, cpu([3], 1), tf.abs(cpu([3], 2))),
  resizeBilinear: (x) => tf.image.resizeBilinear(x, [9, 5]),
  resizeNearestNeighbor: (x) => tf.image.resizeNearestNeighbor(x, [9, 5], false, true),
  localResponseNormalization: (x) => tf.localResponseNormalization(x, 2, 1, 0.5, 0.75),
  'global average': (x) => tf.mean(x, [1, 2]),
  'spaceToBatchND, batchToSpaceND': (x) =>
    tf.batchToSpaceND(
      tf.mul(
        tf.spaceToBatchND(
          x,
          [2, 1],
          [
            [0, 0],
            [0, 0],
          ],
        ),
        2,
      ),
      [2, 1],
      [
        [1, 0],
        [0, 1],
      ],
    ),
};
