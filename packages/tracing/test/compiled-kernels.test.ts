// Kernels that a compiled step writes in a way of its own: what is looked up, drawn, or gone over by windows.
import * as tf from '@tensorflow/tfjs-core';
import { SGD } from '@tfjs-heads/optimizers';
import { convolutionGradients, convolve, pool, poolGradient, sizeOf, type Values } from '@tfjs-heads/reference';
import { expect, it } from 'vitest';
import { Dropout, traceStep } from '../src/index.js';
import { bothWays } from './compiled-support.js';
import { draw, expectSameSteps, type Trainee, variable } from './support.js';

const runs = ['cpu', 'wasm'].includes(tf.getBackend());
const FUNCTION = 'run as one function of WebAssembly';

/** Trains what maps a batch to numbers that should be 1. */
function trainee<T extends tf.Tensor>(
  variables: tf.Variable[],
  network: (x: T) => tf.Tensor,
): Trainee<(x: T) => tf.Scalar> {
  const sgd = new SGD({ learningRate: 0.1 });
  const step = (x: T): tf.Scalar =>
    sgd.minimize(() => tf.mean(tf.square(tf.sub(network(x), 1))) as tf.Scalar, true, variables) as tf.Scalar;
  return { variables, step };
}

it.runIf(runs)('trains an embedding, and an index out of range changes nothing', async () => {
  // wasm has no kernel for the gradient unless it is repaired.
  if (tf.getKernel('UnsortedSegmentSum', tf.getBackend()) === undefined) return;
  const variables = [variable([9, 4], 1), variable([4, 1], 2)];
  const [table, output] = variables as unknown as [tf.Tensor2D, tf.Tensor2D];
  const make = (): Trainee<(ids: tf.Tensor1D) => tf.Scalar> =>
    trainee(variables, (ids) => tf.matMul(tf.gather(table, ids), output));
  const trace = traceStep(make().step, { variables });
  for (let index = 0; index < 8; index++) {
    const ids = tf.tensor1d([0, 3, 3, 8, index], 'int32');
    trace(ids).dispose();
    ids.dispose();
  }
  expect(String(trace)).toContain(FUNCTION);
  const before = await table.data();
  const ids = tf.tensor1d([0, 3, 3, 9, 1], 'int32');
  if (tf.getBackend() === 'cpu') {
    expect(() => trace(ids)).toThrow(/the index value 9 is not in \[0, 8\]/);
    expect(await table.data()).toEqual(before);
  }
  trace.dispose();
  tf.dispose([ids, ...variables]);
});

it.runIf(runs)('draws the masks of Dropout, to the bit', async () => {
  for (const shape of [[5, 7], [64], [3, 2]]) {
    const [dropout, other] = [
      new Dropout({ rate: 0.4, seed: 2 ** 40 + 3 }),
      new Dropout({ rate: 0.4, seed: 2 ** 40 + 3 }),
    ];
    dropout.iterations = other.iterations = 2 ** 33 + 2 ** 24 - 4; // both halves of the count change
    const trace = traceStep((x: tf.Tensor) => dropout.apply(x), { variables: [] });
    const x = tf.ones(shape);
    for (let index = 0; index < 8; index++) {
      const [made, expected] = [trace(x), other.apply(x)];
      expect(await made.data()).toEqual(await expected.data());
      tf.dispose([made, expected]);
    }
    expect(String(trace)).toContain(FUNCTION);
    trace.dispose();
    x.dispose();
  }
});

