import {
  conv2d, conv3dTranspose, cumprod, depthToSpace, einsum, floorDiv, gather, gatherND, grad, greater, image, less, logicalAnd, logicalNot,
  mul, prod, scatterND, sparseToDense, split, square, stridedSlice, sum, tensor1d, tensor2d, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D,
  tensor4d, tensor5d, type Tensor5D, tensorScatterUpdate, topk, unstack, where,
} from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import { type Expected, gives, type OpCase, opTable } from './table.js';

/** The gradient of the sum of squares of `f`, or of what `f` returns where it is a scalar. */
const slope = (f: (x: Tensor) => Tensor, at: () => Tensor, expected: Expected): OpCase =>
  gives(() => grad((x) => {
    const y = f(x);
    return y.rank === 0 ? y : sum(square(y));
  })(at()), expected);

const matrix = (): Tensor => tensor2d([[1, 2, 3], [4, 5, 6]]);
const vector = (): Tensor => tensor1d([1, 2, 3]);
const places = (rows: number[][]): Tensor => tensor2d(rows, undefined, 'int32');
/** What counts once, twice and three times. */
const weighted = (y: Tensor): Tensor => sum(mul(y, vector()));

const counted = Array.from({ length: 16 }, (_, i) => i + 1);
const photo = (): Tensor => tensor4d(counted.slice(0, 12).map((of) => of - 1), [1, 4, 3, 1]);
const filter = (): Tensor => tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
const withGaps = (x: Tensor, w: Tensor): Tensor =>
  sum(mul(conv2d(x as Tensor4D, w as Tensor4D, 1, 'same', 'NHWC', [2, 1]), tensor4d(counted.slice(0, 12), [1, 4, 3, 1])));
const volume = (): Tensor => tensor5d([1, 2, 3, 4], [1, 1, 2, 2, 1]);
const filterOfVolumes = (): Tensor => tensor5d([1, 2, 3, 4], [1, 2, 2, 1, 1]);
const enlarged = (x: Tensor, w: Tensor): Tensor =>
  sum(mul(conv3dTranspose(x as Tensor5D, w as Tensor5D, [1, 1, 4, 4, 1], [1, 2, 2], 'valid'), tensor5d(counted, [1, 1, 4, 4, 1])));

