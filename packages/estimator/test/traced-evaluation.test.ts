import * as tf from '@tensorflow/tfjs-core';
import { type Metric, ModeKeys } from '@tfjs-heads/head-api';
import { MultiClassHead } from '@tfjs-heads/head-classification';
import { Mean } from '@tfjs-heads/head-kit';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { SGD } from '@tfjs-heads/optimizers';
import { describe, expect, it } from 'vitest';
import { addMetrics, type Batch, Estimator, type ModelFn } from '../src/index.js';
import { quiet } from './models.js';

const K = 3;

/** Six batches, the last one shorter, of what is in none of the others. */
function* batches(): Generator<Batch, void, void> {
  for (let i = 0; i < 6; i++) {
    const rows = i === 5 ? 2 : 4;
    const x = Array.from({ length: rows * 2 }, (_, at) => Math.sin(i * 11 + at));
    const ids = Array.from({ length: rows }, (_, at) => (i + at) % K);
    yield [
      {
        x: tf.tensor2d(x, [rows, 2]),
        weight: tf.tensor2d(
          ids.map((id) => id + 1),
          [rows, 1],
        ),
      },
      tf.tensor2d(
        ids.map((id) => (K - id) % K),
        [rows, 1],
        'int32',
      ),
    ];
  }
}

const network: (head: MultiClassHead, calls: { count: number }) => ModelFn =
  (head, calls) =>
  ({ features, labels, mode, store }) => {
    calls.count++;
    const kernel = store.variable('kernel', { shape: [2, K] });
    return head.createEstimatorSpec({
      features,
      mode,
      labels: labels as tf.Tensor | undefined,
      logits: () => tf.matMul(features['x'] as tf.Tensor2D, kernel as tf.Tensor2D),
      optimizer: store.once('optimizer', () => new SGD({ learningRate: 0.1 })),
      trainableVariables: store.trainableVariables(),
    });
  };

const classes = (): MultiClassHead => new MultiClassHead({ nClasses: K, weightColumn: 'weight' });

/** What an evaluation comes to whose every batch runs as it is: it draws a number, which no recording may. */
function eager(modelFn: ModelFn): ModelFn {
  return (args) => {
    if (args.mode !== ModeKeys.TRAIN) Math.random();
    return modelFn(args);
  };
}