// Some kernels of the gradients are there on cpu alone.
it.runIf(tf.getBackend() === 'cpu')('trains convolutions and pools', async () => {
  const make = (): Trainee<(x: tf.Tensor4D) => tf.Scalar> => {
    const variables = [variable([3, 3, 2, 5], 1), variable([2, 3, 5, 2], 2), variable([90, 1], 3)];
    const [first, second, output] = variables as unknown as [tf.Tensor4D, tf.Tensor4D, tf.Tensor2D];
    return trainee(variables, (x) => {
      const hidden = tf.maxPool(tf.relu(tf.conv2d(x, first, 1, 'same')), 2, 2, 'same');
      const pooled = tf.avgPool(tf.relu(tf.depthwiseConv2d(hidden as tf.Tensor4D, second, 1, 'same')), 2, 2, 'same');
      return tf.matMul(tf.reshape(pooled, [4, -1]) as tf.Tensor2D, output);
    });
  };
  const argsOf = (index: number): [tf.Tensor4D] => [draw([4, 11, 9, 2], index) as tf.Tensor4D];
  const { trace } = await expectSameSteps(make, argsOf, { exact: false });
  expect(trace.reason).toBeUndefined();
  expect(String(trace)).toContain(FUNCTION);
  trace.dispose();
});

// Of one image of one channel, since the gradient of tfjs is wrong on cpu with more of either.
it.runIf(runs)('trains through images that become whole times as large', async () => {
  const images = tf.getBackend() === 'cpu' ? 1 : 3;
  const channels = tf.getBackend() === 'cpu' ? 1 : 2;
  const make = (): Trainee<(x: tf.Tensor4D) => tf.Scalar> => {
    const variables = [variable([5, 4, channels], 1), variable([5 * 2 * 4 * 3 * channels, 1], 2)];
    const [scale, output] = variables as unknown as [tf.Tensor3D, tf.Tensor2D];
    return trainee(variables, (x) => {
      const large = tf.image.resizeNearestNeighbor(tf.tanh(tf.mul(x, scale)) as tf.Tensor4D, [10, 12]);
      return tf.matMul(tf.reshape(large, [images, -1]) as tf.Tensor2D, output);
    });
  };
  const argsOf = (index: number): [tf.Tensor4D] => [draw([images, 5, 4, channels], index) as tf.Tensor4D];
  const { trace } = await expectSameSteps(make, argsOf, { exact: false });
  expect(String(trace)).toContain(FUNCTION);
  trace.dispose();
});

it.runIf(runs)('leaves other sizes to the kernels', () => {
  const trace = traceStep((x: tf.Tensor4D) => tf.image.resizeNearestNeighbor(x, [7, 5]), { variables: [] });
  const x = draw([1, 3, 5, 2], 1) as tf.Tensor4D;
  for (let index = 0; index < 8; index++) trace(x).dispose();
  expect(String(trace)).toContain(
    'it is no function of WebAssembly: the kernel ResizeNearestNeighbor by other than whole',
  );
  trace.dispose();
  x.dispose();
});

/** What a function gives by its kernels and compiled, of one batch and of the next. */
async function expectSame(run: (x: tf.Tensor) => tf.Tensor, shape: number[]): Promise<void> {
  const trace = traceStep(run, { variables: [] });
  for (let index = 0; index < 8; index++) {
    const x = draw(shape, index);
    const [made, expected] = [trace(x), tf.tidy(() => run(x))];
    expect(made.shape).toEqual(expected.shape);
    const [values, others] = [await made.data(), await expected.data()];
    values.forEach((value, i) => expect(Math.abs(value - (others[i] as number))).toBeLessThanOrEqual(1e-5));
    tf.dispose([x, made, expected]);
  }
  expect(String(trace)).toContain(FUNCTION);
  trace.dispose();
}

it.runIf(runs)('sums up and multiplies along any axis, either way', async () => {
  for (const axis of [0, 1, 2])
    for (const exclusive of [false, true])
      for (const reverse of [false, true])
        for (const along of [tf.cumsum, tf.cumprod])
          await expectSame((x) => along(x, axis, exclusive, reverse), [4, 5, 3]);
  for (const along of [tf.cumsum, tf.cumprod])
    await expectSame((x) => tf.cast(along(tf.cast(tf.mul(x, 10), 'int32')), 'float32'), [7]);
});

