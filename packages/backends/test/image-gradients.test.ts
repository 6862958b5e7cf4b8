// What is linear has a gradient that needs no formula: for any numbers, f(x) times y is x times what comes back for y.
import * as tf from '@tensorflow/tfjs-core';
import { random as drawn } from '@tfjs-heads/reference';
import { beforeAll, expect, inject, test } from 'vitest';
import { ofTfjs } from '../src/candidates/of-tfjs.js';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';
import { repairWasmConvolutionGradients } from '../src/repairs/wasm-convolution-gradients.js';
import { repairWasmLargest } from '../src/repairs/wasm-largest.js';
import { repairWasmPrelu } from '../src/repairs/wasm-prelu.js';
import { repairWasmSamePadding } from '../src/repairs/wasm-same-padding.js';
import { random } from './support.js';

beforeAll(async () => {
  const wasm = [repairWasmSamePadding, repairWasmConvolutionGradients, repairWasmLargest, repairWasmPrelu];
  for (const repair of [repairNodeGradients, ...ofTfjs, ...wasm]) await repair();
});

type Pick = (least: number, most: number) => number;
type Make = (pick: Pick) => readonly [f: (x: tf.Tensor) => tf.Tensor, shape: number[]];

const padOf = (pick: Pick): 'same' | 'valid' => (pick(0, 2) === 0 ? 'valid' : 'same');
const imagesOf = (pick: Pick): number[] => [pick(1, 2), pick(4, 9), pick(4, 9), pick(1, 3)];
const volumesOf = (pick: Pick): number[] => [pick(1, 2), pick(3, 6), pick(3, 6), pick(3, 6), pick(1, 3)];
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
    const [side, stride, pad] = [pick(1, 3), pick(1, 3), padOf(pick)];
    return [(x) => tf.avgPool3d(x as tf.Tensor5D, side, stride, pad), volumesOf(pick)];
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
  'convolutions of volumes, by volumes': (pick) => {
    const shape = volumesOf(pick);
    const filter = fixed([pick(1, 3), pick(1, 3), pick(1, 3), shape[4] as number, pick(1, 2)]) as tf.Tensor5D;
    const [stride, pad] = [pick(1, 2), padOf(pick)];
    return [(x) => tf.conv3d(x as tf.Tensor5D, filter, stride, pad), shape];
  },
  'convolutions of volumes, by filters': (pick) => {
    const volumes = fixed(volumesOf(pick)) as tf.Tensor5D;
    const [stride, pad] = [pick(1, 2), padOf(pick)];
    const shape = [pick(1, 3), pick(1, 3), pick(1, 3), volumes.shape[4], pick(1, 2)];
    return [(w) => tf.conv3d(volumes, w as tf.Tensor5D, stride, pad), shape];
  },
};

// Each is a shader of its own on a GPU, and those in software take their time.
const onGpu = ['webgl', 'webgpu'].includes(inject('backend'));
const seeds = Array.from({ length: onGpu ? 2 : 25 }, (_, i) => i + 1);

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
    expect(Math.abs((sums[0] as number) - (sums[1] as number)), `seed ${seed}, ${shape}`).toBeLessThan(2e-6 * size);
    tf.dispose([x, there, back]);
  }
});

// What is as many times as large as its argument is, too: f(x) is x times its slope.
test.each([
  ['max pools', (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, [2, 3], 2, 'same'), [2, 7, 6, 3]],
  ['max pools of volumes', (x: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'same'), [2, 5, 4, 5, 2]],
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

test('repairs are made once', async () => {
  for (const repair of ofTfjs) expect(await repair()).toMatchObject({ outcome: 'not needed' });
});
