import { losses, tensor1d, tensor2d, type Tensor, Reduction } from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import { drawn, sigmoidOf, softmaxOf, totalOf, ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { gives, type OpCase, opTable } from './table.js';

const labels = [1, 0, 3];
const predictions = [1.5, -1, 2];
const weights = [2, 0, 1];
const squares = [0.25, 1, 1];
const weighted = 1.5; // the sum of the weighted squares

const loss = (value: number, make: () => Tensor): OpCase => gives(make, () => ({ shape: [], values: [value], k: ULPS.ELEMENT, scale: 1 }));
const squared = (given: readonly number[], reduction: Reduction): Tensor =>
  losses.meanSquaredError(tensor1d(labels), tensor1d(predictions), tensor1d([...given]), reduction);

const logits = drawn([5, 3], 111);
const hot = [[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]];

export const weightedLosses: Check = opTable('tf.losses weight and average as tf.compat.v1.losses do; where all weights are 0 the loss is 0.', {
  'by-nonzero-weights': loss(weighted / 2, () => squared(weights, Reduction.SUM_BY_NONZERO_WEIGHTS)),
  mean: loss(weighted / 3, () => squared(weights, Reduction.MEAN)),
  sum: loss(weighted, () => squared(weights, Reduction.SUM)),
  unweighted: loss(totalOf(squares) / 3, () => losses.meanSquaredError(tensor1d(labels), tensor1d(predictions))),
  // compute_weighted_loss.ts divides unguarded: NaN, or 1 on webgl.
  'zero-weights': loss(0, () => squared([0, 0, 0], Reduction.SUM_BY_NONZERO_WEIGHTS)),
  'zero-weights-mean': loss(0, () => squared([0, 0, 0], Reduction.MEAN)),
  'sigmoid-cross-entropy': loss(
    totalOf(logits.values.map((x, i) => ((hot.flat()[i] as number) === 1 ? -Math.log(sigmoidOf(x)) : -Math.log(sigmoidOf(-x))))) / 15,
    () => losses.sigmoidCrossEntropy(tensor2d(hot), tensorOf(logits)),
  ),
  'softmax-cross-entropy': loss(
    -totalOf(softmaxOf(logits).values.map((p, i) => (hot.flat()[i] as number) * Math.log(p))) / 5,
    () => losses.softmaxCrossEntropy(tensor2d(hot), tensorOf(logits)),
  ),
});
