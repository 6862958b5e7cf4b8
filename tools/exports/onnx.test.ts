import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { toOnnx } from '@tfjs-heads/tracing/onnx';
import * as native from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { afterAll, expect, it } from 'vitest';
import { expectAnswers, expectationOf, exported } from './answers.js';
import type { Values } from './expected.js';
import { makeModels } from './models.js';

await tf.setBackend('cpu');
const models = makeModels();
afterAll(() => models.forEach((model) => model.dispose()));

it.each(models)('ONNX Runtime, native and of the web, answers as $name does', async (model) => {
  const { bytes, inputs, outputs } = await exported(model, toOnnx);
  expect(inputs['x']?.shape).toEqual([-1, ...model.shape]);
  const expectation = await expectationOf(model, 'predict');
  for (const [loader, ort] of Object.entries({ 'onnxruntime-node': native, 'onnxruntime-web': web })) {
    const session = await ort.InferenceSession.create(bytes);
    const answer = async ({ shape, values }: Values, isInt: boolean): Promise<Record<string, Values>> => {
      const rows = isInt ? Int32Array.from(values as number[]) : Float32Array.from(values as number[]);
      const got = await session.run({ x: new ort.Tensor(isInt ? 'int32' : 'float32', rows, shape) });
      return Object.fromEntries(
        Object.entries(got).map(([name, { dims, data }]) => [
          name,
          { shape: dims, values: Array.from(data as ArrayLike<number | string>) },
        ]),
      );
    };
    await expectAnswers(`${model.name}, ${loader}`, expectation, answer);
    await session.release();
  }
  expect(Object.keys(outputs)).toEqual(Object.keys(expectation.outputs));
});
