// Logits of minus infinity, as a mask makes them, and infinite losses of rows that do not count.
import { dispose, getBackend, grad as gradientOf, tensor, valueAndGrad } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  type ElementLoss,
  fullLogPoisson,
  logPoisson,
  type Loss,
  type LossForm,
  meanOverRow,
  reduceLoss,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  squaredError,
  weightedLoss,
} from '../src/index.js';
import { expectAllWithin, expectWithin } from './tolerance.js';

/** The loss and the gradient of rows, summed; `uploaded` has been on the device before. */
async function run(
  loss: Loss,
  given: { readonly logits: number[][]; readonly labels: number[][]; readonly weights?: number[] },
  form: LossForm,
  uploaded = false,
): Promise<{ readonly loss: number; readonly gradient: number[] }> {
  const inputs = {
    logits: tensor(given.logits),
    labels: tensor(given.labels),
    ...(given.weights && { weights: tensor(given.weights.map((weight) => [weight])) }),
  };
  const { logits, ...others } = inputs;
  const step = (): { value: Tensor; grad: Tensor } =>
    valueAndGrad((x) => weightedLoss({ logits: x, ...others }, { loss, divisor: 1, form }))(logits);
  if (uploaded) dispose(Object.values(step()));
  const { value, grad } = step();
  const result = { loss: (await value.data())[0] as number, gradient: Array.from(await grad.data()) };
  dispose([value, grad, ...Object.values(inputs)]);
  return result;
}

const softplus = (x: number): number => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
const LN_1_E = Math.log1p(Math.exp(-1)); // of two classes, the less probable of which is off by one
const P = 1 / (1 + Math.exp(-1));

