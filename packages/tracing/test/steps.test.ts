// Kinds of steps: each is replayed to the bits of the eager one, or runs eagerly and says why. Steps with heads stand with the heads.
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { Dropout } from '../src/index.js';
import { draw, expectSameSteps, type Trainee, variable } from './support.js';

type T = tf.Tensor;
type XY = Readonly<Record<'x' | 'y', T>>;
type OfXY = (batch: XY) => tf.TensorContainer;

const xy = (shape: number[], rows = 4): ((index: number) => [XY]) => {
  return (index) => [{ x: draw([rows, ...shape], 100 + index), y: draw([rows, 1], 200 + index) }];
};

const squared = (y: T, out: T): tf.Scalar => tf.mean(tf.squaredDifference(y, out));
const matMul = (a: T, b: T): T => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);

/** A step of a loss and an optimizer. */
function training(variables: tf.Variable[], optimizer: tf.Optimizer, loss: (batch: XY) => tf.Scalar): Trainee<OfXY> {
  return { variables, step: (batch) => optimizer.minimize(() => loss(batch), true, variables) as tf.Scalar };
}

function small(
  optimizer: tf.Optimizer,
  out: (x: T, w: tf.Variable[]) => T = (x, [w]) => matMul(x, w as T),
): Trainee<OfXY> {
  const variables: tf.Variable[] = [variable([3, 1], 1), variable([1], 2)];
  return training(variables, optimizer, ({ x, y }) => squared(y, tf.add(out(x, variables), variables[1] as T)));
}

const gradientsOf = (loss: () => tf.Scalar, variables: tf.Variable[]): [tf.Scalar, T[]] => {
  const { value, grads } = tf.variableGrads(loss, variables);
  return [value, variables.map(({ name }) => grads[name] as T)];
};
const named = (variables: readonly tf.Variable[], tensors: readonly T[]): { name: string; tensor: T }[] =>
  variables.map(({ name }, index) => ({ name, tensor: tensors[index] as T }));

