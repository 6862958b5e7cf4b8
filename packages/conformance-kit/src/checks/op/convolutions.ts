import {
  avgPool, avgPool3d, conv2d, conv2dTranspose, conv3d, depthwiseConv2d, dilation2d, grad, maxPool, maxPool3d, mul, reshape, sum, type Tensor,
  tensor3d, type Tensor4D, tensor4d, type Tensor5D, tensor5d,
} from '@tensorflow/tfjs-core';
import { type Convolution, convolutionGradients, convolve, drawn, ULPS, type Values } from '@tfjs-heads/reference';
import { tensorOf } from '../../batch.js';
import type { Check } from '../check.js';
import { gives, type OpCase, opTable } from './table.js';

// Sides, channels and filters are odd and unlike, so that nothing fits by chance.
const images = drawn([2, 7, 5, 3], 111);
const filter = drawn([3, 2, 3, 5], 112);
type Shape4D = [number, number, number, number];

const strided = { stride: 2, pad: 'same' } as const;
const whole = { stride: 1, pad: 'valid' } as const;

type OfImages = Convolution & { readonly stride: number };

const op = ({ stride, pad, isDepthwise }: OfImages) => (x: Tensor, w: Tensor): Tensor =>
  (isDepthwise ? depthwiseConv2d : conv2d)(x as Tensor4D, w as Tensor4D, stride, pad);

/**
 * The three cases of a convolution: its outputs, and the gradients of their weighted sum by the images and by the filter. They are worked out
 * when a case runs: every process that lists cases imports this.
 */
function convolution(name: string, how: OfImages): Readonly<Record<string, OpCase>> {
  const outputs = (): Values => convolve(images, filter, how);
  const slopes = (): Values => drawn(outputs().shape, 113);
  const total = (x: Tensor, w: Tensor): Tensor => sum(mul(op(how)(x, w), tensorOf(slopes())));
  const expected = (by: 'images' | 'filter') => () => ({ ...convolutionGradients(images, filter, slopes(), how)[by], k: ULPS.REDUCE });
  return {
    [name]: gives(() => op(how)(tensorOf(images), tensorOf(filter)), () => ({ ...outputs(), k: ULPS.REDUCE })),
    [`${name}-by-images`]: gives(() => grad((x) => total(x, tensorOf(filter)))(tensorOf(images)), expected('images')),
    [`${name}-by-filter`]: gives(() => grad((w) => total(tensorOf(images), w))(tensorOf(filter)), expected('filter')),
  };
}

/** The other way round: from what a convolution puts out to images. */
function transposedConvolution(name: string, how: OfImages): Readonly<Record<string, OpCase>> {
  const slopes = drawn(images.shape, 114);
  const inputs = (): Values => drawn(convolve(images, filter, how).shape, 115);
  const total = (y: Tensor, w: Tensor): Tensor =>
    sum(mul(conv2dTranspose(y as Tensor4D, w as Tensor4D, images.shape as Shape4D, how.stride, how.pad), tensorOf(slopes)));
  return {
    [name]: gives(() => conv2dTranspose(tensorOf(inputs()) as Tensor4D, tensorOf(filter) as Tensor4D, images.shape as Shape4D, how.stride, how.pad), () => ({
      ...convolutionGradients(images, filter, inputs(), how).images,
      k: ULPS.REDUCE,
    })),
    [`${name}-by-images`]: gives(() => grad((y) => total(y, tensorOf(filter)))(tensorOf(inputs())), () => ({
      ...convolve(slopes, filter, how),
      k: ULPS.REDUCE,
    })),
    [`${name}-by-filter`]: gives(() => grad((w) => total(tensorOf(inputs()), w))(tensorOf(filter)), () => ({
      ...convolutionGradients(slopes, filter, inputs(), how).filter,
      k: ULPS.REDUCE,
    })),
  };
}

/** Sums of two neighbours in every second row. */
const gaps = (convolve2d: typeof conv2d | typeof depthwiseConv2d) => (): Tensor =>
  convolve2d(tensor4d(Array.from({ length: 16 }, (_, i) => i + 1), [1, 4, 4, 1]), tensor4d([1, 1], [1, 2, 1, 1]), 2, 'same');

const square = (): Tensor => tensor4d([1, 5, 2, 3, 9, 4, 8, 7, 6], [1, 3, 3, 1]);
/** The gradient of the sum of pools of two by two, the last of which stick out, each times its number. */
const slope = (pool: typeof maxPool) => (): Tensor =>
  grad((x) => sum(mul(pool(x as Tensor4D, 2, 2, 'same'), tensor4d([1, 2, 3, 4], [1, 2, 2, 1]))))(square());

