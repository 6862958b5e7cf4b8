import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { Adam, type BaseOptimizer, Ftrl, RMSprop, SGD } from '@tfjs-heads/optimizers';
import { valuesAtHand } from '@tfjs-heads/head-kit';
import { random } from '@tfjs-heads/reference';
import { afterEach, expect, it } from 'vitest';
import { Dropout, traceStep } from '../src/index.js';

interface Batch {
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor2D;
}

/** A small network with dropout, its optimizer and its traced step. */
interface Trained {
  readonly variables: tf.Variable[];
  readonly optimizer: BaseOptimizer;
  readonly dropout: Dropout;
  readonly step: ReturnType<typeof traceStep<(batch: Batch) => tf.Scalar>>;
}

const next = random(7);
const drawn = Array.from({ length: 30 }, (_, batch) => {
  const rows = batch % 5 === 4 ? 5 : 8; // two signatures
  return {
    rows,
    x: Float32Array.from({ length: rows * 3 }, () => 2 * next() - 1),
    y: Float32Array.from({ length: rows }, next),
  };
});
const start = [
  Float32Array.from({ length: 3 * 9 }, () => next() - 0.5),
  Float32Array.from({ length: 9 }, () => next() - 0.5),
];

const made: Trained[] = [];

afterEach(() => {
  for (const { variables, optimizer, step } of made.splice(0)) {
    step.dispose();
    optimizer.dispose();
    tf.dispose(variables);
  }
});

function train(optimizer: BaseOptimizer): Trained {
  const variables = tf.tidy(() => [
    tf.variable(tf.tensor(start[0] as Float32Array, [3, 9])),
    tf.variable(tf.tensor(start[1] as Float32Array, [9, 1])),
  ]);
  const dropout = new Dropout({ rate: 0.3, seed: 4 });
  const step = traceStep(
    ({ x, y }: Batch) => {
      const loss = (): tf.Scalar => {
        const hidden = dropout.apply(tf.tanh(tf.matMul(x, variables[0] as tf.Variable)));
        return tf.mean(tf.squaredDifference(tf.matMul(hidden as tf.Tensor2D, variables[1] as tf.Tensor2D), y));
      };
      return optimizer.minimize(loss, true, variables) as tf.Scalar;
    },
    { variables },
  );
  const trained = { variables, optimizer, dropout, step };
  made.push(trained);
  return trained;
}

async function withBatch<T>(index: number, run: (batch: Batch) => Promise<T>): Promise<T> {
  const { rows, x, y } = drawn[index] as (typeof drawn)[number];
  const batch = { x: tf.tensor2d(x, [rows, 3]), y: tf.tensor2d(y, [rows, 1]) };
  try {
    return await run(batch);
  } finally {
    tf.dispose([batch.x, batch.y]);
  }
}

/** Takes steps, each rehearsed, and gives their losses. */
async function takeSteps({ step }: Trained, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let index = from; index < to; index++) {
    const loss = await withBatch(index, async (batch) => {
      await step.rehearse(batch);
      return step(batch);
    });
    losses.push((await loss.data())[0] as number);
    loss.dispose();
  }
  return losses;
}

async function stateOf({ variables, optimizer, dropout }: Trained): Promise<unknown> {
  const weights = await optimizer.getWeights();
  const values = await Promise.all(
    [...variables, ...weights.map(({ tensor }) => tensor)].map((tensor) => tensor.data()),
  );
  tf.dispose(weights.map(({ tensor }) => tensor));
  return { counts: [optimizer.iterations, dropout.iterations], values: values.map((numbers) => [...numbers]) };
}

const optimizers: Readonly<Record<string, () => BaseOptimizer>> = {
  SGD: () => new SGD({ learningRate: 0.1, momentum: 0.9 }),
  Adam: () => new Adam({ learningRate: 0.01, clipnorm: 0.5 }),
  RMSprop: () => new RMSprop({ learningRate: 0.01, centered: true }),
  Ftrl: () => new Ftrl({ learningRate: 0.05 }),
};

// Elsewhere it does nothing: GPUs have kernels alone, and native TensorFlow one graph once that has agreed, whose bits are its own.
it.runIf(['cpu', 'wasm'].includes(tf.getBackend())).each(Object.entries(optimizers))(
  'gives %s the same bits wherever training goes on',
  async (_, makeOptimizer) => {
    const whole = train(makeOptimizer());
    const losses = await takeSteps(whole, 0, drawn.length);
    const expected = await stateOf(whole);
    for (const stopped of [1, 6, 17]) {
      const first = train(makeOptimizer());
      expect(await takeSteps(first, 0, stopped)).toEqual(losses.slice(0, stopped));
      const second = train(makeOptimizer());
      const weights = await first.optimizer.getWeights();
      await second.optimizer.setWeights(
        weights.map(({ name, tensor }) => ({
          // Its variables have other names.
          name: first.variables.reduce(
            (text, { name: from }, i) => text.replace(new RegExp(`^${from}(?=/)`), second.variables[i]?.name ?? ''),
            name,
          ),
          tensor,
        })),
      );
      tf.dispose(weights.map(({ tensor }) => tensor));
      second.variables.forEach((variable, i) => variable.assign(first.variables[i] as tf.Tensor));
      second.dropout.iterations = first.dropout.iterations;
      expect(await takeSteps(second, stopped, drawn.length)).toEqual(losses.slice(stopped));
      expect(await stateOf(second)).toEqual(expected);
    }
  },
);

