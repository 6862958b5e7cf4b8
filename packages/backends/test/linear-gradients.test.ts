// What is linear has a gradient that needs no formula: for any numbers, f(x) times y is x times what comes back for y.
import * as tf from '@tensorflow/tfjs-core';
import { random as drawn } from '@tfjs-heads/reference';
import { beforeAll, expect, inject, test } from 'vitest';
import { ofTfjs } from '../src/candidates/of-tfjs.js';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';
import { repairWasmBatchedGather } from '../src/repairs/wasm-batched-gather.js';
import { repairWasmConvolutionGradients } from '../src/repairs/wasm-convolution-gradients.js';
import { repairWasmLargest } from '../src/repairs/wasm-largest.js';
import { repairWasmPrelu } from '../src/repairs/wasm-prelu.js';
import { repairWasmSamePadding } from '../src/repairs/wasm-same-padding.js';
import { repairWasmUnsortedSegmentSum } from '../src/repairs/wasm-unsorted-segment-sum.js';
import { random } from './support.js';

beforeAll(async () => {
  const wasm = [
    repairWasmSamePadding,
    repairWasmConvolutionGradients,
    repairWasmLargest,
    repairWasmPrelu,
    repairWasmUnsortedSegmentSum,
    repairWasmBatchedGather,
  ];
  for (const repair of [repairNodeGradients, ...ofTfjs, ...wasm]) await repair();
});

type Pick = (least: number, most: number) => number;
type Make = (pick: Pick) => readonly [f: (x: tf.Tensor) => tf.Tensor, shape: number[]];

const padOf = (pick: Pick): 'same' | 'valid' => (pick(0, 2) === 0 ? 'valid' : 'same');
const imagesOf = (pick: Pick): number[] => [pick(1, 2), pick(4, 9), pick(4, 9), pick(1, 3)];
const volumesOf = (pick: Pick): number[] => [pick(1, 2), pick(3, 6), pick(3, 6), pick(3, 6), pick(1, 3)];
/** Up to longer than windows, which are up to 3. */
const stepsOf = (pick: Pick): [number, number, number] => [pick(1, 4), pick(1, 4), pick(1, 4)];
const gapsOf = (pick: Pick): [number, number] => [pick(1, 3), pick(2, 3)];
const placesOf = (pick: Pick, shape: number[], size: number): tf.Tensor =>
  tf.tensor(
    Array.from({ length: shape.reduce((all, of) => all * of, 1) }, () => pick(0, size - 1)),
    shape,
    'int32',
  );
const fixed = (shape: number[]): tf.Tensor => random(shape, 5);

/** Native TensorFlow has no such padding. */
const padded: Readonly<Record<string, Make>> = {
  'average pools with padding that is said': (pick) => {
    const side = pick(2, 3);
    const pad = pick(0, 1);
    const stride = pick(1, 2);
    return [(x) => tf.avgPool(x as tf.Tensor4D, side, stride, pad, 'floor'), imagesOf(pick)];
  },
};

