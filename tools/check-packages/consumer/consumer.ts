// What a user would write first: the documented example, with nothing but tfjs-core and one backend.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { ModeKeys, type Head } from '@tfjs-heads/head-api';
import { RegressionHead } from '@tfjs-heads/head-regression';

const head: Head = new RegressionHead();
const labels = tf.tensor2d([[43], [44]]);
const logits = tf.tensor2d([[45], [41]]);

const loss = head.loss(labels, logits, { features: {}, mode: ModeKeys.EVAL });
const metrics = head.updateMetrics(head.metrics(), {}, logits, labels);

console.log(`loss ${(await loss.array()).toFixed(2)}`);
for (const key of ['average_loss', 'label/mean', 'prediction/mean']) {
  console.log(`${key} ${(await metrics[key]?.result())?.toFixed(2)}`);
}