it.runIf(runs)('makes pixels of channels', async () => {
  for (const [side, shape] of [
    [2, [2, 3, 5, 8]],
    [3, [1, 2, 1, 9]],
    [2, [1, 1, 4, 4]],
  ] as const)
    // prettier-ignore
    await expectSame((x) => tf.depthToSpace(tf.neg(x) as tf.Tensor4D, side, 'NHWC'), [...shape]);
  // The kernel of cpu takes no other.
  if (tf.getBackend() === 'wasm')
    await expectSame((x) => tf.depthToSpace(tf.neg(x) as tf.Tensor4D, 2, 'NCHW'), [2, 8, 3, 5]);
});

it.runIf(runs)('takes every so many numbers, as strides, masks and signs say', async () => {
  await expectSame((x) => tf.stridedSlice(x, [1, 0, 4], [5, 7, 0], [2, 3, -1]), [5, 7, 6]);
  await expectSame((x) => tf.stridedSlice(x, [0, 2], [3, 9], [1, 2], 1, 2, 0, 0, 0), [3, 8]);
  await expectSame((x) => tf.stridedSlice(x, [2, 1], [3, 6], [1, 1], 0, 0, 0, 0, 1), [5, 7]);
  await expectSame((x) => tf.stridedSlice(x, [0, 0], [3, 8], [1, 1]), [3, 8]);
});

it.runIf(runs)('mirrors what is beyond the border', async () => {
  for (const mode of ['reflect', 'symmetric'] as const) {
    await expectSame((x) => tf.mirrorPad(tf.neg(x), [[2, 1], [0, 0], [1, 3]], mode), [3, 2, 4]); // prettier-ignore
    await expectSame((x) => tf.mirrorPad(x, [[0, mode === 'reflect' ? 5 : 6]], mode), [6]);
  }
});

it.runIf(runs)('takes pixels between pixels', async () => {
  const sizes: [number, number][] = [[3, 9], [12, 5], [1, 1], [4, 7]]; // prettier-ignore
  for (const size of sizes)
    for (const [alignCorners, halfPixelCenters] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const)
      // prettier-ignore
      await expectSame(
        (x) => tf.image.resizeBilinear(x as tf.Tensor4D, size, alignCorners, halfPixelCenters),
        [2, 4, 7, 3],
      );
});

it.runIf(runs)('goes over volumes by windows', async () => {
  const filter = draw([2, 3, 2, 3, 4], 1) as tf.Tensor5D;
  const shape = [2, 5, 7, 6, 3];
  for (const pad of ['same', 'valid'] as const)
    for (const strides of [1, 2]) {
      await expectSame((x) => tf.div(tf.conv3d(x as tf.Tensor5D, filter, strides, pad), 8), shape);
      // On wasm it gives 0 where no number is positive, unless it is repaired.
      await expectSame((x) => tf.maxPool3d(tf.abs(x) as tf.Tensor5D, [2, 3, 2], strides, pad), shape);
      await expectSame((x) => tf.avgPool3d(x as tf.Tensor5D, [2, 3, 2], strides, pad), shape);
    }
  filter.dispose();
});

// Those of tfjs begin late there unless they are repaired.
it.runIf(runs)('begins at the first place of volumes whose strides are longer than windows', () => {
  const x = draw([2, 4, 8, 6, 2], 1);
  const filter = draw([1, 2, 1, 2, 3], 2) as tf.Tensor5D;
  const [strides, sides] = [[2, 4, 3] as [number, number, number], [1, 2, 1] as [number, number, number]];
  const [volumes, filters] = [x, filter].map((of): Values => ({
    shape: of.shape,
    values: Array.from(of.dataSync()),
  })) as [Values, Values];
  const how = { stride: strides, pad: 'same', isDepthwise: false } as const;
  const total = (y: tf.Tensor): tf.Tensor => tf.sum(tf.mul(y, tf.add(tf.reshape(tf.range(0, y.size), y.shape), 1)));
  const { compiled } = bothWays(
    (of, by) =>
      [
        (v: tf.Tensor, w: tf.Tensor) => tf.conv3d(v as tf.Tensor5D, w as tf.Tensor5D, strides, 'same'),
        (v: tf.Tensor) => tf.maxPool3d(v as tf.Tensor5D, sides, strides, 'same'),
        (v: tf.Tensor) => tf.avgPool3d(v as tf.Tensor5D, sides, strides, 'same'),
      ].flatMap((run) => [
        run(of as tf.Tensor, by as tf.Tensor),
        tf.grad((v) => total(run(v, by as tf.Tensor)))(of as tf.Tensor),
      ]),
    [x, filter],
  );
  const numbers = ({ shape }: Values): Values => ({
    shape,
    values: Array.from({ length: sizeOf(shape) }, (_, i) => i + 1),
  });
  const made = convolve(volumes, filters, how);
  const pools = (['largest', 'mean'] as const).flatMap((of) => {
    const pooled = pool(volumes, { of, sides, strides, pad: 'same' });
    return [pooled, poolGradient(volumes, numbers(pooled), { of, sides, strides, pad: 'same' })];
  });
  const expected = [made, convolutionGradients(volumes, filters, numbers(made), how).images, ...pools];
  for (const [index, { values }] of expected.entries())
    for (const [at, value] of values.entries()) expect(compiled[index]?.[at]).toBeCloseTo(value, 4);
  tf.dispose([x, filter]);
});

