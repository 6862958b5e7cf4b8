// tfjs' own check of kernels: with the flag IS_TEST the engine throws after a kernel that leaves data behind.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { drawValues, type DrawKind } from '@tfjs-heads/reference';
import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  fullLogPoisson,
  LabelRange,
  logPoisson,
  reduceLoss,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  squaredError,
} from '../src/index.js';
import { expectHeld, held } from './memory.js';
import { results, ToyHead, type ToyHeadOptions } from './toy-head.js';

beforeAll(() => tf.env().set('IS_TEST', true));
afterAll(() => tf.env().set('IS_TEST', false));

const heads: readonly (readonly [string, ToyHeadOptions, DrawKind])[] = [
  ['the squared error', { loss: squaredError }, 'real'],
  [
    'the logistic loss, with a range of labels',
    { loss: sigmoidCrossEntropy, labelRange: new LabelRange({ min: 0, max: 1 }) },
    'probability',
  ],
  ['the Poisson loss', { loss: logPoisson }, 'count'],
  ['the full Poisson loss', { loss: fullLogPoisson }, 'count'],
  ['the softmax loss', { loss: softmaxCrossEntropy }, 'class'],
  ['a custom loss', { loss: ({ labels, logits }) => tf.abs(tf.sub(labels, logits)) }, 'real'],
];

// From 2,048 logits on wasm runs the composed form; five dimensions take the way round `where`.
const rows = [[5], [2049], [2, 1, 2, 3]];

describe.each(heads)('the kernels of a head leave nothing that the engine counts: %s', (_, options, kind) => {
  const head = new ToyHead({ ...options, logitsDimension: 2, weightColumn: 'w' });
  const labelsPerRow = kind === 'class' ? 1 : 2;

  it.each(rows)('with rows of shape %j', async (...shape) => {
    const before = held();
    const tensor = (of: DrawKind, last: number): tf.Tensor =>
      tf.tensor(drawValues(3, [...shape, last], of), [...shape, last]);
    // Made by an op, so that a GPU alone knows the labels.
    const [logits, labels, w] = [
      tensor('logits', 2),
      tf.tidy(() => tf.mul(tensor(kind, labelsPerRow), 1)),
      tensor('weights', 1),
    ];
    const loss = (x: tf.Tensor): tf.Scalar => head.loss(labels, x, { features: { w } });
    const metrics = head.metrics();
    loss(logits).dispose();
    tf.grad(loss)(logits).dispose();
    tf.grad((x) => tf.sum(tf.square(tf.grad(loss)(x))))(logits).dispose();
    head.updateMetrics(metrics, { w }, logits, labels);
    tf.dispose(head.predictions(logits) as tf.TensorContainerObject);
    await results(metrics); // The tensors of a read are held until it ends.
    const [variable, optimizer] = [tf.tidy(() => tf.variable(tf.mul(logits, 1))), tf.train.sgd(0.1)];
    const regularizationLosses = (): tf.Scalar[] => [tf.sum(tf.square(variable)) as tf.Scalar];
    const network = (): tf.Tensor => tf.mul(variable, 2);
    const spec = head.createEstimatorSpec({
      mode: 'train',
      features: { w },
      labels,
      logits: network,
      regularizationLosses,
      optimizer,
      trainableVariables: [variable],
    });
    spec.trainOp();
    spec.dispose();
    optimizer.dispose();
    tf.dispose([logits, labels, w, variable]);
    await expectHeld(before);
  });
});

it('the kernels leave nothing that the engine counts for losses that are reduced', async () => {
  const before = held();
  const [losses, weights] = [tf.ones([9, 2]), tf.ones([9, 1])];
  reduceLoss(losses, weights, 'sum').dispose();
  tf.dispose([losses, weights]);
  await expectHeld(before);
});
