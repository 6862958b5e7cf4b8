import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { toGraphModel } from '@tfjs-heads/tracing/graph-model';
import { afterAll, expect, it } from 'vitest';
import { expectAnswers, expectationOf, exported } from './answers.js';
import type { Values } from './expected.js';
import { makeModels } from './models.js';

await tf.setBackend('cpu');
const models = makeModels();
afterAll(() => models.forEach((model) => model.dispose()));

it.each(models)('tf.loadGraphModel answers on cpu and wasm as $name does', async (model) => {
  await tf.setBackend('cpu');
  const { artifacts, inputs, outputs, strings } = await exported(model, toGraphModel);
  expect(inputs['x']?.shape).toEqual([-1, ...model.shape]);
  const expectation = await expectationOf(model, 'predict');
  const names = Object.keys(expectation.outputs).filter((name) => !(name in strings));
  expect(Object.keys(outputs)).toEqual(names);
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    const loaded = await loadGraphModel(tf.io.fromMemory(artifacts));
    const answer = async ({ shape, values }: Values, isInt: boolean): Promise<Record<string, Values>> => {
      const x = tf.tensor(values as number[], [...shape], isInt ? 'int32' : 'float32');
      const got = loaded.predict({ x }) as tf.NamedTensorMap;
      const entries = Object.entries(got).map(async ([name, tensor]) => {
        return [name, { shape: tensor.shape, values: Array.from(await tensor.data()) }] as const;
      });
      const all = Object.fromEntries(await Promise.all(entries));
      tf.dispose([x, got]);
      return all;
    };
    await expectAnswers(`${model.name}, tf.loadGraphModel on ${backend}`, expectation, answer, names);
    loaded.dispose();
  }
});