const kinds: Record<string, [make: () => Trainee<OfXY>, argsOf: (index: number) => [XY]]> = {
  'RMSProp, centered': [() => small(tf.train.rmsprop(0.01, 0.9, 0.1, 1e-7, true)), xy([3])],
  Adagrad: [() => small(tf.train.adagrad(0.1)), xy([3])],
  Adamax: [() => small(tf.train.adamax(0.01, 0.9, 0.999, 1e-7)), xy([3])],
  Adadelta: [() => small(tf.train.adadelta(0.1, 0.95, 1e-7)), xy([3])],
  'a recurrent network': [
    () => {
      const variables: tf.Variable[] = [variable([2, 3], 1), variable([3, 3], 2), variable([3, 1], 3)];
      const [input, hidden, output] = variables as [tf.Variable, tf.Variable, tf.Variable];
      return training(variables, tf.train.sgd(0.1), ({ x, y }) => {
        let state: T = tf.zeros([4, 3]);
        for (const step of tf.unstack(x, 1)) state = tf.tanh(tf.add(matMul(step, input), matMul(state, hidden)));
        return squared(y, matMul(state, output));
      });
    },
    xy([5, 2]),
  ],
  'attention and layer normalization': [
    () => {
      const variables: tf.Variable[] = [variable([3, 3], 1), variable([3, 3], 2), variable([3, 1], 3)];
      const [query, key, output] = variables as [tf.Variable, tf.Variable, tf.Variable];
      return training(variables, tf.train.sgd(0.1), ({ x, y }) => {
        const scores = tf.softmax(tf.matMul(matMul(x, query), matMul(x, key), false, true));
        const mixed = tf.matMul(scores as tf.Tensor2D, x as tf.Tensor2D);
        const { mean, variance } = tf.moments(mixed, 1, true);
        return squared(y, matMul(tf.div(tf.sub(mixed, mean), tf.sqrt(tf.add(variance, 0.001))), output));
      });
    },
    xy([3]),
  ],
  'batch normalization with moving averages': [
    () => {
      const variables: tf.Variable[] = [variable([3, 1], 1), variable([3], 2)];
      const [w, scale] = variables as [tf.Variable, tf.Variable];
      const average = tf.variable(tf.zeros([3]), false);
      const optimizer = tf.train.sgd(0.1);
      const step: OfXY = ({ x, y }) => {
        const { mean, variance } = tf.moments(x, 0);
        average.assign(tf.add(tf.mul(average, 0.9), tf.mul(mean, 0.1)) as tf.Tensor1D);
        const loss = (): tf.Scalar =>
          squared(
            y,
            matMul(
              tf.batchNorm(
                x as tf.Tensor2D,
                mean as tf.Tensor1D,
                variance as tf.Tensor1D,
                tf.zeros([3]) as tf.Tensor1D,
                scale as tf.Tensor1D,
              ),
              w,
            ),
          );
        return optimizer.minimize(loss, true, variables) as tf.Scalar;
      };
      return { variables: [...variables, average], step };
    },
    xy([3]),
  ],
  'dropout by a seed of its own': [
    () => small(tf.train.sgd(0.1), (x, [w]) => matMul(tf.dropout(x, 0.5, undefined, 7), w as T)),
    xy([3]),
  ],
  'dropout of our own': [
    () => {
      const dropout = new Dropout({ rate: 0.5, seed: 7 });
      return small(tf.train.adam(0.01, 0.9, 0.999, 1e-7), (x, [w]) => matMul(dropout.apply(x), w as T));
    },
    xy([3]),
  ],
  'weight decay': [
    () => {
      const trainee = small(tf.train.sgd(0.1));
      const [w] = trainee.variables as [tf.Variable];
      const step: OfXY = (batch) => {
        const loss = trainee.step(batch);
        w.assign(tf.mul(w, 0.99));
        return loss;
      };
      return { ...trainee, step };
    },
    xy([3]),
  ],
  'a penalty of the weights': [
    () => {
      const variables: tf.Variable[] = [variable([3, 1], 1)];
      const [w] = variables as [tf.Variable];
      return training(variables, tf.train.sgd(0.1), ({ x, y }) =>
        tf.add(squared(y, matMul(x, w)), tf.mul(tf.sum(tf.square(w)), 0.01)),
      );
    },
    xy([3]),
  ],
  'gradients clipped by value and by their global norm': [
    () => {
      const variables: tf.Variable[] = [variable([3, 1], 1), variable([1], 2)];
      const [w, b] = variables as [tf.Variable, tf.Variable];
      const optimizer = tf.train.momentum(0.1, 0.9);
      const step: OfXY = ({ x, y }) => {
        const [loss, gradients] = gradientsOf(() => squared(y, tf.add(matMul(x, w), b)), variables);
        const clipped = gradients.map((gradient) => tf.clipByValue(gradient, -0.5, 0.5));
        const norm = tf.sqrt(tf.addN(clipped.map((gradient) => tf.sum(tf.square(gradient)))));
        const factor = tf.div(0.2, tf.maximum(norm, 0.2));
        optimizer.applyGradients(
          named(
            variables,
            clipped.map((gradient) => tf.mul(gradient, factor)),
          ),
        );
        return { loss, norm };
      };
      return { variables, step };
    },
    xy([3]),
  ],
  'two optimizers': [
    () => {
      const variables: tf.Variable[] = [variable([3, 1], 1), variable([1], 2)];
      const [w, b] = variables as [tf.Variable, tf.Variable];
      const [wide, deep] = [tf.train.adam(0.01, 0.9, 0.999, 1e-7), tf.train.sgd(0.1)];
      const step: OfXY = ({ x, y }) => {
        const [loss, gradients] = gradientsOf(() => squared(y, tf.add(matMul(x, w), b)), variables);
        wide.applyGradients(named(variables.slice(0, 1), gradients.slice(0, 1)));
        deep.applyGradients(named(variables.slice(1), gradients.slice(1)));
        return loss;
      };
      return { variables, step };
    },
    xy([3]),
  ],
  'a moving average of the weights': [
    () => {
      const trainee = small(tf.train.sgd(0.1));
      const shadow = variable([3, 1], 5);
      const [w] = trainee.variables as [tf.Variable];
      const step: OfXY = (batch) => {
        const loss = trainee.step(batch);
        shadow.assign(tf.add(tf.mul(shadow, 0.5), tf.mul(w, 0.5)));
        return { loss, again: loss, shadow };
      };
      return { variables: [...trainee.variables, shadow], step };
    },
    xy([3]),
  ],
  'a gradient of one’s own': [
    () => {
      const bent = tf.customGrad((x, save) => {
        (save as tf.GradSaveFunc)([x as T]);
        return { value: tf.relu(x as T), gradFunc: (dy: T, [saved]: T[]) => tf.mul(dy, tf.sigmoid(saved as T)) };
      });
      return small(tf.train.sgd(0.1), (x, [w]) => bent(matMul(x, w as T)));
    },
    xy([3]),
  ],
  'a penalty of the gradient': [
    () => {
      const variables: tf.Variable[] = [variable([3, 1], 1)];
      const [w] = variables as [tf.Variable];
      return training(variables, tf.train.sgd(0.1), ({ x, y }) => {
        const slope = tf.grad((input) => tf.sum(tf.square(matMul(input, w))))(x);
        return tf.add(squared(y, matMul(x, w)), tf.mul(tf.mean(tf.square(slope)), 0.1));
      });
    },
    xy([3]),
  ],
  'a model of tfjs-layers': [
    () => {
      const seeds = [1, 2].map((seed) => ({ className: 'GlorotUniform', config: { seed } }));
      const model = sequential({
        layers: [
          layers.dense({ units: 4, activation: 'relu', inputShape: [3], kernelInitializer: seeds[0] as never }),
          layers.dense({ units: 1, kernelInitializer: seeds[1] as never }),
        ],
      });
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      return training(variables, tf.train.adam(0.01, 0.9, 0.999, 1e-7), ({ x, y }) =>
        squared(y, model.apply(x, { training: true }) as T),
      );
    },
    xy([3]),
  ],
  'a prediction': [
    () => {
      const variables: tf.Variable[] = [variable([3, 2], 1)];
      const [w] = variables as [tf.Variable];
      const step: OfXY = ({ x }) => {
        const logits = matMul(x, w);
        return { logits, classes: tf.argMax(logits, 1), given: x, all: [{ sum: tf.sum(logits) }] };
      };
      return { variables, step };
    },
    xy([3]),
  ],
  'batches of several sizes': [() => small(tf.train.sgd(0.1)), (index) => xy([3], index % 3 === 2 ? 3 : 4)(index)],
};

