import * as tf from '@tensorflow/tfjs-core';
import { Adagrad, Adam, RMSprop, SGD } from '@tfjs-heads/optimizers';
import { tensorflowRule, type TensorflowOptimizer } from '@tfjs-heads/reference';
import type { Benchmark } from './benchmark.js';
import { interleave } from './interleave.js';

/** The parameters of a network of 20, 64, 64 and 1 units. */
const shapes = [[20, 64], [64], [64, 64], [64], [64, 1], [1]];

interface Contender {
  readonly ours: () => tf.Optimizer;
  readonly theirs: () => tf.Optimizer;
  readonly rule: TensorflowOptimizer;
  readonly settings: Readonly<Record<string, number | boolean>>;
}

const RATE = 0.01;
const contenders: Readonly<Record<string, Contender>> = {
  SGD: {
    ours: () => new SGD({ learningRate: RATE }),
    theirs: () => tf.train.sgd(RATE),
    rule: 'sgd',
    settings: { momentum: 0, nesterov: false },
  },
  'SGD, momentum': {
    ours: () => new SGD({ learningRate: RATE, momentum: 0.9 }),
    theirs: () => tf.train.momentum(RATE, 0.9),
    rule: 'sgd',
    settings: { momentum: 0.9, nesterov: false },
  },
  Adagrad: {
    ours: () => new Adagrad({ learningRate: RATE }),
    theirs: () => tf.train.adagrad(RATE, 0.1),
    rule: 'adagrad',
    settings: { initialAccumulatorValue: 0.1, epsilon: 1e-7 },
  },
  Adam: {
    ours: () => new Adam({ learningRate: RATE }),
    theirs: () => tf.train.adam(RATE, 0.9, 0.999, 1e-7),
    rule: 'adam',
    settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false },
  },
  RMSprop: {
    ours: () => new RMSprop({ learningRate: RATE }),
    theirs: () => tf.train.rmsprop(RATE, 0.9, 0, 1e-7),
    rule: 'rmsprop',
    settings: { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
  },
};

/** How many updates are timed at once. */
const TIMES = 20;
/** After how many steps the error is taken. */
const STEPS = 60;

/** An update of all parameters of a small network by each optimizer against tfjs' own, and how far both are off the formula in doubles. */
export const optimizers: Benchmark = async (backend, onRow) => {
  for (const [name, { ours, theirs, rule, settings }] of Object.entries(contenders)) {
    const about = { benchmark: 'optimizers', backend, batch: 1, peer: 'tfjs' };
    const figures = await interleave(...pair(ours(), theirs()));
    const each = { ours: figures.ours / TIMES, theirs: figures.theirs / TIMES };
    onRow({ ...about, case: `${name}, an update`, unit: 'ms', ...each, ratio: each.theirs / each.ours });
    const truth = inDoubles(rule, settings);
    const [ourError, theirError] = [await errorOf(ours(), truth), await errorOf(theirs(), truth)];
    onRow({
      ...about,
      case: `${name}, ${STEPS} steps`,
      unit: 'relative error',
      ours: Number(ourError.toPrecision(2)),
      theirs: Number(theirError.toPrecision(2)),
      ratio: theirError / ourError,
    });
  }
};

function pair(...both: [tf.Optimizer, tf.Optimizer]): [() => Promise<unknown>, () => Promise<unknown>] {
  return both.map((optimizer) => {
    const variables = shapes.map((shape) => tf.tidy(() => tf.variable(tf.randomUniform(shape, -1, 1, 'float32', 1))));
    const gradients = variables.map(({ name, shape }, seed) => ({
      name,
      tensor: tf.randomUniform(shape, -1, 1, 'float32', seed),
    }));
    return async () => {
      for (let i = 0; i < TIMES; i++) optimizer.applyGradients(gradients);
      return variables[0]?.data();
    };
  }) as [() => Promise<unknown>, () => Promise<unknown>];
}

const START = [0.5, -0.5, 1];
const gradientAt = (step: number): number[] => START.map((_, i) => Math.fround(Math.sin(step * (i + 1) + i + 0.5)));

/** How far each number has gone. */
function inDoubles(name: TensorflowOptimizer, settings: Contender['settings']): readonly number[] {
  const rule = tensorflowRule(name, settings);
  return START.map((start, i) => {
    const state = { ...rule.start };
    let x = start;
    for (let step = 0; step < STEPS; step++)
      x = rule.update(x, gradientAt(step)[i] as number, state, { step, rate: RATE });
    return x - start;
  });
}

/** The largest error, relative to the longest way. */
async function errorOf(optimizer: tf.Optimizer, truth: readonly number[]): Promise<number> {
  const x = tf.tidy(() => tf.variable(tf.tensor(START)));
  for (let step = 0; step < STEPS; step++) {
    const tensor = tf.tensor(gradientAt(step));
    optimizer.applyGradients([{ name: x.name, tensor }]);
    tensor.dispose();
  }
  const off = Array.from(await x.data(), (value, i) => Math.abs(value - (START[i] as number) - (truth[i] as number)));
  tf.dispose(x);
  return Math.max(...off) / Math.max(...truth.map(Math.abs));
}
