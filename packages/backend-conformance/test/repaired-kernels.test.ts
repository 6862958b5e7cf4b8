// Kernels that a repair makes of operations: a recorded step has either the kernel or what it is made of, and its numbers.
import * as tf from '@tensorflow/tfjs-core';
import { repairBroadcastGradients } from '@tfjs-heads/backends/repairs/broadcast-gradients';
import { repairBroadcastMatMul } from '@tfjs-heads/backends/repairs/broadcast-matmul';
import { repairEinsum } from '@tfjs-heads/backends/repairs/einsum';
import { repairGpuRanks } from '@tfjs-heads/backends/repairs/gpu-ranks';
import { repairMissingGradients } from '@tfjs-heads/backends/repairs/missing-gradients';
import { repairNodeGradients } from '@tfjs-heads/backends/repairs/node-gradients';
import { repairStridedSlice } from '@tfjs-heads/backends/repairs/strided-slice';
import { repairWasmBatchedGather } from '@tfjs-heads/backends/repairs/wasm-batched-gather';
import { repairWasmUnsortedSegmentSum } from '@tfjs-heads/backends/repairs/wasm-unsorted-segment-sum';
import { traceStep } from '@tfjs-heads/tracing';
import { beforeAll, expect, it } from 'vitest';

beforeAll(async () => {
  for (const repair of [
    repairNodeGradients,
    repairMissingGradients,
    repairEinsum,
    repairStridedSlice,
    repairBroadcastGradients,
    repairBroadcastMatMul,
    repairGpuRanks,
    repairWasmUnsortedSegmentSum,
    repairWasmBatchedGather,
  ])
    await repair();
});

it.each<[string, (x: tf.Tensor2D, w: tf.Tensor2D) => tf.Tensor]>([
  ['einsum', (x, w) => tf.einsum('ij,jk->k', x, w)],
  ['slices with strides', (x, w) => tf.stridedSlice(tf.matMul(x, w), [0, 1], [5, 2], [2, 1], 0, 0, 0, 0, 2)],
  ['rows of batches', (x, w) => tf.gather(tf.matMul(x, w), tf.tensor2d([0, 1, 1, 0, 0], [5, 1], 'int32'), 1, 1)],
  [
    'products of each with each',
    (x, w) => tf.matMul(tf.reshape(tf.matMul(x, w), [5, 1, 1, 2]), tf.reshape(tf.range(0, 6), [1, 3, 2, 1])),
  ],
  [
    'paddings of five axes',
    (x, w) =>
      tf.pad(
        tf.reshape(tf.matMul(x, w), [1, 5, 1, 2, 1]),
        [
          [0, 0],
          [1, 1],
          [1, 0],
          [0, 1],
          [0, 0],
        ],
        0.5,
      ),
  ],
  ['choices', (x, w) => tf.where(tf.greater(tf.matMul(x, w), 0.1), tf.matMul(x, w), 0.1)],
])('of %s is recorded', async (_, f) => {
  const make = (): { w: tf.Variable; step: (x: tf.Tensor2D) => tf.Scalar } => {
    const w = tf.variable(tf.tensor2d([0.3, -0.2, 0.1, 0.5, -0.4, 0.2], [3, 2]));
    const optimizer = tf.train.sgd(0.05);
    const step = (x: tf.Tensor2D): tf.Scalar =>
      optimizer.minimize(() => tf.sum(tf.square(f(x, w as tf.Tensor as tf.Tensor2D))), true, [w]) as tf.Scalar;
    return { w, step };
  };
  const [eager, recorded] = [make(), make()];
  const trace = traceStep(recorded.step, { variables: [recorded.w], exact: true });
  for (let index = 0; index < 6; index++) {
    const x = tf.randomUniform([5, 3], -1, 1, 'float32', index) as tf.Tensor2D;
    const losses = [tf.tidy(() => eager.step(x)), trace(x)];
    const [expected, actual] = await Promise.all(losses.map((loss) => loss.data()));
    expect(actual).toEqual(expected);
    tf.dispose([x, losses]);
  }
  expect(trace.reason).toBeUndefined();
  expect(await recorded.w.data()).toEqual(await eager.w.data());
  trace.dispose();
  tf.dispose([eager.w, recorded.w]);
});
