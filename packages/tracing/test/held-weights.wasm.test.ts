// tfjs' wasm binary keeps what it has rearranged of a matrix by the number of its data: https://github.com/tensorflow/tfjs/blob/master/tfjs-backend-wasm/src/cc/batch_mat_mul_impl.cc
import * as tf from '@tensorflow/tfjs-core';
import { SGD } from '@tfjs-heads/optimizers';
import { expect, it } from 'vitest';
import { traceStep } from '../src/index.js';
import { variable } from './support.js';

it('gives kernels the weights of now, however often they have multiplied by those of before', async () => {
  const weights = [variable([20, 8], 1), variable([8, 4], 2)];
  const network = (x: tf.Tensor2D, [first, second]: readonly tf.Tensor[]): tf.Tensor2D =>
    tf.matMul(tf.relu(tf.matMul(x, first as tf.Tensor2D)), second as tf.Tensor2D);
  const optimizer = new SGD({ learningRate: 0.1 });
  const [x, y] = [tf.randomNormal([32, 20], 0, 1, 'float32', 3), tf.randomNormal([32, 4], 0, 1, 'float32', 4)];
  const step = traceStep(
    (batch: { x: tf.Tensor; y: tf.Tensor }) =>
      optimizer.minimize(
        () => tf.mean(tf.squaredDifference(network(batch.x as tf.Tensor2D, weights), batch.y)) as tf.Scalar,
        true,
        weights,
      ) as tf.Scalar,
    { variables: weights },
  );
  await step.rehearse({ x, y });
  expect(String(step)).toContain('as one function of WebAssembly');
  for (let i = 0; i < 6; i++) {
    step({ x, y }).dispose();
    const copies = weights.map((weight) => tf.tensor(weight.dataSync().slice(), weight.shape));
    const [now, expected] = [network(x as tf.Tensor2D, weights), network(x as tf.Tensor2D, copies)];
    expect([...now.dataSync()]).toEqual([...expected.dataSync()]);
    tf.dispose([copies, now, expected]);
  }
  step.dispose();
  optimizer.dispose();
  tf.dispose([x, y, weights]);
});
