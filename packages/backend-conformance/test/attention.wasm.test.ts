// Attention, which a repair gives its kernel and its gradients, in a compiled step.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers gradients
import { repairEinsum } from '@tfjs-heads/backends/repairs/einsum';
import { repairMissingGradients } from '@tfjs-heads/backends/repairs/missing-gradients';
import { traceStep } from '@tfjs-heads/tracing';
import { expect, it } from 'vitest';

it('trains attention as one function of WebAssembly', async () => {
  await repairMissingGradients();
  await repairEinsum();
  const [rows, places, size, heads] = [3, 5, 8, 2];
  const make = (): { variables: tf.Variable[]; step: (x: tf.Tensor3D) => tf.Scalar } => {
    const draw = (shape: number[], seed: number): tf.Variable =>
      tf.variable(tf.randomNormal(shape, 0, 0.3, 'float32', seed));
    const ofHeads = [size, heads, size / heads];
    const variables = [draw(ofHeads, 1), draw(ofHeads, 2), draw(ofHeads, 3), draw([heads, size / heads, size], 4)];
    const [query, key, value, output] = variables as tf.Tensor[] as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const optimizer = tf.train.sgd(0.05);
    const step = (x: tf.Tensor3D): tf.Scalar =>
      optimizer.minimize(
        () => {
          const [q, k, v] = [query, key, value].map((of) => tf.einsum('abc,cde->abde', x, of)) as [
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
          ];
          const scores = tf.softmax(tf.einsum('aecd,abcd->acbe', k, q));
          const seen = tf.einsum('abcd,cde->abe', tf.einsum('acbe,aecd->abcd', scores, v), output);
          return tf.mean(tf.square(tf.sub(tf.add(x, seen), 1)));
        },
        true,
        variables,
      ) as tf.Scalar;
    return { variables, step };
  };
  const [eager, compiled] = [make(), make()];
  const trace = traceStep(compiled.step, { variables: compiled.variables });
  const x = tf.keep(tf.randomNormal([rows, places, size], 0, 1, 'float32', 9) as tf.Tensor3D);
  await trace.rehearse(x);
  for (let index = 0; index < 5; index++) {
    const [expected, actual] = [tf.tidy(() => eager.step(x)), trace(x)];
    const [is, should] = (await Promise.all([actual, expected].map((loss) => loss.data()))).map(
      ([loss]) => loss as number,
    );
    expect(Math.abs((is as number) - (should as number))).toBeLessThan(1e-5);
    tf.dispose([expected, actual]);
  }
  if (['cpu', 'wasm'].includes(tf.getBackend())) expect(String(trace)).toContain('run as one function of WebAssembly');
  trace.dispose();
  tf.dispose([x, ...eager.variables, ...compiled.variables]);
});