export const addedGradients: Check = opTable('What tfjs alone cannot go back through has the gradient of TensorFlow.', {
  // No comparison but greaterEqual has a gradient: what depends on one did not train.
  'choice-of-less': slope((x) => where(less(x, 3), mul(x, 2), x), matrix, { shape: [2, 3], values: [8, 16, 6, 8, 10, 12] }),
  'choice-of-both': slope((x) => where(logicalAnd(greater(x, 1), logicalNot(greater(x, 2))), mul(x, 2), x), vector, { values: [2, 16, 6] }),
  'quotient-in-steps': slope((x) => sum(floorDiv(x, 2)), vector, { values: [0, 0, 0] }),
  'numbers-at-places': slope((x) => gatherND(x, places([[0, 2], [1, 1], [0, 2]])), matrix, { shape: [2, 3], values: [0, 0, 12, 0, 10, 0] }),
  'numbers-to-places': slope((x) => scatterND(places([[3], [0], [3]]), x, [4]), vector, { values: [8, 4, 8] }),
  'what-is-written-over': slope((x) => tensorScatterUpdate(x, places([[1]]), tensor1d([7])), vector, { values: [2, 0, 6] }),
  'sparse-numbers': slope((x) => sparseToDense(tensor1d([0, 2, 3], 'int32'), x as Tensor1D, [5]), vector, { values: [2, 4, 6] }),
  'strided-slice': slope((x) => stridedSlice(x, [0, 0], [2, 0], [1, -2], 2, 2), matrix, { shape: [2, 3], values: [2, 0, 6, 8, 0, 12] }),
  'row-of-strided-slice': slope((x) => stridedSlice(x, [0, 1], [0, 2], [-1, 1], 1, 1, 0, 0, 2), matrix, {
    shape: [2, 3],
    values: [0, 4, 0, 0, 10, 0],
  }),
  // Gather_grad.ts knows one batch axis, by methods that tfjs-core alone has not.
  'rows-of-batches': slope((x) => gather(x, places([[2, 0, 2], [1, 1, 0]]), 1, 1), matrix, { shape: [2, 3], values: [2, 0, 12, 8, 20, 0] }),
  largest: slope((x) => topk(x, 2).values, () => tensor2d([[1, 3, 2], [6, 4, 5]]), { shape: [2, 3], values: [0, 6, 4, 12, 0, 10] }),
  // Of an axis of one the gradient is given a tensor, and takes it for a list.
  'only-piece-of-unstack': slope((x) => unstack(x)[0] as Tensor, () => tensor2d([[1, 2, 3]]), { shape: [1, 3], values: [2, 4, 6] }),
  'only-piece-of-split': slope((x) => split(x, 1, 1)[0] as Tensor, matrix, { shape: [2, 3], values: [2, 4, 6, 8, 10, 12] }),
  'products-so-far': slope((x) => weighted(cumprod(x)), () => tensor1d([2, 3, 5]), { values: [52, 34, 18] }),
  // TensorFlow's is 0 in the middle.
  'products-so-far-with-zero': slope((x) => weighted(cumprod(x)), () => tensor1d([2, 0, 5]), { values: [1, 34, 0] }),
  'products-of-those-after': slope((x) => weighted(cumprod(x, 0, true, true)), () => tensor1d([2, 3, 5]), { values: [0, 5, 5] }),
  'product-with-zero': slope((x) => prod(x), () => tensor1d([2, 0, 5]), { values: [0, 10, 0] }),
  'depth-to-space': slope((x) => depthToSpace(x as Tensor4D, 2), () => tensor4d([0, 1, 2, 3, 4, 5, 6, 7], [1, 1, 2, 4]), {
    shape: [1, 1, 2, 4],
    values: [0, 2, 4, 6, 8, 10, 12, 14],
  }),
  'turned-round': slope((x) => sum(mul(image.flipLeftRight(x as Tensor4D), tensor4d([1, 2, 3], [1, 1, 3, 1]))), () => tensor4d([0, 0, 0], [1, 1, 3, 1]), {
    shape: [1, 1, 3, 1],
    values: [3, 2, 1],
  }),
  'einsum-by-first': slope((x) => einsum('ij,jk->ik', x as Tensor2D, tensor2d([[1], [2], [3]])), matrix, {
    shape: [2, 3],
    values: [28, 56, 84, 64, 128, 192],
  }),
  'einsum-by-second': slope((x) => einsum('ij,k->kj', matrix() as Tensor2D, x as Tensor1D), vector, { values: [310, 620, 930] }),
  // Conv2D_grad.ts refuses dilations: no network of dilated convolutions trains.
  'dilated-convolution-by-images': slope((x) => withGaps(x, filter()), photo, {
    shape: [1, 4, 3, 1],
    values: [4, 13, 16, 10, 32, 42, 22, 62, 72, 21, 52, 59],
  }),
  'dilated-convolution-by-filter': slope((w) => withGaps(photo(), w), filter, { shape: [2, 2, 1, 1], values: [348, 240, 375, 240] }),
  'transposed-convolution-of-volumes-by-volumes': slope((x) => enlarged(x, filterOfVolumes()), volume, {
    shape: [1, 1, 2, 2, 1],
    values: [44, 64, 124, 144],
  }),
  'transposed-convolution-of-volumes-by-filter': slope((w) => enlarged(volume(), w), filterOfVolumes, {
    shape: [1, 2, 2, 1, 1],
    values: [78, 88, 118, 128],
  }),
});
