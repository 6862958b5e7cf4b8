import * as tf from '@tensorflow/tfjs-core';
import { LabelRange, sigmoidCrossEntropy, weightedLoss } from '@tfjs-heads/head-kit';
import { Adam } from '@tfjs-heads/optimizers';
import { afterEach, describe, expect, it } from 'vitest';
import { type Trace, traceStep } from '../src/index.js';
import { draw, variable } from './support.js';

interface Given {
  readonly features: { readonly x: tf.Tensor };
  readonly labels: tf.Tensor;
}

const labelsOf = (last = 1): tf.Tensor => tf.tensor2d([0, 1, 1, 0, last], [5, 1]);

/** What a backend has such variables for. */
const RUNS_AS: Readonly<Record<string, string>> = {
  cpu: 'run as one function of WebAssembly',
  wasm: 'run as one function of WebAssembly',
  tensorflow: 'run as one graph of TensorFlow',
};
const runsAs = RUNS_AS[tf.getBackend()];

/** A network that is trained by a step which has its variables in its own way, and what it is trained on. */
function compiled(): { variables: [tf.Variable, tf.Variable]; step: Trace<(given: Given) => tf.Scalar>; given: Given } {
  const variables: [tf.Variable, tf.Variable] = [variable([3, 1], 1), variable([1], 2)];
  const [w, b] = variables;
  const optimizer = new Adam({ learningRate: 0.05 });
  const labelRange = new LabelRange({ min: 0, max: 1 });
  const loss = ({ features: { x }, labels }: Given): tf.Scalar => {
    const logits = tf.add(tf.matMul(x as tf.Tensor2D, w as unknown as tf.Tensor2D), b);
    return weightedLoss({ logits, labels }, { loss: sigmoidCrossEntropy, divisor: labels.size, labelRange });
  };
  const step = traceStep((given: Given) => optimizer.minimize(() => loss(given), true, variables) as tf.Scalar, {
    variables,
  });
  const given = { features: { x: draw([5, 3], 3) }, labels: labelsOf() };
  for (let index = 0; index < 9; index++) step(given).dispose();
  expect(String(step)).toContain(runsAs);
  return { variables, step, given };
}

describe.runIf(runsAs !== undefined)('a variable that a step has in its own way', () => {
  afterEach(() => tf.disposeVariables());

  it('has its new value, and what was read before stays as it was', async () => {
    const { variables, step, given } = compiled();
    const [w] = variables;
    step(given).dispose();
    const read = await w.data();
    const copy = read.slice();
    step(given).dispose();
    expect(read).toEqual(copy);
    const now = await w.data();
    expect(now).not.toEqual(copy);
    expect(Array.from(await w.data())).toEqual(Array.from(now));
    expect(await w.array()).toEqual([[now[0]], [now[1]], [now[2]]]);
  });

  it('has its new value for kernels, step after step', async () => {
    const { variables, step, given } = compiled();
    const [w] = variables;
    let before: number[] = [];
    for (let index = 0; index < 4; index++) {
      step(given).dispose();
      const computed = tf.mul(w, 1);
      const values = Array.from(await computed.data());
      expect(values).not.toEqual(before);
      expect(values).toEqual(Array.from(await w.data()));
      computed.dispose();
      before = values;
    }
  });

  it('leaves a clone as it was, and kernels have its new value', async () => {
    const { variables, step, given } = compiled();
    const [w] = variables;
    step(given).dispose();
    const clone = w.clone();
    const twice = tf.mul(w, 2);
    const values = Array.from(await clone.data());
    step(given).dispose();
    const later = tf.mul(w, 1);
    expect(Array.from(await clone.data())).toEqual(values);
    expect(Array.from(await twice.data())).toEqual(values.map((value) => 2 * value));
    expect(Array.from(await later.data())).toEqual(Array.from(await w.data()));
    expect(Array.from(await w.data())).not.toEqual(values);
    tf.dispose([clone, twice, later]);
  });

  it('is seen when it is assigned, as by two that are alike', async () => {
    const [one, other] = [compiled(), compiled()];
    for (const { variables, step, given } of [one, other]) {
      step(given).dispose();
      tf.tidy(() => variables[0].assign(tf.ones([3, 1])));
      step(given).dispose();
    }
    expect(Array.from(await one.variables[0].data())).toEqual(Array.from(await other.variables[0].data()));
    for (const value of await one.variables[0].data()) expect(Math.abs(value - 1)).toBeLessThan(0.1);
    // Of two variables that have the same data each goes its own way.
    const [w] = one.variables;
    const copy = tf.variable(w);
    one.step(one.given).dispose();
    expect(Array.from(await copy.data())).not.toEqual(Array.from(await w.data()));
  });

  it('is shared by traces', async () => {
    const { variables, step, given } = compiled();
    const [w, b] = variables;
    const predict = traceStep((x: tf.Tensor) => tf.add(tf.matMul(x as tf.Tensor2D, w as unknown as tf.Tensor2D), b), {
      variables,
    });
    const small = { features: { x: draw([2, 3], 4) }, labels: tf.tensor2d([1, 0], [2, 1]) };
    for (let index = 0; index < 14; index++) {
      step(index % 2 === 0 ? given : small).dispose();
      const actual = predict(given.features.x);
      const expected = tf.add(tf.matMul(given.features.x as tf.Tensor2D, w as unknown as tf.Tensor2D), b);
      const [values, others] = [await actual.data(), await expected.data()];
      for (const [at, value] of values.entries()) expect(value).toBeCloseTo(others[at] as number, 5);
      tf.dispose([actual, expected]);
    }
    expect(String(predict)).toContain(runsAs);
    predict.dispose();
  });

  it('outlives the trace, and goes when it is disposed of', async () => {
    const { variables, step, given } = compiled();
    const { numDataBuffers } = tf.memory();
    step(given).dispose();
    const kept = tf.memory().numDataBuffers;
    expect(kept).toBe(numDataBuffers);
    const values = Array.from(await variables[0].data());
    step(given).dispose();
    step.dispose();
    const after = Array.from(await variables[0].data());
    expect(after).not.toEqual(values);
    const sum = tf.sum(variables[0]);
    expect((await sum.data())[0]).toBeCloseTo(
      after.reduce((a, b) => a + b, 0),
      5,
    );
    sum.dispose();
    variables[0].dispose();
    expect(variables[0].isDisposed).toBe(true);
  });

  it('stays as it was where a label is out of range', async () => {
    const { variables, step, given } = compiled();
    step(given).dispose();
    const before = Array.from(await variables[0].data());
    const wrong = { ...given, labels: labelsOf(3) };
    expect(() => step(wrong)).toThrow(/Labels must be in range/);
    expect(Array.from(await variables[0].data())).toEqual(before);
    step(given).dispose();
    expect(Array.from(await variables[0].data())).not.toEqual(before);
    expect(step.reason).toBeUndefined();
  });

  it('is found where the memory of the backend has grown', async () => {
    const { variables, step, given } = compiled();
    const large = [1, 2, 3].map(() => tf.zeros([5_000_000]));
    step(given).dispose();
    const [w] = variables;
    const sum = tf.sum(w);
    expect((await sum.data())[0]).toBeCloseTo(
      Array.from(await w.data()).reduce((a, b) => a + b, 0),
      5,
    );
    tf.dispose([...large, sum]);
  });
});
