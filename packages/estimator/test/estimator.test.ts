import * as tf from '@tensorflow/tfjs-core';
import { createSpec } from '@tfjs-heads/head-kit';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, expect, it } from 'vitest';
import { type Batch, Estimator, type Predicted, type PredictOptions } from '../src/index.js';
import { line, lineEstimator, points, quiet } from './models.js';

describe('line 69: an estimator with a modelFn', () => {
  it('trains, evaluates and predicts', async () => {
    const estimator = lineEstimator();
    const before = await estimator.evaluate(() => points(2));
    expect(before.global_step).toBe(0);
    expect(await estimator.train(() => points(100))).toBe(estimator);
    const after = await estimator.evaluate(() => points(2));
    expect(Object.keys(after)).toEqual(['average_loss', 'prediction/mean', 'label/mean', 'loss', 'global_step']);
    expect(after.global_step).toBe(100);
    expect(after.loss).toBeLessThan(0.01);
    const predicted: Predicted[] = [];
    for await (const example of estimator.predict(() => [{ x: tf.tensor2d([[0], [1]]) }])) predicted.push(example);
    expect(predicted).toHaveLength(2);
    expect(predicted.flatMap(({ predictions }) => predictions as number[])[1]).toBeCloseTo(1, 1);
    estimator.dispose();
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const estimator = lineEstimator();
    await estimator.train(() => points(12));
    await estimator.evaluate(() => points(3));
    for await (const example of estimator.predict(() => points(3))) expect(example).toHaveProperty('predictions');
    estimator.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('runs its steps as recorded', async () => {
    const lines: string[] = [];
    const estimator = lineEstimator({ config: quiet({ log: (text) => lines.push(text), logStepCountSteps: 10 }) });
    await estimator.train(() => points(30));
    expect(lines.filter((text) => text.startsWith('loss = '))).toHaveLength(3);
    expect(lines.filter((text) => text.includes('eagerly'))).toEqual([]);
    estimator.dispose();
  });

  it('says why they run eagerly where they always do, and not where they are only recorded', async () => {
    const lines: string[] = [];
    const config = quiet({ log: (text) => lines.push(text), logStepCountSteps: 1 });
    const recorded = lineEstimator({ config });
    await recorded.train(() => points(20));
    expect(lines.filter((text) => !text.startsWith('loss = '))).toEqual([]);
    let count = 0;
    const restless = lineEstimator({
      config,
      modelFn: (args) => line({ ...args, features: { x: tf.mul(args.features['x'] as tf.Tensor, ++count) } }),
    });
    await restless.train(() => points(20));
    expect(lines.filter((text) => !text.startsWith('loss = '))).toEqual([
      expect.stringMatching(/^The step runs eagerly: /) as string,
    ]);
    recorded.dispose();
    restless.dispose();
  });
});

describe('line 70: steps add up, maxSteps is absolute', () => {
  it('counts over calls', async () => {
    const estimator = lineEstimator();
    await estimator.train(() => points(100), { steps: 3 });
    await estimator.train(() => points(100), { steps: 4 });
    expect((await estimator.evaluate(() => points(1))).global_step).toBe(7);
    await estimator.train(() => points(100), { maxSteps: 9 });
    expect((await estimator.evaluate(() => points(1))).global_step).toBe(9);
    let isAsked = false;
    const unused = function* () {
      isAsked = true;
      yield* points(1);
    };
    await estimator.train(unused, { maxSteps: 9 });
    expect(isAsked).toBe(false);
    expect(await estimator.latestCheckpoint()).toBe('model.ckpt-9.safetensors');
    estimator.dispose();
  });

  it.each([{ steps: 0 }, { steps: 1.5 }, { maxSteps: -1 }, { steps: 1, maxSteps: 2 }])(
    'refuses %j',
    async (options) => {
      const estimator = lineEstimator();
      await expect(estimator.train(() => points(1), options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      estimator.dispose();
    },
  );
});

it('line 71: loss is the mean over batches, metrics count rows', async () => {
  const batches = [
    [2.5, 1.5, 3, 0],
    [3, 1, 4, 3],
    [10, 10.0249],
  ];
  const estimator = new Estimator({
    config: quiet(),
    modelFn: ({ features, labels, mode }) =>
      new RegressionHead().createEstimatorSpec({
        features,
        mode,
        labels: labels as tf.Tensor,
        logits: features['logits'] as tf.Tensor,
        trainOpFn: () => undefined,
      }),
  });
  const inputFn = () =>
    batches.map(
      (errors) => [{ logits: tf.tensor2d(errors, [errors.length, 1]) }, tf.zeros([errors.length, 1])] as const,
    );
  const { loss, average_loss: perRow } = await estimator.evaluate(inputFn);
  const means = batches.map((errors) => errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  const total = batches.flat().reduce((sum, error) => sum + error ** 2, 0);
  expect(loss).toBeCloseTo(means.reduce((sum, mean) => sum + mean, 0) / 3, 4);
  expect(perRow).toBeCloseTo(total / 10, 4);
});

describe('line 72: predictions', () => {
  /** Two rows of one key, and `odd` of another. */
  const predictor = (odd: number): Estimator =>
    new Estimator({
      config: quiet(),
      modelFn: ({ features }) =>
        createSpec({
          mode: 'infer',
          predictions: { x: tf.clone(features['x'] as tf.Tensor), odd: tf.zeros([odd, 2]) },
        }),
    });
  const inputFn = (): Batch[] => [1, 3].map((first) => ({ x: tf.tensor1d([first, first + 1]) }));
  const all = async (estimator: Estimator, options: PredictOptions = {}): Promise<Predicted[]> => {
    const rows: Predicted[] = [];
    for await (const row of estimator.predict(inputFn, options)) rows.push(row);
    return rows;
  };

  it('come one by one, or as whole batches, by some keys', async () => {
    const [both, zeros] = [predictor(2), [0, 0]];
    expect(await all(both)).toEqual([1, 2, 3, 4].map((x) => ({ x, odd: zeros })));
    expect(await all(both, { predictKeys: ['x'] })).toEqual([1, 2, 3, 4].map((x) => ({ x })));
    const whole = await all(both, { yieldSingleExamples: false });
    expect(whole).toEqual([[1, 2], [3, 4]].map((x) => ({ x, odd: [zeros, zeros] }))); // prettier-ignore
    await expect(all(both, { predictKeys: ['y'] })).rejects.toMatchObject({ code: 'PREDICTION_KEY_INVALID' });
  });

  it('are of equally many examples, unless they are asked for in whole batches', async () => {
    const uneven = predictor(3);
    await expect(all(uneven)).rejects.toMatchObject({ code: 'SPEC_INVALID' });
    const [first] = await all(uneven, { yieldSingleExamples: false });
    expect(first).toEqual({ x: [1, 2], odd: Array(3).fill([0, 0]) });
  });
});

it('line 73: a loss that is NaN stops the training, and names the step', async () => {
  const estimator = lineEstimator();
  await estimator.train(() => points(3));
  const spoilt = function* () {
    yield* points(2);
    yield [{ x: tf.tensor2d([[Number.NaN]]) }, tf.tensor2d([[1]])] as const;
    yield* points(5);
  };
  await expect(estimator.train(spoilt)).rejects.toMatchObject({
    code: 'LOSS_NAN',
    message: 'The loss of step 6 is NaN. Training has stopped; the last checkpoint is as it was.',
  });
  const { loss, global_step: step } = await estimator.evaluate(() => points(1));
  expect(step).toBe(3);
  expect(loss).toBeGreaterThan(0);
  estimator.dispose();
});

it('is refused without a modelFn, and where the modelFn returns no spec', async () => {
  expect(() => new Estimator({} as never)).toThrowCoded('INVALID_ARGUMENT', ['modelFn']);
  const estimator = new Estimator({ modelFn: () => ({}) as never, config: quiet() });
  await expect(estimator.train(() => points(1))).rejects.toMatchObject({ code: 'MODEL_FN_INVALID' });
  await expect(new Estimator({ modelFn: line, config: quiet() }).train(() => [])).resolves.toBeInstanceOf(Estimator);
});
