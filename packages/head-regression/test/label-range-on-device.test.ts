import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { LogisticRegressionHead } from '@tfjs-heads/head-regression';
import { regressionMetrics, sigmoidCrossEntropy, trainingLoss } from '@tfjs-heads/reference';
import { describe, it } from 'vitest';
import { expectHeld, held, isOnGpu } from './support/backend.js';
import { valuesIn } from './support/data.js';
import { expect } from './support/expect.js';
import { results } from './support/heads.js';

const head = new LogisticRegressionHead({ weightColumn: 'w' });
const values = [1, -2, 0.5];
const outOfRange = { name: 'HeadError', code: 'LABELS_RANGE' };

/** Whether `run` throws at once, as it must where no GPU has the labels. */
function throwsAtOnce(run: () => unknown): boolean {
  if (isOnGpu) return false;
  expect(run).toThrowCoded('LABELS_RANGE', ['[3,1]', 'at index 1']);
  return true;
}

/** Tensors that last as long as a test; the labels come out of an op. */
async function withTensors(
  labels: readonly number[],
  run: (tensors: { logits: tf.Tensor; labels: tf.Tensor; features: { w: tf.Tensor } }) => Promise<void>,
): Promise<void> {
  const before = held();
  const [host, two] = [tf.tensor2d(labels.map((label) => label / 2), [labels.length, 1]), tf.scalar(2)];
  const tensors = { logits: tf.tensor2d(values, [3, 1]), labels: tf.mul(host, two), features: { w: tf.tensor1d([1, 2, 3]) } };
  tf.dispose([host, two]);
  await run(tensors);
  tf.dispose(tensors);
  await expectHeld(before);
}

describe('lines 16, 41: labels that a device has made', () => {
  const labels = [0.25, 0, 1];
  const numbers = { logits: values, labels, weights: [1, 2, 3] };

  it('are as good as others while they are in range', () =>
    withTensors(labels, async ({ logits, labels: given, features }) => {
      const { value, grad } = tf.valueAndGrad((x) => head.loss(given, x, { features }))(logits);
      const expected = trainingLoss(sigmoidCrossEntropy, numbers, 'sum_over_batch_size');
      expect(await value.data()).toBeNear([expected.loss.value]);
      expect(await grad.data()).toBeWithin1e5(valuesIn(expected.gradient));
      const metrics = head.updateMetrics(head.metrics(), features, logits, given);
      expect(Object.values(await results(metrics))).toBeNear(valuesIn(regressionMetrics(sigmoidCrossEntropy, [numbers])), { scale: 1 });
      tf.dispose([value, grad]);
    }));

  it('may have five dimensions, though webgl and webgpu choose between values in four at most', () =>
    withTensors(labels, async (given) => {
      const [logits, five] = [tf.reshape(given.logits, [1, 1, 3, 1, 1]), tf.reshape(given.labels, [1, 1, 3, 1, 1])];
      const { value, grad } = tf.valueAndGrad((x) => new LogisticRegressionHead().loss(five, x))(logits);
      const expected = trainingLoss(sigmoidCrossEntropy, { logits: values, labels }, 'sum_over_batch_size');
      expect(await value.data()).toBeNear([expected.loss.value]);
      expect(await grad.data()).toBeWithin1e5(valuesIn(expected.gradient));
      tf.dispose([logits, five, value, grad]);
    }));

  it('keep their check while the loss is an array or a number', () =>
    withTensors(labels, async ({ logits, labels: given, features }) => {
      const loss = head.loss(given, logits, { features });
      expect([await loss.array()]).toBeNear([trainingLoss(sigmoidCrossEntropy, numbers, 'sum_over_batch_size').loss.value]);
      loss.dispose();
    }));
});

