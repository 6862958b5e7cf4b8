import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers gradients
import * as tf from '@tensorflow/tfjs-core';
import { SGD } from '@tfjs-heads/optimizers';
import { traceStep } from '@tfjs-heads/tracing';

const x = tf.randomUniform([200, 90], -1, 1, 'float32', 1);
const y = tf.randomUniform([200, 3], -1, 1, 'float32', 2);

/** @param {number} threads */
function trainee(threads) {
  const sgd = new SGD({ learningRate: 0.1 });
  const hidden = tf.variable(tf.randomUniform([90, 128], -0.1, 0.1, 'float32', 3));
  const output = tf.variable(tf.randomUniform([128, 3], -0.1, 0.1, 'float32', 4));
  const network = () => tf.matMul(tf.relu(tf.matMul(x, hidden)), output);
  const loss = () => /** @type {tf.Scalar} */ (tf.losses.meanSquaredError(y, network()));
  const variables = [hidden, output];
  const step = () => /** @type {tf.Scalar} */ (sgd.minimize(loss, true, variables));
  return { trace: traceStep(step, { variables, threads }), variables };
}

/**
 * Trains two networks that begin alike until one is trained by all threads that it is to have: says how, and throws where the other, by one, has other bits.
 *
 * @param {number} threads
 */
export async function trainWithThreads(threads) {
  await tf.setBackend('cpu');
  const [all, one] = [trainee(threads), trainee(1)];
  const train = () => {
    for (const { trace } of [all, one]) trace().dispose();
  };
  const textOf = () => /WebAssembly(.*)/.exec(String(all.trace))?.[1];
  while (textOf()?.includes('until') ?? true) {
    train();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  for (let step = 0; step < 20; step++) train();
  const [text, other] = [all, one].map(({ variables }) =>
    JSON.stringify(variables.map((each) => [...each.dataSync()])),
  );
  if (text !== other) throw new Error(`${threads} threads have given other numbers than one`);
  return textOf();
}