describe.each<LossForm>(['host', 'composed'])('in the form %s', (form) => {
  it.each([
    ['of one class', [[2, -Infinity, 1]], [[0]], LN_1_E, [P - 1, 0, 1 - P]],
    ['of all classes but the label', [[-Infinity, 3, -Infinity]], [[1]], 0, [0, 0, 0]],
    ['of the label', [[-Infinity, 2, 1]], [[0]], Infinity, [-1, P, 1 - P]],
    ['beside huge logits', [[-Infinity, 1e4, -1e4]], [[2]], 2e4, [0, 1, -1]],
    [
      'in one row of two',
      [
        [1, -Infinity],
        [1, 2],
      ].map((row) => [...row]),
      [[0], [1]],
      LN_1_E,
      [0, 0, 1 - P, P - 1],
    ],
  ])('softmax cross entropy with a mask %s', async (_, logits, labels, loss, gradient) => {
    const got = await run(softmaxCrossEntropy, { logits, labels }, form);
    expectWithin(got.loss, loss, 16, 1);
    expectAllWithin(got.gradient, gradient, 16, 1);
  });

  it.each([[[-Infinity, -Infinity]], [[Infinity, 1]]])('softmax cross entropy of %s is NaN', async (row) => {
    for (const label of [0, 1]) {
      const got = await run(softmaxCrossEntropy, { logits: [row], labels: [[label]] }, form);
      // What a GPU makes of NaN is up to its driver.
      if (['webgl', 'webgpu'].includes(getBackend())) expect(Number.isFinite(got.loss)).toBe(false);
      else expect([got.loss, ...got.gradient]).toEqual([NaN, NaN, NaN]);
    }
  });

  it.each<[string, ElementLoss, number, number, number, number]>([
    ['logistic', sigmoidCrossEntropy, -Infinity, 0, 0, 0],
    ['logistic', sigmoidCrossEntropy, -Infinity, 1, Infinity, -1],
    ['logistic', sigmoidCrossEntropy, -Infinity, 0.25, Infinity, -0.25],
    ['logistic', sigmoidCrossEntropy, Infinity, 1, 0, 0],
    ['logistic', sigmoidCrossEntropy, Infinity, 0, Infinity, 1],
    ['logistic', sigmoidCrossEntropy, Infinity, 0.75, Infinity, 0.25],
    ['Poisson', logPoisson, -Infinity, 0, 0, 0],
    ['Poisson', logPoisson, -Infinity, 2, Infinity, -2],
    ['full Poisson', fullLogPoisson, -Infinity, 0, 0, 0],
    ['full Poisson', fullLogPoisson, -Infinity, 2, Infinity, -2],
  ])('%s loss of %s', async (_name, loss, logit, label, expected, gradient) => {
    // Beside a soft label and a hard one, which take other ways.
    const [one, other] = [logit, 0.5].map((x) => [x]);
    const got = await run(loss, { logits: [one, other], labels: [[label], [0.5]], weights: [2, 0] } as never, form);
    expectWithin(got.loss, 2 * expected, 16, 1);
    expectAllWithin(got.gradient, [2 * gradient, 0], 16, 1);
    const mean = await run(meanOverRow(loss), { logits: [[logit, logit]], labels: [[label, label]] }, form);
    expectWithin(mean.loss, expected, 16, 1);
  });

  it.each([false, true])('a row of weight 0 may cost infinitely much (weights on a device: %s)', async (uploaded) => {
    const softmax = { logits: [[-Infinity, 2, 1], [2, 1, -Infinity]], labels: [[0], [0]], weights: [0, 2] }; // prettier-ignore
    const ofClasses = await run(softmaxCrossEntropy, softmax, form, uploaded);
    expectWithin(ofClasses.loss, 2 * LN_1_E, 16, 1);
    expectAllWithin(ofClasses.gradient, [0, 0, 0, 2 * (P - 1), 2 * (1 - P), 0], 16, 2);
    for (const loss of [sigmoidCrossEntropy, meanOverRow(sigmoidCrossEntropy), meanOverRow(squaredError)]) {
      const rows = { logits: [[-Infinity, 1], [0.5, 0.5]], labels: [[1, 1], [0, 0]], weights: [0, 3] }; // prettier-ignore
      const got = await run(loss, rows, form, uploaded);
      const each = loss.name === 'mean(squaredError)' ? 0.25 : softplus(0.5);
      expectWithin(got.loss, 3 * each * (loss === sigmoidCrossEntropy ? 2 : 1), 16, 1);
    }
  });

  it.each([false, true])('a row of weight 0 may have logits of NaN (weights on a device: %s)', async (uploaded) => {
    for (const loss of [
      softmaxCrossEntropy,
      meanOverRow(squaredError),
      squaredError,
      logPoisson,
      sigmoidCrossEntropy,
    ]) {
      const k = loss === softmaxCrossEntropy ? 1 : 2;
      const labels = [[0, 0].slice(0, k), [1, 1].slice(0, k)];
      const rows = { labels, weights: [0, 3] };
      const got = await run(loss, { ...rows, logits: [[NaN, 1], [0.5, 0.25]] }, form, uploaded); // prettier-ignore
      const without = await run(loss, { ...rows, logits: [[0, 1], [0.5, 0.25]] }, form, uploaded); // prettier-ignore
      expect(without.gradient.slice(0, 2), loss.name).toEqual([0, 0]);
      expect(got, loss.name).toEqual(without);
    }
  });

  it.each([false, true])('a row of weight 0 has no second derivatives (weights on a device: %s)', async (uploaded) => {
    for (const [loss, bad] of [
      [softmaxCrossEntropy, Infinity],
      [softmaxCrossEntropy, NaN],
      [sigmoidCrossEntropy, NaN],
      [meanOverRow(sigmoidCrossEntropy), NaN],
    ] as const) {
      const logits = tensor([[bad, 0], [1, 0]]); // prettier-ignore
      const labels = tensor(
        loss === softmaxCrossEntropy
          ? [[0], [0]]
          : [
              [0, 0],
              [0, 0],
            ],
      );
      const [weights, vector] = [tensor([[0], [1]]), tensor([[1, 1], [1, 0]])]; // prettier-ignore
      const second = (): Tensor =>
        gradientOf((x: Tensor) =>
          gradientOf((y: Tensor) => weightedLoss({ logits: y, labels, weights }, { loss, divisor: 1, form }))(x),
        )(logits, vector);
      if (uploaded) second().dispose();
      const got = second();
      const [first, other, third] = Array.from(await got.data());
      expect([first, other]).toEqual([0, 0]);
      expectWithin(third as number, (P * (1 - P)) / (loss.name === 'mean(sigmoidCrossEntropy)' ? 2 : 1), 64, 1);
      dispose([got, logits, labels, weights, vector]);
    }
  });
});

it('an infinite loss that was given counts for nothing with a weight of 0', async () => {
  const inputs = [tensor([1, Infinity, NaN]), tensor([2, 0, 0])] as const;
  const reduced = reduceLoss(...inputs, 'sum');
  expect(Array.from(await reduced.data())).toEqual([2]);
  dispose([reduced, ...inputs]);
});
