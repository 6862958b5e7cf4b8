import {
  cast,
  clone,
  customGrad,
  fill,
  fused,
  gather,
  grad,
  losses,
  matMul,
  mean,
  mul,
  ones,
  reshape,
  sigmoid,
  softplus,
  square,
  sub,
  sum,
  tensor1d,
  tensor2d,
  train,
  variable,
  where,
  type GradSaveFunc,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { Golden } from './golden.js';

// Sizes are odd, inputs are exact in float32, and products get operands that other kernels have made:
// that is where the defects are.
const logits: [number, number, number][] = [
  [0.5, -1, 2],
  [1.5, 0.25, -0.75],
  [-2, 1, 0.5],
  [0, 0.125, -0.5],
  [3, -1.25, 1],
];
const labels: [number, number, number][] = [
  [0, 0, 1],
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 0],
];

const bool = (...values: number[]): Tensor => tensor1d(values, 'bool');

/** A quarter of the sigmoid cross-entropy, with its gradient written out as a head's is. */
const sigmoidLoss = customGrad((x, save) => {
  const logit = x as Tensor;
  const value = mul(sum(sub(softplus(logit), mul(logit, labels))), 0.25);
  // After the kernels: what is saved before one that fails is never released.
  (save as GradSaveFunc)([logit]);
  return { value, gradFunc: (_: Tensor, saved: Tensor[]) => mul(sub(sigmoid(saved[0] as Tensor), labels), 0.25) };
});

export const goldens: readonly Golden[] = [
  {
    name: 'loss',
    catches: 'wrong element-wise kernels and reductions',
    run: () => losses.softmaxCrossEntropy(labels, logits),
    expected: [0.544767049117],
    k: 16,
    scale: 1,
  },
  {
    name: 'gradient',
    catches: 'gradients that are not registered, and dirty padding in WebGL products of odd sizes',
    run: () => {
      const weights = tensor2d([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]);
      const inputs = sigmoid(tensor2d(logits)) as Tensor2D;
      return reshape(grad((w) => sigmoidLoss(matMul(inputs, w as Tensor2D)))(weights), [-1]);
    },
    expected: [
      0.065972642638, 0.41970977493, 0.202163423666, 0.164697929224, 0.182798755154, 0.164256434862, 0.209050151312,
      0.286290886471, 0.168215075003,
    ],
    k: 64,
    scale: 1,
  },
  {
    name: 'embedding gradient',
    catches: 'the missing kernel UnsortedSegmentSum',
    run: () => {
      const table = tensor2d(logits);
      return reshape(grad((x) => sum(square(gather(x, tensor1d([3, 0, 3, 1, 3], 'int32')))))(table), [-1]);
    },
    expected: [1.0, -2, 4, 3.0, 0.5, -1.5, 0, 0, 0, 0, 0.75, -3.0, 0, 0, 0],
    k: 16,
    scale: 1,
  },
  {
    name: 'training step',
    catches: 'an epsilon of 1e-4 in adaptive optimizers',
    run: () => {
      const weights = variable(tensor1d([1, -2, 0.5]));
      // A gradient of about a thousandth, against which such an epsilon is not small.
      train.adam(0.125).minimize(() => mul(sum(weights), 2 ** -10) as Scalar, false, [weights]);
      return clone(weights);
    },
    expected: [0.875012798689, -2.124987201311, 0.375012798689],
    k: 64,
    scale: 2,
  },
  {
    name: 'large sum',
    catches: 'sums in one float32',
    run: () => mean(fill([65_535], 0.1)),
    expected: [Math.fround(0.1)],
    k: 64,
    scale: 0.1,
  },
  {
    name: 'fused product',
    catches: 'a bias that is added more than once to a transposed product',
    run: () =>
      reshape(
        fused.matMul({
          a: fill([1, 101], 0.5),
          b: ones([3, 101]),
          transposeB: true,
          bias: tensor1d([1, 2, -60]),
          activation: 'relu',
        }),
        [-1],
      ),
    expected: [51.5, 52.5, 0],
    k: 64,
    scale: 50.5,
  },
  {
    name: 'reshaped operand',
    catches: 'a right operand that is multiplied in the shape it had before',
    run: () => {
      const weights = tensor2d([0, 1, 2, 3], [4, 1]);
      // In this order a wrong product writes no more than there is room for.
      const first = matMul(ones([1, 4]), weights);
      return reshape(sub(matMul(ones([1, 1]), reshape(weights, [1, 4])), mean(first)), [-1]);
    },
    expected: [-6, -5, -4, -3],
    k: 16,
    scale: 6,
  },
  {
    name: 'chosen bools',
    catches: 'elements of one byte that are taken for four',
    // So few that what is written beyond them still falls into memory that is theirs.
    run: () => cast(where(bool(1, 0), bool(1, 1), bool(0, 0)), 'float32'),
    expected: [1, 0],
    k: 16,
    scale: 1,
  },
];
