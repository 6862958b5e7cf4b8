import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import {
  drawValues,
  optimizerSettings,
  sigmoidCrossEntropy,
  squaredError,
  trainingLoss,
  trainNetwork,
  updateRule,
  type Formula,
  type LossOfLogits,
  type OptimizerName,
  type Untrained,
  type Values,
} from '../src/index.js';

const adaptive = { learningRate: 0.03, epsilon: 1e-3 };
const rmsprop = { ...adaptive, decay: 0.8, momentum: 0, centered: false };

const optimizers: readonly { name: OptimizerName; settings: Readonly<Record<string, number | boolean>> }[] = [
  { name: 'sgd', settings: { learningRate: 0.3 } },
  { name: 'momentum', settings: { learningRate: 0.1, momentum: 0.6, useNesterov: false } },
  { name: 'momentum', settings: { learningRate: 0.1, momentum: 0.6, useNesterov: true } },
  { name: 'adagrad', settings: { learningRate: 0.2, initialAccumulatorValue: 0.3 } },
  { name: 'adadelta', settings: { ...adaptive, rho: 0.7 } },
  { name: 'adam', settings: { ...adaptive, beta1: 0.8, beta2: 0.99 } },
  { name: 'adamax', settings: { ...adaptive, beta1: 0.8, beta2: 0.99, decay: 0.25 } },
  { name: 'rmsprop', settings: rmsprop },
  { name: 'rmsprop', settings: { ...rmsprop, momentum: 0.4 } },
  { name: 'rmsprop', settings: { ...rmsprop, epsilon: 1e-6, centered: true } },
];

describe('the update rules', () => {
  it.each(optimizers)('of $name with $settings are those of tfjs', async ({ name, settings }) => {
    await tf.setBackend('cpu');
    const parameters = [0.5, -1.25, 2, 0];
    const variable = tf.variable(tf.tensor1d(parameters));
    const make = tf.train[name] as (...given: unknown[]) => tf.Optimizer;
    const optimizer = make(...optimizerSettings[name].map((setting) => settings[setting]));
    const rule = updateRule(name, settings);
    const states = parameters.map(() => [...rule.start]);
    for (let step = 0; step < 12; step++) {
      // No gradient is small, or the variance of the centered rmsprop would be less than its epsilon.
      const gradients = drawValues(step + 1, [4], 'real').map((value) => (Math.abs(value) < 0.5 ? 0.5 : value));
      optimizer.applyGradients([{ name: variable.name, tensor: tf.tensor1d(gradients) }]);
      for (const [i, g] of gradients.entries())
        parameters[i] = (parameters[i] as number) + rule.update(g, states[i] as number[], step);
    }
    const actual = await variable.data();
    for (const [i, value] of parameters.entries())
      expect(Math.abs((actual[i] as number) - value)).toBeLessThan(16 * 2 ** -24 * Math.max(2, Math.abs(value)));
    expect(parameters).not.toContain(NaN);
  });
});

describe('the network', () => {
  const drawn = (seed: number, shape: readonly number[]): Values => ({
    shape,
    values: drawValues(seed, shape, 'logits'),
  });
  const labels = drawValues(2, [5, 2], 'probability');
  const lossBy =
    (formula: Formula): LossOfLogits =>
    (logits) =>
      trainingLoss(formula, { logits, labels, weights: [1, 0.5, 2, 0, 1] }, 'auto');
  const problem: Untrained = {
    inputs: drawn(1, [5, 3]),
    start: [drawn(3, [3, 4]), drawn(4, [4]), drawn(5, [4, 2]), drawn(6, [2])],
  };

  it.each([squaredError, sigmoidCrossEntropy])('descends by the gradient of its loss', (formula) => {
    const rate = 1;
    const { end } = trainNetwork(problem, lossBy(formula), updateRule('sgd', { learningRate: rate }), 1);
    const h = 1e-5;
    for (const [v, { values }] of problem.start.entries()) {
      for (const [i, value] of values.entries()) {
        const moved = (by: number): number => {
          const start = problem.start.map((each, at) =>
            at === v ? { ...each, values: values.with(i, value + by) } : each,
          );
          return trainNetwork(
            { ...problem, start: start as unknown as Untrained['start'] },
            lossBy(formula),
            updateRule('sgd', { learningRate: 0 }),
            1,
          ).losses[0]?.value as number;
        };
        expect((value - (end[v]?.[i] as number)) / rate).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 5);
      }
    }
  });

  it('computes relu(x w1 + b1) w2 + b2', () => {
    const small: Untrained = {
      inputs: { shape: [1, 2], values: [1, 2] },
      start: [
        { shape: [2, 2], values: [1, -1, 1, -1] },
        { shape: [2], values: [0.5, 0] },
        { shape: [2, 1], values: [2, 7] },
        { shape: [1], values: [3] },
      ],
    };
    const lossOf: LossOfLogits = (logits) => trainingLoss(squaredError, { logits, labels: [1] }, 'auto');
    // Hidden: 1 + 2 + 0.5 and -1 - 2, so 3.5 and 0; 2 * 3.5 + 3 = 10.
    const { losses, closest } = trainNetwork(small, lossOf, updateRule('sgd', { learningRate: 0.1 }), 1);
    expect(losses[0]).toEqual(lossOf([10]).loss);
    expect(closest.relu).toBe(3);
  });
});
