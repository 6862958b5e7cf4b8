import * as tf from '@tensorflow/tfjs-core';
import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { expect } from 'vitest';
import { ofImages, ofRows } from './prediction-cases.js';
import { draw } from './support.js';

/** What a loader gave: by the names of the outputs. */
export type Got = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values: ArrayLike<unknown>; readonly dtype: string }>
>;

/** A prediction of one batch. */
export type Predict = (given: { x: tf.Tensor }) => Record<string, tf.Tensor>;

/** Runs what was made of a prediction. */
export interface Loaded {
  run(x: tf.Tensor): Promise<Got>;
  close(): Promise<void> | void;
}

export const kinds = {
  rows: { cases: ofRows as Readonly<Record<string, (x: never) => tf.Tensor>>, shape: [6] },
  images: { cases: ofImages as Readonly<Record<string, (x: never) => tf.Tensor>>, shape: [6, 7, 3] },
};

/**
 * Makes one model of all cases of a kind, and demands that each of its loaders gives what tfjs gives, for batches of several sizes.
 *
 * @param refused By the name of a case, the kernel that the format has no operation for: these are left out.
 */
export async function expectSameAsTfjs(
  { cases, shape }: (typeof kinds)['rows'],
  refused: Readonly<Record<string, string>>,
  load: (predict: Predict, example: [{ x: tf.Tensor }]) => Promise<Readonly<Record<string, Loaded>>>,
  sizes: readonly number[] = [3, 1, 4],
): Promise<void> {
  const entries = Object.entries(cases).filter(([name]) => !(name in refused));
  const predict = ({ x }: { x: tf.Tensor }): Record<string, tf.Tensor> =>
    Object.fromEntries(entries.map(([name, one]) => [name, one(x as never)]));
  const inputs = sizes.map((rows) => draw([rows, ...shape], 20 + rows));
  for (const [loader, { run, close }] of Object.entries(await load(predict, [{ x: inputs[0] as tf.Tensor }]))) {
    for (const x of inputs) {
      const got = await run(x);
      for (const [name, one] of entries) {
        const expected = tf.tidy(() => one(x as never));
        const where = `${loader}, ${name}`;
        expect(got[name]?.shape, where).toEqual(expected.shape);
        expect(got[name]?.dtype, where).toBe(expected.dtype);
        const actual = got[name]?.values;
        Array.from(await expected.data()).forEach((value, at) =>
          expect(Number(actual?.[at]), where).toBeCloseTo(value, 5),
        );
        expected.dispose();
      }
    }
    await close();
  }
  tf.dispose(inputs);
}

/** Demands that a prediction of one case is refused, with the name of the kernel. */
export async function expectCaseRefused(
  name: string,
  kernel: string,
  format: string,
  convert: (predict: (x: tf.Tensor) => tf.Tensor, example: [tf.Tensor]) => Promise<unknown>,
): Promise<void> {
  const { cases, shape } = name in kinds.rows.cases ? kinds.rows : kinds.images;
  const x = draw([2, ...shape], 1);
  const { numTensors } = tf.memory();
  const predict = (given: tf.Tensor): tf.Tensor => cases[name]?.(given as never) as tf.Tensor;
  await expectRefused(convert(predict, [x]), 'EXPORT_UNSUPPORTED', [format, `got ${kernel} which has none`]);
  expect(tf.memory().numTensors).toBe(numTensors);
  x.dispose();
}

export async function expectRefused(
  made: Promise<unknown>,
  code: HeadErrorCode,
  fragments: readonly string[],
): Promise<void> {
  const error: unknown = await made.then(
    () => undefined,
    (problem: unknown) => problem,
  );
  expect(() => {
    throw error;
  }).toThrowCoded(code, fragments);
}