const linear: Readonly<Record<string, Make>> = {
  ...(inject('backend') === 'tensorflow' ? {} : padded),
  'average pools': (pick) => {
    const [sides, strides] = [
      [pick(1, 3), pick(1, 3)] as [number, number],
      [pick(1, 3), pick(1, 3)] as [number, number],
    ];
    const pad = padOf(pick);
    return [(x) => tf.avgPool(x as tf.Tensor4D, sides, strides, pad), imagesOf(pick)];
  },
  'average pools of volumes': (pick) => {
    const sides: [number, number, number] = [pick(1, 3), pick(1, 3), pick(1, 3)];
    const [strides, pad] = [stepsOf(pick), padOf(pick)];
    return [(x) => tf.avgPool3d(x as tf.Tensor5D, sides, strides, pad), volumesOf(pick)];
  },
  'mirrored paddings': (pick) => {
    const paddings = Array.from({ length: 3 }, () => [pick(0, 2), pick(0, 2)] as [number, number]);
    const mode = pick(0, 1) === 0 ? 'reflect' : 'symmetric';
    return [(x) => tf.mirrorPad(x, paddings, mode), [pick(3, 5), 3, pick(3, 6)]];
  },
  ...Object.fromEntries(
    (['resizeBilinear', 'resizeNearestNeighbor'] as const).map((name): [string, Make] => [
      name,
      (pick) => {
        const kind = pick(0, 2);
        const size: [number, number] = [pick(2, 11), pick(2, 11)];
        return [(x) => tf.image[name](x as tf.Tensor4D, size, kind === 1, kind === 2), imagesOf(pick)];
      },
    ]),
  ),
  'convolutions, by images': (pick) => {
    const shape = imagesOf(pick);
    const filter = fixed([pick(1, 4), pick(1, 4), shape[3] as number, pick(1, 3)]) as tf.Tensor4D;
    const [stride, pad] = [pick(1, 3), padOf(pick)];
    return [(x) => tf.conv2d(x as tf.Tensor4D, filter, stride, pad), shape];
  },
  'convolutions, by filters': (pick) => {
    const images = fixed(imagesOf(pick)) as tf.Tensor4D;
    const [stride, pad] = [pick(1, 3), padOf(pick)];
    return [
      (w) => tf.conv2d(images, w as tf.Tensor4D, stride, pad),
      [pick(1, 4), pick(1, 4), images.shape[3], pick(1, 3)],
    ];
  },
  'depthwise convolutions, by images': (pick) => {
    const shape = imagesOf(pick);
    const filter = fixed([pick(1, 3), pick(1, 3), shape[3] as number, pick(1, 2)]) as tf.Tensor4D;
    const [stride, pad] = [pick(1, 2), padOf(pick)];
    return [(x) => tf.depthwiseConv2d(x as tf.Tensor4D, filter, stride, pad), shape];
  },
  'depthwise convolutions, by filters': (pick) => {
    const images = fixed(imagesOf(pick)) as tf.Tensor4D;
    const [stride, pad] = [pick(1, 2), padOf(pick)];
    const shape = [pick(1, 3), pick(1, 3), images.shape[3], pick(1, 2)];
    return [(w) => tf.depthwiseConv2d(images, w as tf.Tensor4D, stride, pad), shape];
  },
  'convolutions with gaps in the filter, by images': (pick) => {
    const shape = imagesOf(pick);
    const filter = fixed([pick(1, 2), pick(1, 2), shape[3] as number, pick(1, 3)]) as tf.Tensor4D;
    const [gaps, pad] = [gapsOf(pick), padOf(pick)];
    return [(x) => tf.conv2d(x as tf.Tensor4D, filter, 1, pad, 'NHWC', gaps), shape];
  },
  'convolutions with gaps in the filter, by filters': (pick) => {
    const images = fixed(imagesOf(pick)) as tf.Tensor4D;
    const [gaps, pad] = [gapsOf(pick), padOf(pick)];
    const shape = [pick(1, 2), pick(1, 2), images.shape[3], pick(1, 3)];
    return [(w) => tf.conv2d(images, w as tf.Tensor4D, 1, pad, 'NHWC', gaps), shape];
  },
  'depthwise convolutions with gaps in the filter, by filters': (pick) => {
    const images = fixed(imagesOf(pick)) as tf.Tensor4D;
    const [gap, pad] = [pick(2, 3), padOf(pick)];
    const shape = [2, pick(1, 2), images.shape[3], pick(1, 2)];
    return [(w) => tf.depthwiseConv2d(images, w as tf.Tensor4D, 1, pad, 'NHWC', gap), shape];
  },
  'convolutions of volumes, by volumes': (pick) => {
    const shape = volumesOf(pick);
    const filter = fixed([pick(1, 3), pick(1, 3), pick(1, 3), shape[4] as number, pick(1, 2)]) as tf.Tensor5D;
    const [strides, pad] = [stepsOf(pick), padOf(pick)];
    return [(x) => tf.conv3d(x as tf.Tensor5D, filter, strides, pad), shape];
  },
  'convolutions of volumes, by filters': (pick) => {
    const volumes = fixed(volumesOf(pick)) as tf.Tensor5D;
    const [strides, pad] = [stepsOf(pick), padOf(pick)];
    const shape = [pick(1, 3), pick(1, 3), pick(1, 3), volumes.shape[4], pick(1, 2)];
    return [(w) => tf.conv3d(volumes, w as tf.Tensor5D, strides, pad), shape];
  },
  'transposed convolutions of volumes, by volumes': (pick) => {
    const filter = fixed([2, pick(1, 3), pick(1, 2), pick(1, 2), 2]) as tf.Tensor5D;
    const stride = pick(1, 3);
    const shape = [pick(1, 2), pick(2, 3), pick(2, 3), pick(2, 3), 2];
    const big = [shape[0], ...shape.slice(1, 4).map((size) => size * stride), filter.shape[3]];
    return [(x) => tf.conv3dTranspose(x as tf.Tensor5D, filter, big as tf.Tensor5D['shape'], stride, 'same'), shape];
  },
  'transposed convolutions of volumes, by filters': (pick) => {
    const volumes = fixed([pick(1, 2), pick(2, 3), pick(2, 3), 2, 2]) as tf.Tensor5D;
    const stride = pick(1, 3);
    const channels = pick(1, 2);
    const big = [volumes.shape[0], ...volumes.shape.slice(1, 4).map((size) => size * stride), channels];
    return [
      (w) => tf.conv3dTranspose(volumes, w as tf.Tensor5D, big as tf.Tensor5D['shape'], stride, 'same'),
      [pick(1, 2), 2, pick(1, 3), channels, 2],
    ];
  },
  'slices with strides': (pick) => {
    const sizes = [pick(3, 9), pick(3, 9), pick(2, 4)] as [number, number, number];
    const backwards = pick(0, 1) === 1;
    const [begin, end] = backwards ? [pick(2, sizes[0] - 1), pick(0, 1)] : [pick(0, 1), pick(2, sizes[0])];
    const masks = [pick(0, 1) * 2, pick(0, 1) * 2] as const;
    const step = pick(1, 3) * (backwards ? -1 : 1);
    // The last axis is taken away.
    const of = (x: tf.Tensor): tf.Tensor =>
      tf.stridedSlice(x, [begin, 1, 1], [end, sizes[1], 2], [step, 2, 1], ...masks, 0, 0, 4);
    return [of, sizes];
  },
  'slices with a new axis': (pick) => {
    const step = pick(1, 3);
    return [
      (x) => tf.stridedSlice(x, [0, 0, -2], [0, 0, 0], [1, 1, -step], 1, 5, 2, 1, 0),
      [pick(2, 3), 2, pick(4, 6)],
    ];
  },
  'numbers at places': (pick) => {
    const shape = [pick(2, 4), pick(2, 4), pick(1, 3)];
    const places = placesOf(pick, [pick(1, 7), pick(1, 2)], 2);
    return [(x) => tf.gatherND(x, places as tf.Tensor2D), shape];
  },
  'numbers put at places': (pick) => {
    const [count, inner] = [pick(1, 7), pick(1, 3)];
    const places = placesOf(pick, [count, 1], 3);
    return [(x) => tf.scatterND(places, x, [3, inner]), [count, inner]];
  },
  'numbers of which some are written over': (pick) => {
    const inner = pick(1, 3);
    const none = tf.zeros([1, inner]);
    const places = placesOf(pick, [1, 1], 4);
    return [(x) => tf.tensorScatterUpdate(x, places, none), [4, inner]];
  },
  'numbers written over others': (pick) => {
    const inner = pick(1, 3);
    return [
      (x) => tf.tensorScatterUpdate(tf.zeros([4, inner]), tf.tensor2d([[2], [0]], [2, 1], 'int32'), x),
      [2, inner],
    ];
  },
  'sparse numbers': () => [(x) => tf.sparseToDense(tf.tensor1d([0, 1, 4], 'int32'), x as tf.Tensor1D, [6]), [3]],
  'the default of sparse numbers': (pick) => [
    (x) => tf.sparseToDense(tf.tensor1d([0, 2], 'int32'), tf.zeros([2]), [pick(4, 4)], x as tf.Scalar),
    [],
  ],
  'rows of batches': (pick) => {
    const [batch, size, count, inner] = [pick(1, 3), pick(2, 4), pick(1, 5), pick(1, 3)];
    const places = placesOf(pick, [batch, count], size);
    return [(x) => tf.gather(x, places, 1, 1), [batch, size, inner]];
  },
  'rows of batches of batches': (pick) => {
    const [batch, size, count] = [pick(1, 3), pick(2, 4), pick(1, 5)];
    const places = placesOf(pick, [batch, 2, count], size);
    return [(x) => tf.gather(x, places, 3, 2), [batch, 2, pick(1, 2), size, pick(1, 3)]];
  },
  diagonals: (pick) => [(x) => tf.diag(x), [pick(1, 3), pick(1, 3)]],
  'images turned round': (pick) => [(x) => tf.image.flipLeftRight(x as tf.Tensor4D), imagesOf(pick)],
  'depth that becomes space': (pick) => {
    const block = pick(2, 3);
    return [
      (x) => tf.depthToSpace(x as tf.Tensor4D, block),
      [pick(1, 2), pick(1, 3), pick(1, 3), block * block * pick(1, 2)],
    ];
  },
  ...Object.fromEntries(
    (
      [
        ['ij,jk->ik', 'ij', 'jk'],
        ['bij,bkj->bik', 'bij', 'bkj'],
        ['bhqd,bkhd->bhqk', 'bhqd', 'bkhd'],
        ['ij,k->kj', 'ij', 'k'],
        ['ij,ij->', 'ij', 'ij'],
        ['ij,jkl->k', 'ij', 'jkl'],
        ['ji,ik->kji', 'ji', 'ik'],
      ] as const
    ).flatMap(([equation, a, b]): [string, Make][] => [
      [`${equation}, by the first`, (pick) => ofEquation(pick, equation, a, b, (x, other) => [x, other])],
      [`${equation}, by the second`, (pick) => ofEquation(pick, equation, b, a, (x, other) => [other, x])],
    ]),
  ),
  ...Object.fromEntries(
    ['ij->ji', 'ijk->k', 'ij->'].map((equation): [string, Make] => [
      equation,
      (pick) => [(x) => tf.einsum(equation, x), [pick(2, 4), pick(2, 4), pick(2, 4)].slice(0, equation.indexOf('-'))],
    ]),
  ),
};