describe.each([
  { what: 'above 1', labels: [0, 1.5, 1] },
  { what: 'below 0', labels: [0, -0.5, 1] },
  { what: 'NaN', labels: [0, NaN, 1] },
])('lines 16, 41: labels $what, that only the device knows or that are found out at once,', ({ labels }) => {
  const fragments = /Labels must be in range \[0, 1\].*labels of shape \[3,1\]/;

  it('make reads of the loss reject', () =>
    withTensors(labels, async ({ logits, labels: given, features }) => {
      const lossOf = () => head.loss(given, logits, { features });
      if (throwsAtOnce(lossOf)) return;
      const loss = lossOf();
      await expect(loss.data()).rejects.toMatchObject(outOfRange);
      await expect(loss.array()).rejects.toThrow(fragments);
      loss.dispose();
    }));

  it('make the loss NaN, which spreads to what is computed from it', () =>
    withTensors(labels, async ({ logits, labels: given, features }) => {
      const more = () => tf.tidy(() => tf.add(head.loss(given, logits, { features }), 1));
      if (throwsAtOnce(more)) return;
      const sum = more();
      expect(await sum.data()).toBeNear([NaN]);
      sum.dispose();
    }));

  it('make gradients 0 and the loss that comes with them NaN', () =>
    withTensors(labels, async ({ logits, labels: given, features }) => {
      const valueAndGrad = () => tf.valueAndGrad((x) => head.loss(given, x, { features }))(logits);
      if (throwsAtOnce(valueAndGrad)) return;
      const { value, grad } = valueAndGrad();
      expect(Array.from(await grad.data(), Math.abs)).toEqual([0, 0, 0]);
      await expect(value.data()).rejects.toMatchObject(outOfRange);
      const copy = tf.clone(value); // It knows nothing of the error.
      expect(await copy.data()).toBeNear([NaN]);
      tf.dispose([value, grad, copy]);
    }));

  it('make gradients of second order 0', () =>
    withTensors(labels, async ({ logits, labels: given, features }) => {
      const grad2 = () => tf.grad((y) => tf.sum(tf.grad((x) => head.loss(given, x, { features }))(y)))(logits);
      if (throwsAtOnce(grad2)) return;
      const second = grad2();
      expect(Array.from(await second.data(), Math.abs)).toEqual([0, 0, 0]);
      second.dispose();
    }));

  it('make metrics reject, and a reset makes them well again', () =>
    withTensors(labels, async ({ logits, labels: given, features }) => {
      const metrics = head.metrics();
      const update = () => head.updateMetrics(metrics, features, logits, given);
      if (throwsAtOnce(update)) return;
      update();
      for (const metric of Object.values(metrics)) {
        await expect(metric.result()).rejects.toMatchObject(outOfRange);
        await expect(metric.state()).rejects.toThrow(/Labels must be in range \[0, 1\]/);
        metric.reset();
        expect(await metric.result()).toBe(0);
      }
    }));

  it('make the loss of an evaluation and its metrics reject', () =>
    withTensors(labels, async ({ logits, labels: given, features }) => {
      const evaluate = () => head.createEstimatorSpec({ mode: 'eval', logits, labels: given, features });
      if (throwsAtOnce(evaluate)) return;
      const spec = evaluate();
      if (spec.mode !== 'eval') throw new Error(spec.mode);
      await expect(spec.loss.data()).rejects.toMatchObject(outOfRange);
      await expect(results(spec.evalMetricOps)).rejects.toMatchObject(outOfRange);
      spec.dispose();
    }));

  it('leave the variables of a training step as they were', () =>
    withTensors(labels, async ({ logits, labels: given, features }) => {
      const optimizer = tf.train.sgd(1);
      const variable = tf.tidy(() => tf.variable(tf.tensor1d([0.5])));
      const train = () =>
        head.createEstimatorSpec({
          mode: 'train', labels: given, features, logits: () => tf.add(logits, variable), optimizer, trainableVariables: [variable],
        });
      if (!throwsAtOnce(train)) {
        const spec = train();
        if (spec.mode !== 'train') throw new Error(spec.mode);
        const loss = spec.trainOp() as tf.Scalar;
        await expect(loss.data()).rejects.toMatchObject(outOfRange);
        await expect(spec.summaries['loss']?.data()).rejects.toMatchObject(outOfRange);
        spec.dispose();
      }
      expect(await variable.data()).toEqual(Float32Array.of(0.5));
      optimizer.dispose();
      variable.dispose();
    }));
});
