import { grad, image, mirrorPad, mul, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { drawn, ULPS, type Values } from '@tfjs-heads/reference';
import { tensorOf } from '../../batch.js';
import type { Check } from '../check.js';
import { gives, type OpCase, opTable } from './table.js';

/** What each image and each channel has a number of its own for. */
const each = [1, -2, 3, 5];

/** Numbers of two images of two channels: a product of one for each row, one for each column and one for each. */
const separable = (rows: readonly number[], columns: readonly number[]): Values => ({
  shape: [2, rows.length, columns.length, 2],
  values: [0, 2].flatMap((at) => rows.flatMap((row) => columns.flatMap((column) => each.slice(at, at + 2).map((of) => row * column * of)))),
});

const images = drawn([2, 2, 3, 2], 121);
const slopes = separable([1, 2, 3, 4], [1, 2, 4, 8]);

/**
 * The gradient of two rows and three columns that become four and four, by what each row and each column gets of the numbers that come back.
 * Rows and columns are apart from one another, so that each was worked out by hand.
 */
function resize(by: keyof typeof image & `resize${string}`, rows: readonly number[], columns: readonly number[], isAligned: boolean, isHalf: boolean): OpCase {
  return gives(
    () => grad((x) => sum(mul(image[by](x as Tensor4D, [4, 4], isAligned, isHalf), tensorOf(slopes))))(tensorOf(images)),
    { ...separable(rows, columns), k: ULPS.REDUCE, scale: 15 * 10 * 5 },
  );
}

function pad(mode: 'reflect' | 'symmetric', rows: readonly number[], columns: readonly number[]): OpCase {
  const back = separable([1, 2, 4, 8, 16, 32], [1, 2, 3]);
  const paddings: [number, number][] = [[0, 0], [1, 2], [0, 1], [0, 0]];
  return gives(
    () => grad((x) => sum(mul(mirrorPad(x, paddings, mode), tensorOf(back))))(tensorOf(drawn([2, 3, 2, 2], 122)) as Tensor),
    separable(rows, columns),
  );
}

export const resizing: Check = opTable('The gradients of what becomes larger or smaller are those of TensorFlow.', {
  // On cpu height and width are exchanged; kernels know nothing of half pixels.
  bilinear: resize('resizeBilinear', [2, 8], [1.5, 3.5, 10], false, false),
  'bilinear-aligned': resize('resizeBilinear', [10 / 3, 20 / 3], [5 / 3, 4, 28 / 3], true, false),
  'bilinear-half-pixel': resize('resizeBilinear', [3.25, 6.75], [1.75, 3.75, 9.5], false, true),
  nearest: resize('resizeNearestNeighbor', [3, 7], [3, 4, 8], false, false),
  'nearest-aligned': resize('resizeNearestNeighbor', [3, 7], [1, 6, 8], true, false),
  'nearest-half-pixel': resize('resizeNearestNeighbor', [3, 7], [1, 6, 8], false, true),
  // MirrorPad_grad.ts cuts the padding off.
  reflected: pad('reflect', [34, 21, 8], [4, 2]),
  symmetric: pad('symmetric', [3, 36, 24], [1, 5]),
});
