import * as tf from '@tensorflow/tfjs-core';
import type { SignatureSpec } from '@tfjs-heads/tracing/saved-model';
import { expect } from 'vitest';
import { type Expectation, expectationsOf, type Values } from './expected.js';
import { drawRows, type Model } from './models.js';

/** How many rows every model of every format answers. */
const ROWS = 1000;

/** What a loader makes of the rows of one expectation, by the names of its outputs. */
export type Answer = (rows: Values, isInt: boolean) => Promise<Readonly<Record<string, Values>>>;

/** Exports a model with four rows as its example, and counts tensors. */
export async function exported<T extends SignatureSpec & { readonly fixedBatch: string | undefined }>(
  model: Model,
  convert: (options: { readonly predict: Model['predict']; readonly example: [{ x: tf.Tensor }] }) => Promise<T>,
): Promise<T> {
  const x = drawRows(model, 4, 1);
  const { numTensors } = tf.memory();
  const made = await convert({ predict: model.predict, example: [{ x }] });
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(made.fixedBatch).toBeUndefined();
  x.dispose();
  return made;
}

/** What a signature must give for many rows. */
export async function expectationOf(model: Model, signature: string): Promise<Expectation> {
  const all = await expectationsOf(model, ROWS, 7);
  return all.find((one) => one.signature === signature) as Expectation;
}

/**
 * Demands the answers of a loader. A number is held to its own size, or a tenth of the largest in the tensor.
 *
 * @returns The largest difference
 */
export async function expectAnswers(
  where: string,
  { rows, isInt, outputs }: Expectation,
  answer: Answer,
  names: readonly string[] = Object.keys(outputs),
): Promise<number> {
  const got = await answer(rows, isInt);
  expect(Object.keys(got).toSorted(), where).toEqual(names.toSorted());
  let worst = 0;
  for (const name of names) worst = Math.max(worst, difference(`${where}, ${name}`, got[name], outputs[name]));
  console.log(`${where}: ${worst.toPrecision(2)}`);
  expect(worst, where).toBeLessThan(1e-5);
  return worst;
}

function difference(where: string, actual: Values | undefined, expected: Values | undefined): number {
  expect(actual?.shape, where).toEqual(expected?.shape);
  const wanted = expected?.values ?? [];
  if (typeof wanted[0] === 'string') {
    expect(actual?.values, where).toEqual(wanted);
    return 0;
  }
  const numbers = wanted as readonly number[];
  const largest = numbers.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-30);
  return numbers.reduce((worst, value, index) => {
    const off = Math.abs(Number(actual?.values[index]) - value) / Math.max(Math.abs(value), largest / 10);
    return Math.max(worst, Number.isNaN(off) ? Infinity : off);
  }, 0);
}