it('changes nothing, and leaves no tensors', async () => {
  const { numTensors } = tf.memory();
  const trained = train(new Adam({ learningRate: 0.01 }));
  await takeSteps(trained, 0, 3);
  const before = await stateOf(trained);
  await withBatch(4, async (batch) => {
    await trained.step.rehearse(batch);
    const afterwards = tf.memory().numTensors;
    await trained.step.rehearse(batch);
    expect(tf.memory().numTensors).toBe(afterwards);
  });
  expect(await stateOf(trained)).toEqual(before);
  trained.step.dispose();
  expect(tf.memory().numTensors).toBe(numTensors + 2 + 2 * 2); // variables and slots
});

it('takes back what an optimizer of tfjs has counted', async () => {
  const weight = tf.variable(tf.scalar(1));
  const optimizer = tf.train.adam(0.1);
  const step = traceStep(
    (x: tf.Tensor) =>
      optimizer.minimize(() => tf.square(tf.sub(tf.mul(weight, x), 2)) as tf.Scalar, true, [weight]) as tf.Scalar,
    { variables: [weight] },
  );
  const x = tf.scalar(3);
  await step.rehearse(x);
  expect(optimizer.iterations).toBe(0);
  expect((await weight.data())[0]).toBe(1);
  step(x).dispose();
  expect(optimizer.iterations).toBe(1);
  expect((await weight.data())[0]).toBeCloseTo(0.9, 5);
  step.dispose();
  optimizer.dispose();
  tf.dispose([x, weight]);
});

it('leaves it to the step to say what is wrong, and has changed nothing', async () => {
  const weight = tf.variable(tf.scalar(1));
  const step = traceStep(
    (x: tf.Tensor) => {
      weight.assign(tf.mul(weight, x));
      throw new Error('half way');
    },
    { variables: [weight] },
  );
  const x = tf.scalar(3);
  await step.rehearse(x);
  expect((await weight.data())[0]).toBe(1);
  expect(() => step(x)).toThrow('half way');
  step.dispose();
  tf.dispose([x, weight]);
});

it.runIf(['cpu', 'wasm'].includes(tf.getBackend()))(
  'settles a step of a network that has learnt all there is, whose gradients are roundings',
  async () => {
    const [rows, width] = [32, 40];
    const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => 2 * next() - 1);
    const [inputs, learnt] = [numbers(rows * width), numbers(width)];
    // In doubles: off the products of float32 by their roundings.
    const outputs = Array.from({ length: rows }, (_, row) =>
      learnt.reduce((total, w, i) => total + w * (inputs[row * width + i] as number), 0),
    );
    const weights = tf.tidy(() => tf.variable(tf.tensor2d(learnt, [width, 1])));
    const optimizer = new SGD({ learningRate: 0.1 });
    const step = traceStep(
      ({ x, y }: Batch) =>
        optimizer.minimize(
          () => tf.mean(tf.squaredDifference(tf.matMul(x, weights as tf.Tensor2D), y)) as tf.Scalar,
          true,
          [weights],
        ) as tf.Scalar,
      { variables: [weights] },
    );
    const batch = { x: tf.tensor2d(inputs, [rows, width]), y: tf.tensor2d(outputs, [rows, 1]) };
    await step.rehearse(batch);
    step(batch).dispose();
    expect(String(step)).toContain('as one function of WebAssembly');
    step.dispose();
    optimizer.dispose();
    tf.dispose([batch.x, batch.y, weights]);
  },
);

it('shows a step that looks at a batch once that it does', async () => {
  const looked = new WeakMap<object, number>();
  const step = traceStep(
    (x: tf.Tensor) => {
      let scale = looked.get(x.dataId);
      if (scale === undefined) looked.set(x.dataId, (scale = tf.tidy(() => Number(valuesAtHand(x)?.[0]))));
      return tf.mul(x, scale);
    },
    { variables: [] },
  );
  for (const value of [2, 3, 5]) {
    const x = tf.tensor1d([value, 1]);
    await step.rehearse(x);
    const scaled = step(x);
    expect([...(await scaled.data())]).toEqual([value * value, value]);
    tf.dispose([x, scaled]);
  }
  expect(step.reason).toMatch(/reads values/);
});

it('refuses disposed arguments, and to be called after dispose()', async () => {
  const step = traceStep((x: tf.Tensor) => tf.neg(x), { variables: [] });
  const x = tf.scalar(3);
  x.dispose();
  await expect(step.rehearse(x)).rejects.toMatchObject({ code: 'TENSOR_DISPOSED' });
  step.dispose();
  await expect(step.rehearse(tf.scalar(1))).rejects.toMatchObject({ code: 'TRACE_DISPOSED' });
});
