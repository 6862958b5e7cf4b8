import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { toTflite } from '@tfjs-heads/tracing/tflite';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { expectAnswers, expectationOf, exported } from './answers.js';
import { type LitertPage, openLitertPage } from './litert-page.js';
import { makeModels } from './models.js';

await tf.setBackend('cpu');
const models = makeModels();
afterAll(() => models.forEach((model) => model.dispose()));

let page: LitertPage;
beforeAll(async () => void (page = await openLitertPage(inject('chromium').launch)));
afterAll(() => page.close());

it.each(models)('LiteRT in Chromium answers as $name does', async (model) => {
  const { bytes, inputs, strings } = await exported(model, (options) => toTflite({ ...options, batchSize: 1000 }));
  expect(inputs['x']?.shape).toEqual([1000, ...model.shape]);
  const expectation = await expectationOf(model, 'predict');
  const names = Object.keys(expectation.outputs).filter((name) => !(name in strings));
  await expectAnswers(`${model.name}, LiteRT.js`, expectation, (x, isInt) => page.run(bytes, x, isInt), names);
});