function ofEquation(
  pick: Pick,
  equation: string,
  own: string,
  others: string,
  order: (x: tf.Tensor, other: tf.Tensor) => tf.Tensor[],
): ReturnType<Make> {
  const sizes = new Map([...new Set(own + others)].map((letter) => [letter, pick(1, 4)]));
  const shapeOf = (letters: string): number[] => [...letters].map((letter) => sizes.get(letter) as number);
  const other = fixed(shapeOf(others));
  return [(x) => tf.einsum(equation, ...order(x, other)), shapeOf(own)];
}

// Each is a shader of its own on a GPU, and those in software take their time.
const onGpu = ['webgl', 'webgpu'].includes(inject('backend'));
const seeds = Array.from({ length: onGpu ? 1 : 25 }, (_, i) => i + 1);

test.each(Object.entries(linear))('of %s', async (_, make) => {
  for (const seed of seeds) {
    const next = drawn(seed);
    const [f, shape] = make((least, most) => least + Math.floor(next() * (most - least + 1)));
    const x = random(shape, seed);
    const [there, back] = tf.tidy(() => {
      const y = f(x);
      const slopes = random(y.shape, seed + 1);
      const slope = tf.grad((of) => tf.sum(tf.mul(f(of), slopes)))(x);
      expect(slope.shape).toEqual(shape);
      return [tf.mul(y, slopes), tf.mul(x, slope)];
    }) as [tf.Tensor, tf.Tensor];
    const sums: number[] = [];
    let size = 0;
    for (const terms of [there, back]) {
      const values = Array.from(await terms.data());
      sums.push(values.reduce((total, value) => total + value, 0));
      size = Math.max(
        size,
        values.reduce((total, value) => total + Math.abs(value), 0),
      );
    }
    expect(Math.abs((sums[0] as number) - (sums[1] as number)), `seed ${seed}, ${shape}`).toBeLessThanOrEqual(
      2e-6 * size,
    );
    tf.dispose([x, there, back]);
  }
});