describe('line 71: traced evaluations', () => {
  it('count what those count that run as they are, and run the modelFn only to be recorded', async () => {
    const { numTensors } = tf.memory();
    const calls = { count: 0 };
    const modelFn = network(classes(), calls);
    const [traced, plain] = [modelFn, eager(network(classes(), { count: 0 }))].map(
      (fn) => new Estimator({ modelFn: fn, config: quiet() }),
    ) as [Estimator, Estimator];
    const long = function* (): Generator<Batch, void, void> {
      for (let i = 0; i < 4; i++) yield* batches();
    };
    const [result, expected] = [await traced.evaluate(long), await plain.evaluate(long)];
    for (const [key, value] of Object.entries(expected)) expect(result[key], key).toBeCloseTo(value, 6);
    const before = calls.count;
    expect(before).toBeLessThan(24);
    // What was recorded serves the next evaluation, with what has been learnt since.
    for (const one of [traced, plain]) await one.train(batches, { steps: 3 });
    const [next, nextExpected] = [await traced.evaluate(long), await plain.evaluate(long)];
    for (const [key, value] of Object.entries(nextExpected)) expect(next[key], key).toBeCloseTo(value, 5);
    expect(next.loss).not.toBeCloseTo(result.loss, 5);
    // On cpu and wasm by kernels and then by a function of WebAssembly, each time at the same batch.
    if (tf.getBackend() !== 'tensorflow') expect(await traced.evaluate(long)).toEqual(next);
    traced.dispose();
    plain.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('leave metrics to themselves that are not of the kit', async () => {
    class Count implements Metric {
      rows = 0;
      updates = 0;
      update(labels: tf.Tensor): void {
        this.updates++;
        this.rows += labels.shape[0] ?? 0;
      }
      result = async (): Promise<number> => this.rows;
      reset(): void {
        this.rows = 0;
      }
      state = async (): Promise<never> => ({ rows: this.rows }) as never;
      merge(state: unknown): void {
        this.rows += (state as { rows: number }).rows;
      }
      dispose(): void {
        // It holds no tensors.
      }
    }
    const estimator = new Estimator({ modelFn: network(classes(), { count: 0 }), config: quiet() });
    const counted = addMetrics(estimator, ({ labels, predictions }) => {
      const [rows, mean] = [new Count(), new Mean()];
      rows.update(labels as tf.Tensor);
      mean.update(predictions['probabilities'] as tf.Tensor);
      return { rows, mean };
    });
    const { rows, mean } = await counted.evaluate(batches);
    expect(rows).toBe(22);
    expect(mean).toBeCloseTo(1 / K, 5);
    counted.dispose();
    estimator.dispose();
  });

  it('have the metrics of metricFn that are of the kit, and release what they read', async () => {
    const estimator = new Estimator({ modelFn: network(classes(), { count: 0 }), config: quiet() });
    const more = addMetrics(estimator, ({ predictions }) => {
      const mean = new Mean();
      mean.update(predictions['probabilities'] as tf.Tensor);
      return { mean };
    });
    const first = await more.evaluate(batches);
    expect(first['mean']).toBeCloseTo(1 / K, 5);
    for (let i = 0; i < 3; i++) await more.evaluate(batches); // By now both shapes are replayed, whose recordings hold constants.
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) expect((await more.evaluate(batches)).loss).toBeCloseTo(first.loss, 5);
    expect(tf.memory().numTensors).toBe(numTensors);
    more.dispose();
    estimator.dispose();
  });

  it('find a label out of range in a replayed batch', async () => {
    const estimator = new Estimator({ modelFn: network(classes(), { count: 0 }), config: quiet() });
    const bad = function* (): Generator<Batch, void, void> {
      for (let i = 0; i < 8; i++)
        yield [
          { x: tf.ones([4, 2]), weight: tf.ones([4, 1]) },
          tf.fill([4, 1], i === 7 ? K : 1, 'int32') as tf.Tensor2D,
        ];
    };
    await expect(estimator.evaluate(bad)).rejects.toMatchObject({ code: 'LABELS_RANGE' });
    estimator.dispose();
  });
});

describe('line 72: traced predictions', () => {
  it('are those of the modelFn, of each of the keys, with class names', async () => {
    const calls = { count: 0 };
    const head = new MultiClassHead({ nClasses: K, weightColumn: 'weight' });
    const estimator = new Estimator({ modelFn: network(head, calls), config: quiet() });
    const expected = new Estimator({ modelFn: eager(network(head, { count: 0 })), config: quiet() });
    const inputs = function* (): Generator<Batch, void, void> {
      for (let i = 0; i < 3; i++)
        for (const batch of batches()) {
          const [features, labels] = batch as readonly [Record<string, tf.Tensor>, tf.Tensor];
          labels.dispose();
          yield features;
        }
    };
    const listOf = async (from: Estimator, predictKeys?: readonly string[]): Promise<unknown[]> => {
      const rows: unknown[] = [];
      for await (const row of from.predict(inputs, { predictKeys })) rows.push(row);
      return rows;
    };
    const rows = (await listOf(estimator)) as Record<string, unknown>[];
    expect(rows).toHaveLength(66);
    const plain = (await listOf(expected)) as Record<string, unknown>[];
    rows.forEach((row, i) => {
      expect(row['classes']).toEqual(plain[i]?.['classes']);
      expect(row['all_classes']).toEqual(['0', '1', '2']);
      const logits = plain[i]?.['logits'] as number[];
      (row['logits'] as number[]).forEach((logit, k) => expect(logit).toBeCloseTo(logits[k] as number, 5));
    });
    expect(calls.count).toBeLessThan(18);
    const some = await listOf(estimator, ['class_ids']);
    expect(some).toEqual(rows.map(({ class_ids }) => ({ class_ids })));
    await expect(listOf(estimator, ['nothing'])).rejects.toMatchObject({ code: 'PREDICTION_KEY_INVALID' });
    estimator.dispose();
    expected.dispose();
  });

  it('of a model that decides by values are those that it gives', async () => {
    const modelFn: ModelFn = ({ features, mode, labels }) => {
      const x = features['x'] as tf.Tensor2D;
      const isHigh = (x.dataSync()[0] as number) > 0.5;
      return new RegressionHead().createEstimatorSpec({
        features,
        mode,
        labels: labels as tf.Tensor | undefined,
        logits: isHigh ? tf.onesLike(x) : tf.zerosLike(x),
      });
    };
    const estimator = new Estimator({ modelFn, config: quiet() });
    const got: unknown[] = [];
    const inputs = (): Batch[] => [0, 1, 0, 1, 1, 0].map((x) => ({ x: tf.tensor2d([[x]]) }));
    for await (const { predictions } of estimator.predict(inputs)) got.push(predictions);
    expect(got).toEqual([[0], [1], [0], [1], [1], [0]]);
    estimator.dispose();
  });
});
