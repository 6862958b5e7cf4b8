// How many kernels the heads call: each costs a GPU, and native TensorFlow, tens of microseconds.
import * as tf from '@tensorflow/tfjs-core';
import { BinaryClassHead, MultiClassHead, MultiLabelHead } from '@tfjs-heads/head-classification';
import { type Loss, meanOverRow, sigmoidCrossEntropy, softmaxCrossEntropy, weightedLoss } from '@tfjs-heads/head-kit';
import { expect, it, vi } from 'vitest';
import { releaseTensors, results } from './support.js';

releaseTensors();

const rows = 4;
const ids = (): tf.Tensor => tf.tensor([0, 1, 2, 1], [rows, 1], 'int32');
const ones = (k: number) => (): tf.Tensor => tf.tensor(Array<number>(rows * k).fill(1), [rows, k]);

async function callsOf(run: () => tf.Tensor): Promise<string[]> {
  const { kernels } = await tf.profile(run);
  return kernels.map(({ name }) => name);
}

const withGradient = (loss: (logits: tf.Tensor) => tf.Scalar, logits: tf.Tensor) => (): tf.Tensor => {
  const { value, grad } = tf.valueAndGrad(loss)(logits);
  grad.dispose();
  return value;
};

const hasHostForm = ['cpu', 'wasm', 'tensorflow'].includes(tf.getBackend());

if (hasHostForm) {
  it.each([
    ['BinaryClassHead', new BinaryClassHead({ weightColumn: 'w' }), 1, ones(1)],
    ['MultiClassHead', new MultiClassHead({ nClasses: 3, weightColumn: 'w' }), 3, ids],
    ['MultiLabelHead', new MultiLabelHead({ nClasses: 3, weightColumn: 'w' }), 3, ones(3)],
  ] as const)(
    'weighted loss and gradient of a %s: at most 3 where the data are at hand',
    async (_, head, k, labels) => {
      const [given, features] = [labels(), { w: ones(1)() }];
      const calls = await callsOf(withGradient((logits) => head.loss(given, logits, { features }), ones(k)()));
      expect(calls.length, calls.join(' ')).toBeLessThanOrEqual(3);
    },
  );
}

it.each<[string, number, Loss, number, () => tf.Tensor]>([
  ['of the logistic loss', 9, sigmoidCrossEntropy, 1, ones(1)],
  ['of the softmax loss', 16, softmaxCrossEntropy, 3, ids],
  ['of the multi-label loss', 9, meanOverRow(sigmoidCrossEntropy), 3, ones(3)],
])('composed, %s: at most %i', async (_, most, loss, k, labels) => {
  const given = { labels: labels(), weights: ones(1)() };
  const attributes = { loss, divisor: rows, form: 'composed' } as const;
  const calls = await callsOf(withGradient((logits) => weightedLoss({ logits, ...given }, attributes), ones(k)()));
  expect(calls.length, calls.join(' ')).toBeLessThanOrEqual(most);
});

it('an update of the nine metrics of a BinaryClassHead: at most 40, and one read', async () => {
  const head = new BinaryClassHead({ weightColumn: 'w' });
  const metrics = head.metrics();
  const logits = tf.add(ones(1)(), 1);
  const read = vi.spyOn(tf.engine().backend, 'read');
  const calls = await callsOf(() => {
    head.updateMetrics(metrics, { w: tf.add(ones(1)(), 1) }, logits, ones(1)());
    return tf.scalar(0);
  });
  await results(metrics);
  expect(Object.keys(metrics)).toHaveLength(9);
  expect(calls.length, calls.join(' ')).toBeLessThanOrEqual(40);
  const reads = read.mock.calls.length;
  read.mockRestore();
  expect(reads).toBeLessThanOrEqual(2); // one, and that of `profile`
});