/** On a GPU in software each takes seconds. */
const onGpu = new Set(['attention and layer normalization', 'a model of tfjs-layers', 'batches of several sizes']);
const isOnGpu = ['webgl', 'webgpu'].includes(tf.getBackend());
const here = Object.entries(kinds).filter(([name]) => !isOnGpu || onGpu.has(name));

it.each(here)('replays %s to the bit', async (_, [make, argsOf]) => {
  const { trace, replayed } = await expectSameSteps(make, argsOf);
  expect(trace.reason).toBeUndefined();
  expect(replayed).toBeGreaterThan(4);
  trace.dispose();
});

it.runIf(['cpu', 'wasm'].includes(tf.getBackend())).each(here)(
  'computes %s by one function of WebAssembly',
  async (_, [make, argsOf]) => {
    const { trace } = await expectSameSteps(make, argsOf, { exact: false, steps: 15 });
    expect(trace.reason).toBeUndefined();
    expect(String(trace)).toContain('run as one function of WebAssembly');
    trace.dispose();
  },
);

/** wasm has no kernels for the gradients of these: https://github.com/tensorflow/tfjs/issues/8474 and /8082. */
it.skipIf(tf.getBackend() === 'wasm')('replays convolutions and pools to the bit', async () => {
  const { trace } = await expectSameSteps(
    () => {
      const variables: tf.Variable[] = [variable([2, 2, 1, 2], 1), variable([8, 1], 2)];
      const [filter, w] = variables as [tf.Variable, tf.Variable];
      return training(variables, tf.train.sgd(0.1), ({ x, y }) => {
        const maps = tf.relu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'));
        return squared(y, matMul(tf.reshape(tf.maxPool(maps as tf.Tensor4D, 2, 2, 'valid'), [4, 8]), w));
      });
    },
    xy([4, 4, 1]),
  );
  expect(trace.reason).toBeUndefined();
});

it.skipIf(tf.getBackend() === 'wasm')('replays an embedding to the bit', async () => {
  const idsOf = (index: number): [XY] => [
    { x: tf.tensor1d([index % 5, 1, (index + 3) % 5], 'int32'), y: draw([3, 1], index + 1) },
  ];
  const { trace } = await expectSameSteps(() => {
    const variables: tf.Variable[] = [variable([5, 2], 1), variable([2, 1], 2)];
    const [table, w] = variables as [tf.Variable, tf.Variable];
    return training(variables, tf.train.sgd(0.1), ({ x, y }) => squared(y, matMul(tf.gather(table, x), w)));
  }, idsOf);
  expect(trace.reason).toBeUndefined();
});