const negatives = (): Tensor4D => tensor4d([-4, -3, -2, -1], [1, 2, 2, 1]);

const cube = (): Tensor => tensor5d([1, 5, 2, 3, 9, 4, 8, 7, 6, 0, -1, -2], [1, 3, 2, 2, 1]);
/** The same of two by two by two. */
const slope3d = (pool: typeof maxPool3d) => (): Tensor =>
  grad((x) => sum(mul(pool(x as Tensor5D, 2, 2, 'same'), tensor5d([8, 4], [1, 2, 1, 1, 1]))))(cube());

const filter3d = (): Tensor => tensor5d([8, 6, 7, 5, 3, 0, -9, 1], [2, 2, 2, 1, 1]);
const volume = (): Tensor => tensor5d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], [1, 2, 2, 4, 1]);
/** Of two outputs beside one another, the second of which counts ten times. */
const inVolume = (x: Tensor, w: Tensor): Tensor =>
  mul(conv3d(x as Tensor5D, w as Tensor5D, 2, 'valid'), tensor5d([1, 10], [1, 1, 1, 2, 1]));

export const convolutions: Check = opTable('Convolutions and pools are those of TensorFlow, and so are their gradients.', {
  // The gradient by the filter is missing on wasm (#8474), those of a depthwise convolution both.
  ...convolution('plain', { ...whole, isDepthwise: false }),
  ...convolution('strided', { ...strided, isDepthwise: false }),
  ...convolution('depthwise', { ...whole, isDepthwise: true }),
  ...convolution('depthwise-strided', { ...strided, isDepthwise: true }),
  // wasm reads somewhere else where strides leave out rows but not columns.
  'with-gaps': gives(gaps(conv2d), { shape: [1, 2, 2, 1], values: [3, 7, 19, 23] }),
  'depthwise-with-gaps': gives(gaps(depthwiseConv2d), { shape: [1, 2, 2, 1], values: [3, 7, 19, 23] }),
  ...transposedConvolution('transposed', { ...strided, isDepthwise: false }),
  // wasm goes step by step there, whatever the strides are, and adds to what it finds in memory.
  'of-volumes': gives(() => inVolume(volume(), filter3d()), { shape: [1, 1, 1, 2, 1], values: [9, 510] }),
  'of-volumes-by-volumes': gives(() => grad((x) => inVolume(x, filter3d()))(volume()), {
    shape: [1, 2, 2, 4, 1],
    values: [8, 6, 80, 60, 7, 5, 70, 50, 3, 0, 30, 0, -9, 1, -90, 10],
  }),
  'of-volumes-by-filter': gives(() => grad((w) => inVolume(volume(), w))(filter3d()), {
    shape: [2, 2, 2, 1, 1],
    values: [31, 42, 75, 86, 119, 130, 163, 174],
  }),
  'slope-of-largest': gives(slope(maxPool), { shape: [1, 3, 3, 1], values: [0, 0, 0, 0, 1, 2, 3, 0, 4] }),
  'slope-of-largest-in-volume': gives(slope3d(maxPool3d), { shape: [1, 3, 2, 2, 1], values: [0, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0] }),
  // wasm begins with the smallest positive number.
  'largest-of-negatives': gives(() => maxPool(negatives(), 2, 1, 'valid'), { shape: [1, 1, 1, 1], values: [-1] }),
  'largest-of-negatives-in-volume': gives(() => maxPool3d(reshape(negatives(), [1, 1, 2, 2, 1]) as Tensor5D, [1, 2, 2], 1, 'valid'), {
    shape: [1, 1, 1, 1, 1],
    values: [-1],
  }),
  'slope-of-largest-of-negatives': gives(() => grad((x) => maxPool(x as Tensor4D, 2, 1, 'valid'))(negatives() as Tensor), {
    shape: [1, 2, 2, 1],
    values: [0, 0, 0, 1],
  }),
  dilation: gives(() => dilation2d(negatives(), tensor3d([0, 2, 0, 0], [2, 2, 1]), 1, 'valid'), { shape: [1, 1, 1, 1], values: [-1] }),
  // Means are of what there is, not of padding; AvgPool_grad.ts divides by the size of the filter all the same.
  'slope-of-mean': gives(slope(avgPool), { shape: [1, 3, 3, 1], values: [0.25, 0.25, 1, 0.25, 0.25, 1, 1.5, 1.5, 4] }),
  'slope-of-mean-in-volume': gives(slope3d(avgPool3d), { shape: [1, 3, 2, 2, 1], values: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] }),
});
