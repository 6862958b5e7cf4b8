import { tensor1d, train, variable, type Optimizer } from '@tensorflow/tfjs-core';
import { ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { opTable, type OpCase } from './table.js';

/** Small, so that an epsilon of 1e-4 would be seen beside it, and exact in float32. */
const gradient = [2 ** -10, -(2 ** -9), 2 ** -8];
const epsilon = 1e-7;

/** Two steps with one gradient. `update` says in doubles how far each weight goes, by its gradient, at the step 1 or 2. */
function steps(make: () => Optimizer, update: (g: number) => readonly number[]): OpCase {
  return async ({ judge }) => {
    const weights = variable(tensor1d([1, -1, 0.5]));
    const optimizer = make();
    for (let step = 0; step < 2; step++) {
      optimizer.applyGradients([{ name: weights.name, tensor: tensor1d(gradient) }]);
    }
    const expected = [1, -1, 0.5].map((start, i) => start - update(gradient[i] as number).reduce((a, b) => a + b));
    judge.near('the weights', await weights.data(), expected, { k: ULPS.REDUCE, scale: 1 });
    optimizer.dispose();
  };
}

const both = (step: number): number[] => [step, step];
const rate = 0.125;

// webgl says that its floats have 16 bits; every default epsilon is 1e-4 then (#6980).
export const optimizers: Check = opTable('An optimizer makes the steps of its published formula, with an epsilon of 1e-7 unless told otherwise.', {
  sgd: steps(() => train.sgd(rate), (g) => both(rate * g)),
  momentum: steps(() => train.momentum(rate, 0.5), (g) => [rate * g, rate * 1.5 * g]),
  // The moments of a constant gradient, corrected for their start, are the gradient and its square.
  adam: steps(() => train.adam(rate), (g) => both((rate * g) / (Math.abs(g) + epsilon))),
  adamax: steps(() => train.adamax(rate), (g) => both((rate * g) / (Math.abs(g) + epsilon))),
  rmsprop: steps(() => train.rmsprop(rate, 0.5), (g) => [0.5, 0.75].map((share) => (rate * g) / Math.sqrt(share * g * g + epsilon))),
  adagrad: steps(() => train.adagrad(rate), (g) => [1, 2].map((n) => (rate * g) / Math.sqrt(0.1 + n * g * g))),
  // tfjs divides by the mean square from before the step, which is 0 at first; Zeiler (2012) and TensorFlow by the new one.
  adadelta: steps(() => train.adadelta(1, 0.5), (g) => {
    const first = (Math.sqrt(epsilon) / Math.sqrt(0.5 * g * g + epsilon)) * g;
    const second = (Math.sqrt(0.5 * first * first + epsilon) / Math.sqrt(0.75 * g * g + epsilon)) * g;
    return [first, second];
  }),
  // tfjs subtracts epsilon under the root; Graves (2013) and TensorFlow add it.
  'centered-rmsprop': steps(
    () => train.rmsprop(rate, 0.5, 0, 1e-6, true),
    (g) => [0.25, 0.1875].map((share) => (rate * g) / Math.sqrt(share * g * g + 1e-6)),
  ),
});
