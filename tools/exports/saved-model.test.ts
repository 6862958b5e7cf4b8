import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { node } from '@tensorflow/tfjs-node';
import { exportSavedModel } from '@tfjs-heads/tracing/saved-model';
import { afterAll, expect, it } from 'vitest';
import { expectationsOf, type Values } from './expected.js';
import { drawRows, makeModels } from './models.js';

const parent = mkdtempSync(join(tmpdir(), 'heads-'));
const models = makeModels();
afterAll(() => {
  rmSync(parent, { recursive: true });
  for (const model of models) model.dispose();
});

it.each(models)('every signature of $name gives in TensorFlow what it gives in tfjs', async (model) => {
  const folder = join(parent, model.name);
  const x = drawRows(model, 4, 1);
  const { numTensors } = tf.memory();
  const { signatures, fixedBatch } = await exportSavedModel(folder, { predict: model.predict, example: [{ x }] });
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(fixedBatch).toBeUndefined();
  x.dispose();
  const loaded = new Map<string, Awaited<ReturnType<typeof node.loadSavedModel>>>(); // all of them from one session, which goes with the last
  for (const name of Object.keys(signatures)) loaded.set(name, await node.loadSavedModel(folder, ['serve'], name));
  for (const rows of [3, 1]) {
    const expectations = await expectationsOf(model, rows, 7);
    expect(Object.keys(signatures)).toEqual(expectations.map(({ signature }) => signature));
    for (const { signature, rows: given, isInt, outputs } of expectations) {
      const input = tf.tensor(given.values as number[], given.shape as number[], isInt ? 'int32' : 'float32');
      const got = loaded.get(signature)?.predict({ x: input }) as Record<string, tf.Tensor>;
      expect(Object.keys(got).toSorted()).toEqual(Object.keys(outputs).toSorted());
      for (const [name, tensor] of Object.entries(got))
        expectSame(`${signature}, ${name}`, { shape: tensor.shape, values: await valuesOf(tensor) }, outputs[name]);
      tf.dispose([input, got]);
    }
  }
  for (const one of loaded.values()) one.dispose();
});

async function valuesOf(tensor: tf.Tensor): Promise<(number | string)[]> {
  return Array.from((await tensor.data()) as ArrayLike<number | string>);
}

function expectSame(name: string, actual: Values, expected: Values | undefined): void {
  expect(actual.shape, name).toEqual(expected?.shape);
  actual.values.forEach((value, index) => {
    const wanted = expected?.values[index];
    if (typeof wanted === 'string') expect(value, name).toBe(wanted);
    else expect(value, name).toBeCloseTo(wanted as number, 5);
  });
}
