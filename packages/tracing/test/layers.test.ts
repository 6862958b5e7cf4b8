import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { accelerate } from '../src/layers.js';
import { classifier, drawingAlike, examples, expectSame, type Fit, numbersIn } from './layers-support.js';

const { x, y } = examples(15, 1);
const validation = examples(10, 2);

test('an accelerated model trains, evaluates and predicts to the same bits where that is asked for', async () => {
  const fit: Fit = async (model) => {
    const validationData: [Tensor, Tensor] = [validation.x, validation.y];
    const { history } = await model.fit(x, y, { verbose: 0, batchSize: 5, epochs: 3, validationData });
    const evaluated = model.evaluate(x, y, { batchSize: 15 }) as Tensor[];
    return [history, await numbersIn([...evaluated, model.predict(x, { batchSize: 10 }) as Tensor])];
  };
  expect(await expectSame(() => classifier({ optimizer: 'sgd' }), fit)).toBeUndefined();
});

test('an accelerated model trains to the same numbers but for rounding', async () => {
  const losses = async (model: LayersModel): Promise<number[]> => {
    const all: number[] = [];
    for (let step = 0; step < 10; step++) all.push((await model.trainOnBatch(x, y)) as number);
    return all;
  };
  const [plain, fast] = [classifier({ metrics: [] }), classifier({ metrics: [] })];
  const acceleration = accelerate(fast);
  const expected = await drawingAlike(() => losses(plain));
  for (const [step, loss] of (await drawingAlike(() => losses(fast))).entries())
    expect(loss, `step ${step}`).toBeCloseTo(expected[step] as number, 4);
  expect(acceleration.reason).toBeUndefined();
  for (const model of [plain, fast]) model.dispose();
});
