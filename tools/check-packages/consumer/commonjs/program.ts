// As programs are compiled that know nothing of `exports`, and of no other world than ES2020.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { suiteOf } from '@tfjs-heads/backend-conformance';
import { subjects } from '@tfjs-heads/backend-conformance/heads';
import { startBackend, type StartResult } from '@tfjs-heads/backends';
import { repairWasmPaths } from '@tfjs-heads/backends/repairs/wasm-paths';
import { ModeKeys, type Head } from '@tfjs-heads/head-api';
import { headError } from '@tfjs-heads/head-kit';
import { RegressionHead } from '@tfjs-heads/head-regression';

declare const console: { log(text: string): void };

async function main(): Promise<void> {
  const head = new RegressionHead();
  const any: Head = head;
  const { name }: StartResult = await startBackend({ allow: ['cpu'] });
  const weights = tf.variable(tf.tensor2d([[45], [41]]));
  const spec = head.createEstimatorSpec({
    mode: ModeKeys.TRAIN,
    features: {},
    labels: tf.tensor2d([[43], [44]]),
    logits: () => tf.matMul(tf.eye(2), weights),
    optimizer: tf.train.sgd(1),
    trainableVariables: [weights],
  });
  const before: number = (await spec.predictions.predictions.data())[0];
  const loss = (await spec.trainOp()) as tf.Scalar;
  console.log(`backend ${name}, ${any.logitsDimension} logit, predicted ${before}`);
  console.log(`loss ${(await loss.data())[0]?.toFixed(2)}`);
  console.log(`after a step ${Array.from(await weights.data(), (weight) => weight.toFixed(2)).join(' ')}`);
  // Whether they are there is all that is asked.
  for (const found of [suiteOf, subjects, repairWasmPaths, headError])
    if (found === undefined) throw new Error('It is not there.');
}

void main();