// What is as many times as large as its argument is, too: f(x) is x times its slope.
test.each([
  ['max pools', (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, [2, 3], 2, 'same'), [2, 7, 6, 3]],
  ['max pools of volumes', (x: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'same'), [2, 5, 4, 5, 2]],
  ...(
    [
      [[2, 3, 1], 1, 'same'],
      [[2, 2, 3], [2, 1, 2], 'valid'],
      [[1, 3, 2], [1, 2, 4], 'same'],
      [[2, 1, 1], [4, 3, 3], 'same'],
      ...(inject('backend') === 'tensorflow' ? [] : ([[[2, 3, 2], [2, 1, 3], 1]] as const)),
    ] as const
  ).map(
    ([sides, strides, pad]) =>
      [
        `max pools of volumes in windows of ${sides}, each ${strides} on (${pad})`,
        (x: tf.Tensor) =>
          tf.maxPool3d(x as tf.Tensor5D, sides as never, strides as never, pad, pad === 1 ? 'floor' : undefined),
        [2, 5, 4, 5, 2],
      ] as const,
  ),
  ['the largest', (x: tf.Tensor) => tf.topk(x, 2).values, [3, 2, 5]],
  ['prelu with slopes of rows', (x: tf.Tensor) => tf.prelu(x, tf.tensor2d([[0.5], [2], [3]])), [2, 3, 4]],
] as const)('of %s, of which most are negative', async (_, f, shape) => {
  const x = tf.sub(random([...shape], 3), 1);
  const [values, slope] = tf.tidy(() => {
    const y = f(x);
    const slopes = random(y.shape, 4);
    return [tf.mul(y, slopes), tf.mul(x, tf.grad((of) => tf.sum(tf.mul(f(of), slopes)))(x))];
  }) as [tf.Tensor, tf.Tensor];
  const [there, back] = await Promise.all([values.data(), slope.data()]);
  const sumOf = (of: ArrayLike<number>): number => Array.from(of).reduce((total, value) => total + value, 0);
  expect(Math.abs(sumOf(there) - sumOf(back))).toBeLessThan(2e-6 * sumOf(Array.from(there, Math.abs)));
  tf.dispose([x, values, slope]);
});

// TensorFlow's CPU gives to each of them, and its GPU to one.
test.runIf(inject('backend') !== 'tensorflow')('of equals in volumes, the last', async () => {
  const of = (sides: [number, number, number], shape: number[]): Promise<ArrayLike<number>> => {
    const slope = tf.tidy(() =>
      tf.grad((x) => tf.sum(tf.maxPool3d(x as tf.Tensor5D, sides, 1, 'valid')))(tf.ones(shape)),
    );
    return slope.data().finally(() => slope.dispose());
  };
  expect(Array.from(await of([2, 2, 2], [1, 2, 2, 2, 1]))).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
  expect(Array.from(await of([2, 2, 1], [1, 2, 2, 2, 1]))).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
});

test('repairs are made once', async () => {
  for (const repair of ofTfjs) expect(await repair()).toMatchObject({ outcome: 'not needed' });
});
