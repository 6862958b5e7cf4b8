// A head's whole training step, traced: by optimizers that feed it, with labels that are held to their range in each step.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers gradients
import { Adam, SGD } from '@tfjs-heads/optimizers';
import { trainStep } from '@tfjs-heads/tracing';
import { expect, it, vi } from 'vitest';
import { BinaryClassHead, MultiClassHead } from '../src/index.js';

const draw = (shape: number[], seed: number): tf.Tensor => tf.randomUniform(shape, -1, 1, 'float32', seed);

/** The same values, made where only the device knows them. */
const byDevice = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.onesLike(x));

function network(classes: number): {
  readonly variables: tf.Variable[];
  readonly logits: (features: { readonly x: tf.Tensor }) => tf.Tensor;
} {
  const variables = [tf.variable(draw([3, classes], 1)), tf.variable(tf.zeros([classes]))];
  const [w, b] = variables as [tf.Variable, tf.Variable];
  return { variables, logits: ({ x }) => tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b) };
}

const kinds = {
  'two classes by Adam': {
    classes: 1,
    make: () => new BinaryClassHead({ weightColumn: 'weight' }),
    by: () => new Adam({ learningRate: 0.01 }),
  },
  'three classes by SGD': {
    classes: 3,
    make: () => new MultiClassHead({ nClasses: 3, weightColumn: 'weight' }),
    by: () => new SGD({ learningRate: 0.1, momentum: 0.9 }),
  },
};

it.each(Object.entries(kinds))(
  'trains %s to the bit, and finds a label out of range',
  async (_, { classes, make, by }) => {
    const [eager, traced] = [network(classes), network(classes)];
    const [eagerOptimizer, optimizer] = [by(), by()];
    const head = make();
    const step = trainStep(make(), { network: traced.logits, optimizer, variables: traced.variables, exact: true });
    const batch = (label: number) => ({
      features: { x: draw([2, 3], 5 + label), weight: tf.tensor1d([1, 2]) },
      labels: tf.tensor2d([[0], [label]], [2, 1], classes === 1 ? 'float32' : 'int32'),
    });
    for (let index = 0; index < 8; index++) {
      if (index === 5) for (const each of [optimizer, eagerOptimizer]) each.learningRate = 0.05;
      const { features, labels } = batch(index % 2);
      const spec = head.createEstimatorSpec({
        mode: 'train',
        features,
        labels,
        logits: () => eager.logits(features),
        optimizer: eagerOptimizer,
        trainableVariables: eager.variables,
      });
      const expected = (spec as unknown as { trainOp(): tf.Scalar }).trainOp();
      const loss = step({ features, labels });
      expect(await loss.data()).toEqual(await expected.data());
      loss.dispose();
      spec.dispose();
    }
    expect(step.reason).toBeUndefined();
    for (const [index, variable] of traced.variables.entries())
      expect(await variable.data()).toEqual(await (eager.variables[index] as tf.Variable).data());
    expect(optimizer.iterations).toBe(8);

    const read = vi.spyOn(tf.engine().backend, 'read');
    step(batch(1)).dispose();
    // Labels at hand are looked at here, and labels that were found in range not again.
    const { features, labels } = batch(0);
    const made = byDevice(labels);
    const loss = step({ features, labels: made });
    await loss.data();
    loss.dispose();
    read.mockClear();
    step({ features, labels: made }).dispose();
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();

    const iterations = optimizer.iterations;
    const ofWrong = async (change: (labels: tf.Tensor) => tf.Tensor): Promise<unknown> => {
      const bad = batch(7);
      return step({ ...bad, labels: change(bad.labels) }).data();
    };
    await expect(ofWrong((given) => given)).rejects.toMatchObject({ code: 'LABELS_RANGE' });
    expect(optimizer.iterations).toBe(iterations);
    await expect(ofWrong(byDevice)).rejects.toMatchObject({ code: 'LABELS_RANGE' });
    const isAhead = ['webgl', 'webgpu'].includes(tf.getBackend()); // the device says so later
    expect(optimizer.iterations).toBe(isAhead ? iterations + 1 : iterations);
    step.dispose();
  },
);