// On wasm gradients of volumes are wrong unless they are repaired.
it.runIf(tf.getBackend() === 'cpu')(
  'trains convolutions and pools of volumes, with numbers that are the same',
  async () => {
    const make = (): Trainee<(x: tf.Tensor5D) => tf.Scalar> => {
      const variables = [variable([2, 2, 3, 2, 3], 1), variable([2, 2, 2, 3, 2], 2), variable([16, 1], 3)];
      const [first, second, output] = variables as unknown as [tf.Tensor5D, tf.Tensor5D, tf.Tensor2D];
      return trainee(variables, (x) => {
        const hidden = tf.maxPool3d(tf.relu(tf.conv3d(x, first, 1, 'same')), 2, 2, 'same');
        const pooled = tf.avgPool3d(tf.relu(tf.conv3d(hidden, second, 1, 'same')), [1, 2, 2], [1, 1, 2], 'same');
        return tf.matMul(tf.reshape(pooled, [3, -1]) as tf.Tensor2D, output);
      });
    };
    const argsOf = (index: number): [tf.Tensor5D] => [draw([3, 3, 4, 5, 2], index) as tf.Tensor5D];
    const { trace } = await expectSameSteps(make, argsOf, { exact: false });
    expect(String(trace)).toContain(FUNCTION);
    trace.dispose();
  },
);

it.runIf(runs)('trains through sums, mirrors and resized images', async () => {
  const make = (): Trainee<(x: tf.Tensor4D) => tf.Scalar> => {
    const variables = [variable([5, 5, 2], 1), variable([9 * 9 * 2, 1], 2)];
    const [scale, output] = variables as unknown as [tf.Tensor3D, tf.Tensor2D];
    return trainee(variables, (x) => {
      const small = tf.cumsum(tf.mul(x, scale), 3, true) as tf.Tensor4D;
      const large = tf.image.resizeBilinear(tf.tanh(small), [7, 7]);
      const wide = tf.mirrorPad(large, [[0, 0], [1, 1], [1, 1], [0, 0]], 'symmetric'); // prettier-ignore
      return tf.matMul(tf.reshape(wide, [3, -1]) as tf.Tensor2D, output);
    });
  };
  const argsOf = (index: number): [tf.Tensor4D] => [draw([3, 5, 5, 2], index) as tf.Tensor4D];
  const { trace } = await expectSameSteps(make, argsOf, { exact: false });
  expect(String(trace)).toContain(FUNCTION);
  trace.dispose();
});

it.runIf(runs)('says which kernel has no place in it', () => {
  const trace = traceStep((x: tf.Tensor) => tf.topk(x, 2).values, { variables: [] });
  const x = draw([5], 1);
  for (let index = 0; index < 8; index++) trace(x).dispose();
  expect(String(trace)).toContain('it is no function of WebAssembly: the kernel TopK');
  trace.dispose();
  x.dispose();
});
