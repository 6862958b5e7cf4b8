// What a user would write: the fastest backend, then a training step of the documented example. One source for all bundlers.
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '@tfjs-heads/backends';
import { RegressionHead } from '@tfjs-heads/head-regression';

export async function program(options) {
  const lines = [];
  const { name, candidates } = await startBackend({ prefer: ['wasm'], ...options });
  lines.push(`backend ${name}`);

  const head = new RegressionHead();
  const labels = tf.tensor2d([[43], [44]]);
  const weights = tf.variable(tf.tensor2d([[45], [41]]));
  const spec = head.createEstimatorSpec({
    mode: 'train',
    features: {},
    labels,
    logits: () => tf.matMul(tf.eye(2), weights),
    optimizer: tf.train.sgd(1),
    trainableVariables: [weights],
  });
  const loss = spec.trainOp();
  lines.push(`loss ${(await loss.data())[0].toFixed(2)}`);
  lines.push(`after a step ${Array.from(await weights.data(), (weight) => weight.toFixed(2)).join(' ')}`);
  const metrics = head.updateMetrics(head.metrics(), {}, tf.tensor2d([[45], [41]]), labels);
  lines.push(`average_loss ${(await metrics['average_loss'].result()).toFixed(2)}`);
  const reasons = Object.fromEntries(candidates.map((candidate) => [candidate.name, candidate.reason]));
  const repairs = Object.fromEntries(
    candidates.flatMap((candidate) => candidate.repairs).map(({ repair, detail }) => [repair, detail]),
  );
  return { lines, reasons, repairs };
}
