import * as tf from '@tensorflow/tfjs-core';
import { PoissonRegressionHead } from '@tfjs-heads/head-regression';
import { fullLogPoisson, logPoisson } from '@tfjs-heads/reference';
import { describe, it } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { results } from './support/metrics.js';
import { releaseTensors } from './support/release.js';

releaseTensors();

// Stirling's approximation of log(z!), from its formula and by hand.
const stirling = [
  { count: 0, log: 0 },
  { count: 0.5, log: 0 },
  { count: 1, log: 0 },
  { count: 1.5, log: 1.5 * Math.log(1.5) - 1.5 + 0.5 * Math.log(3 * Math.PI) },
  { count: 2, log: 0.651806484604536 },
  { count: 50, log: 148.47610021 },
  { count: 1e6, log: 12815518.301326 },
];

describe('line 40: the full loss of a PoissonRegressionHead', () => {
  it.each(stirling)('adds $log for the count $count', async ({ count, log }) => {
    const head = new PoissonRegressionHead({ lossReduction: 'sum' });
    const short = new PoissonRegressionHead({ lossReduction: 'sum', computeFullLoss: false });
    const [labels, logits] = [tf.tensor2d([[count]]), tf.tensor2d([[0.5]])];
    const expected = logPoisson.loss(0.5, count);
    expect(await short.loss(labels, logits).data()).toBeNear([expected]);
    expect(await head.loss(labels, logits).data()).toBeNear([
      { value: expected.value + log, scale: Math.abs(expected.value) + log },
    ]);
  });

  it.each([1e5, 1e6, 1e7])('does not cancel for counts near %d that are predicted', async (count) => {
    const head = new PoissonRegressionHead();
    const counts = Array.from({ length: 8 }, (_, i) => count + i * Math.round(Math.sqrt(count)));
    const x = counts.map((each, i) => Math.fround(Math.log(each) + (i - 4) / Math.sqrt(each)));
    const exact = counts.map((z, i) => {
      const d = (x[i] ?? NaN) - Math.log(z);
      return z * (Math.expm1(d) - d) + Math.log(2 * Math.PI * z) / 2;
    });
    const shape: [number, number] = [8, 1];
    const [loss] = await head.loss(tf.tensor2d(counts, shape), tf.tensor2d(x, shape)).data();
    expect([loss]).toBeNear([exact.reduce((sum, each) => sum + each) / 8]);
  });

  it('is the default', async () => {
    const [labels, logits] = [tf.tensor2d([[50]]), tf.tensor2d([[4]])];
    const full = await new PoissonRegressionHead({ computeFullLoss: true }).loss(labels, logits).data();
    expect(await new PoissonRegressionHead().loss(labels, logits).data()).toEqual(full);
    expect(full).toBeNear([fullLogPoisson.loss(4, 50)]);
  });

  it('is the same for counts that a device has made', async () => {
    const counts = [0, 0.5, 1, 1.5, 2, 50];
    const head = new PoissonRegressionHead({ lossReduction: 'sum' });
    const labels = tf.mul(tf.tensor2d(counts, [6, 1]), tf.ones([6, 1]));
    const expected = counts.reduce((sum, count) => sum + fullLogPoisson.loss(1, count).value, 0);
    expect(await head.loss(labels, tf.ones([6, 1])).data()).toBeNear([{ value: expected, scale: 200 }]);
  });

  it('has the gradient of the short one', async () => {
    const [logits, labels] = [
      tf.tensor2d([
        [0.5, -1],
        [2, 0],
      ]),
      tf.tensor2d([
        [0, 1],
        [2, 50],
      ]),
    ];
    const [full, short] = [true, false].map((computeFullLoss) => {
      const head = new PoissonRegressionHead({ labelDimension: 2, computeFullLoss });
      return tf.grad((x) => head.loss(labels, x))(logits);
    });
    expect(await full?.data()).toEqual(await short?.data());
  });

  it('is NaN for a negative label, which the short one takes', async () => {
    const [labels, zero] = [tf.tensor2d([[-1]]), tf.zeros([1, 1])];
    expect(await new PoissonRegressionHead().loss(labels, zero).data()).toBeNear([NaN]);
    expect(await new PoissonRegressionHead({ computeFullLoss: false }).loss(labels, zero).data()).toBeNear([1]);
  });

  it('overflows to infinity where float32 does', async () => {
    const head = new PoissonRegressionHead({ lossReduction: 'sum' });
    expect(await head.loss(tf.zeros([1, 1]), tf.tensor2d([[100]])).data()).toBeNear([Infinity]);
  });
});

describe('line 40: what a PoissonRegressionHead predicts', () => {
  const head = new PoissonRegressionHead({ labelDimension: 2 });
  const logits = [
    [0, -1],
    [3, 0.5],
  ];

  it('is exp of the logits, which come along', async () => {
    const predictions = head.predictions(tf.tensor2d(logits));
    expect(Object.keys(predictions)).toEqual(['predictions', 'logits']);
    expect(await predictions.predictions.data()).toBeNear(logits.flat().map(Math.exp));
    expect(await predictions.logits.array()).toEqual(logits);
  });

  it('has its mean in the metrics, labels of more dimensions included', async () => {
    const metrics = head.updateMetrics(
      head.metrics(),
      {},
      tf.tensor2d(logits),
      tf.tensor2d([
        [0, 1],
        [2, 50],
      ]),
    );
    const { 'prediction/mean': predicted, 'label/mean': labelMean, average_loss: loss } = await results(metrics);
    expect([predicted]).toBeNear([(1 + Math.exp(-1) + Math.exp(3) + Math.exp(0.5)) / 4]);
    expect(labelMean).toBe(53 / 4);
    const losses = [
      fullLogPoisson.loss(0, 0).value,
      fullLogPoisson.loss(-1, 1).value,
      fullLogPoisson.loss(3, 2).value,
      fullLogPoisson.loss(0.5, 50).value,
    ];
    expect([loss]).toBeNear([losses.reduce((sum, one) => sum + one) / 4]);
  });
});
