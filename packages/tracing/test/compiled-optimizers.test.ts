import * as tf from '@tensorflow/tfjs-core';
import { Adam, type AdamOptions, Nadam, RMSprop } from '@tfjs-heads/optimizers';
import { expect, it } from 'vitest';
import { traceStep } from '../src/index.js';
import { draw, variable } from './support.js';

const sizes = [20, 64, 64, 1];

// Their first steps are as long where a gradient is a rounding as where it is large, so that those of two ways to add go apart.
it
  .runIf(['cpu', 'wasm'].includes(tf.getBackend()))
  .each([Adam, RMSprop, Nadam] as readonly (new (options: AdamOptions) => Adam | RMSprop | Nadam)[])(
  '%o is trusted to a compiled step whatever is drawn',
  async (Optimizer) => {
    for (let seed = 1; seed <= 6; seed++) {
      const layers = sizes
        .slice(1)
        .map((size, i) => ({
          kernel: variable([sizes[i] as number, size], 10 * seed + i) as unknown as tf.Tensor2D,
          bias: variable([size], 10 * seed + i + 5) as unknown as tf.Tensor1D,
        }));
      const variables = layers.flatMap(({ kernel, bias }) => [kernel, bias]) as unknown as tf.Variable[];
      const optimizer = new Optimizer({ learningRate: 0.001 });
      const x = draw([32, 20], seed + 30) as tf.Tensor2D;
      const labels = tf.cast(tf.greater(draw([32, 1], seed + 40), 0), 'float32');
      const network = (input: tf.Tensor2D): tf.Tensor =>
        layers.reduce<tf.Tensor>((h, { kernel, bias }, i) => {
          const sum = tf.add(tf.matMul(h as tf.Tensor2D, kernel), bias);
          return i < layers.length - 1 ? tf.relu(sum) : sum;
        }, input);
      const step = traceStep(
        (given: tf.Tensor2D) =>
          optimizer.minimize(
            () => tf.losses.sigmoidCrossEntropy(labels, network(given)) as tf.Scalar,
            true,
            variables,
          ) as tf.Scalar,
        { variables },
      );
      for (let index = 0; index < 12; index++) {
        step(x).dispose();
        await tf.nextFrame(); // The compiler is loaded meanwhile.
      }
      expect(String(step)).toContain('run as one function of WebAssembly');
      step.dispose();
    }
    tf.disposeVariables();
  },
);

it.runIf(['cpu', 'wasm'].includes(tf.getBackend()))(
  'a step stays compiled when there is nothing left to learn',
  async () => {
    const variables = [variable([4, 16], 1), variable([16, 1], 2)];
    const [hidden, output] = variables as unknown as [tf.Tensor2D, tf.Tensor2D];
    const optimizer = new Adam({ learningRate: 0.01 });
    const [x, labels] = [draw([8, 4], 3) as tf.Tensor2D, draw([8, 1], 4)];
    const step = traceStep(
      (given: tf.Tensor2D) =>
        optimizer.minimize(
          () => tf.losses.meanSquaredError(labels, tf.matMul(tf.tanh(tf.matMul(given, hidden)), output)) as tf.Scalar,
          true,
          variables,
        ) as tf.Scalar,
      { variables },
    );
    for (let index = 0; index < 1100; index++) {
      step(x).dispose();
      if (index < 12) await tf.nextFrame();
      if (index === 12) expect(String(step)).toContain('run as one function of WebAssembly');
    }
    expect(String(step)).toContain('run as one function of WebAssembly');
    step.dispose();
    tf.disposeVariables();
  },
);

it.runIf(['cpu', 'wasm'].includes(tf.getBackend()))(
  'what fades away ends at 0, not among the floats that processors are slow with',
  async () => {
    const slot = variable([5], 7) as unknown as tf.Variable;
    const step = traceStep(
      () => {
        slot.assign(tf.mul(slot as unknown as tf.Tensor, 0.9));
        return tf.sum(slot as unknown as tf.Tensor) as tf.Scalar;
      },
      { variables: [slot] },
    );
    for (let index = 0; index < 1200; index++) {
      step().dispose();
      if (index < 12) await tf.nextFrame(); // The compiler is loaded meanwhile.
    }
    expect(String(step)).toContain('run as one function of WebAssembly');
    expect(await slot.data()).toEqual(new Float32Array(5)); // Kernels stay at 7e-45: 0.9 of it is nearer to it than to the next.
    step.dispose();
    tf.disposeVariables();
  },
);
