import { avgPool3d, conv3d, conv3dTranspose, grad, maxPool3d, mul, sum, type Tensor, type Tensor5D } from '@tensorflow/tfjs-core';
import { type Convolution, convolutionGradients, convolve, drawn, type Pool, pool, poolGradient, ULPS, type Values } from '@tfjs-heads/reference';
import { tensorOf } from '../../batch.js';
import type { Check } from '../check.js';
import { gives, type OpCase, opTable } from './table.js';

type Sides = [number, number, number];

// No two of a window are as large.
const volumes = drawn([2, 4, 8, 6, 2], 116);
const filter = drawn([1, 2, 1, 2, 3], 117);

/** Strides that are longer than windows along each axis, and leave out two and more. */
const gaps = { stride: [2, 4, 3], pad: 'same', isDepthwise: false } as const satisfies Convolution;
const gapsOfPool = { sides: [1, 2, 1], strides: gaps.stride, pad: 'same' } as const;

/** A pool, and the gradient of the sum of what it gives, each times a number. */
function pooling(name: string, how: Pool): Readonly<Record<string, OpCase>> {
  const pooled = (x: Tensor): Tensor =>
    (how.of === 'largest' ? maxPool3d : avgPool3d)(x as Tensor5D, how.sides as Sides, how.strides as Sides, how.pad);
  const slopes = (): Values => drawn(pool(volumes, how).shape, 118);
  return {
    [name]: gives(() => pooled(tensorOf(volumes)), () => ({ ...pool(volumes, how), k: ULPS.REDUCE })),
    [`slope-of-${name}`]: gives(() => grad((x) => sum(mul(pooled(x), tensorOf(slopes()))))(tensorOf(volumes)), () => ({
      ...poolGradient(volumes, slopes(), how),
      k: ULPS.REDUCE,
    })),
  };
}

const convolved = (x: Tensor, w: Tensor): Tensor => conv3d(x as Tensor5D, w as Tensor5D, [...gaps.stride], gaps.pad);
const outputs = (): Values => convolve(volumes, filter, gaps);
const slopes = (): Values => drawn(outputs().shape, 119);
const total = (x: Tensor, w: Tensor): Tensor => sum(mul(convolved(x, w), tensorOf(slopes())));
const back = (by: 'images' | 'filter') => () => ({ ...convolutionGradients(volumes, filter, slopes(), gaps)[by], k: ULPS.REDUCE });

export const volumeWindows: Check = opTable('Convolutions and pools of volumes are those of TensorFlow, with windows and strides of any sides.', {
  // cpu numbers the places of a window by its height, webgpu those of deep ones by the square of it.
  ...pooling('largest-in-high-windows', { of: 'largest', sides: [2, 3, 1], strides: [1, 2, 1], pad: 'same' }),
  ...pooling('largest-in-wide-windows', { of: 'largest', sides: [2, 2, 3], strides: [2, 3, 1], pad: 'valid' }),
  // tfjs-core says less than no padding, and windows begin late.
  ...pooling('largest-with-gaps', { of: 'largest', ...gapsOfPool }),
  ...pooling('mean-with-gaps', { of: 'mean', ...gapsOfPool }),
  'convolution-with-gaps': gives(() => convolved(tensorOf(volumes), tensorOf(filter)), () => ({ ...outputs(), k: ULPS.REDUCE })),
  'convolution-with-gaps-by-volumes': gives(() => grad((x) => total(x, tensorOf(filter)))(tensorOf(volumes)), back('images')),
  'convolution-with-gaps-by-filter': gives(() => grad((w) => total(tensorOf(volumes), w))(tensorOf(filter)), back('filter')),
  'transposed-with-gaps': gives(
    () => conv3dTranspose(tensorOf(slopes()) as Tensor5D, tensorOf(filter) as Tensor5D, volumes.shape as Tensor5D['shape'], [...gaps.stride], gaps.pad),
    back('images'),
  ),
});
