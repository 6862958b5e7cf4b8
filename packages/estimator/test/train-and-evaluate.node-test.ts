import '@tensorflow/tfjs-backend-cpu';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  BestExporter,
  type CompareFn,
  FinalExporter,
  LatestExporter,
  makeEarlyStoppingHook,
  stopIfHigherHook,
  stopIfLowerHook,
  stopIfNoDecreaseHook,
  stopIfNoIncreaseHook,
  trainAndEvaluate,
} from '../src/index.js';
import { freshDir, lineEstimator, points, quiet, valuesOf } from './models.js';

await tf.setBackend('cpu');

describe('line 74: trainAndEvaluate', () => {
  it('evaluates after checkpoints, but not the first, and at the end; exports', async () => {
    const modelDir = freshDir();
    const estimator = lineEstimator({ modelDir, config: quiet({ saveCheckpointsSteps: 5 }) });
    const example = { x: tf.tensor2d([[1], [2]]) };
    const { metrics, exportResults } = await trainAndEvaluate(
      estimator,
      { inputFn: () => points(100), maxSteps: 20 },
      {
        inputFn: () => points(2),
        throttleSecs: 0,
        exporters: [
          new FinalExporter({ name: 'final', example }),
          new LatestExporter({ name: 'latest', example, exportsToKeep: 2 }),
          new BestExporter({ name: 'best', example, compareFn: () => false }),
        ],
      },
    );
    expect(estimator.evaluations().map(({ global_step: step }) => step)).toEqual([5, 10, 15, 20, 20]);
    expect(metrics.global_step).toBe(20);
    expect(readdirSync(`${modelDir}/export/final`)).toHaveLength(1);
    expect(readdirSync(`${modelDir}/export/latest`)).toHaveLength(2);
    expect(readdirSync(`${modelDir}/export/best`)).toEqual([
      expect.stringMatching(/^\d+$/) as string,
      'best-eval-result.json',
    ]);
    expect(exportResults.map((path) => path !== undefined && existsSync(`${path}/saved_model.pb`))).toEqual([
      true,
      true,
      false,
    ]);
    tf.dispose(example);
    estimator.dispose();
    rmSync(modelDir, { recursive: true });
  });

  it.each([
    ['stopIfLowerHook', (e) => stopIfLowerHook(e, 'loss', 1e9), 5],
    ['stopIfLowerHook from step 10', (e) => stopIfLowerHook(e, 'loss', 1e9, { minSteps: 10 }), 10],
    ['stopIfHigherHook', (e) => stopIfHigherHook(e, 'average_loss', -1), 5],
    ['stopIfNoDecreaseHook', (e) => stopIfNoDecreaseHook(e, 'global_step', 10), 15],
    ['stopIfNoIncreaseHook', (e) => stopIfNoIncreaseHook(e, 'label/mean', 5), 10],
    ['makeEarlyStoppingHook', (e) => makeEarlyStoppingHook(e, () => e.evaluations().length === 3), 15],
  ] satisfies [string, (estimator: ReturnType<typeof lineEstimator>) => ReturnType<typeof stopIfLowerHook>, number][])(
    '%s ends the training early',
    async (_name, hookOf, lastEvaluated) => {
      const estimator = lineEstimator({ config: quiet({ saveCheckpointsSteps: 5 }) });
      const { metrics } = await trainAndEvaluate(
        estimator,
        { inputFn: () => points(100), hooks: [hookOf(estimator)] },
        { inputFn: () => points(2), throttleSecs: 0 },
      );
      // It is asked after the step that follows the evaluation.
      expect(metrics.global_step).toBe(lastEvaluated + 1);
      estimator.dispose();
    },
  );

  it('a best exporter knows the best evaluation of processes before it', async () => {
    const modelDir = freshDir();
    const example = { x: tf.tensor2d([[1], [2]]) };
    const run = async (maxSteps: number, compareFn?: CompareFn) => {
      const estimator = lineEstimator({ modelDir });
      const exporters = [new BestExporter({ name: 'best', example, compareFn })];
      const { exportResults } = await trainAndEvaluate(
        estimator,
        { inputFn: () => points(100), maxSteps },
        { inputFn: () => points(2), exporters },
      );
      estimator.dispose();
      return exportResults[0];
    };
    await run(3);
    let best: unknown;
    const isNotBetter: CompareFn = (...[known]) => {
      best = known;
      return false;
    };
    expect(await run(6, isNotBetter)).toBeUndefined();
    expect(best).toMatchObject({ global_step: 3, loss: expect.any(Number) as number });
    // What is no result counts for nothing.
    for (const text of ['', '{"loss":1}', 'null', '{"loss":"x","global_step":1}']) {
      writeFileSync(`${modelDir}/export/best/best-eval-result.json`, text);
      expect(await run(6, isNotBetter)).toContain('/export/best/');
    }
    tf.dispose(example);
    rmSync(modelDir, { recursive: true });
  });

  it('early stopping restores the best weights, which the last checkpoint has', async () => {
    const modelDir = freshDir();
    const estimator = lineEstimator({ modelDir, config: quiet({ saveCheckpointsSteps: 5, keepCheckpointMax: 1 }) });
    const weights: Record<number, unknown> = {};
    const savingListeners = [
      {
        afterSave: async (step: number) => {
          const { 'line/kernel': kernel, 'line/bias': bias } = await valuesOf(estimator);
          weights[step] = [kernel, bias];
        },
      },
    ];
    const hook = stopIfNoDecreaseHook(estimator, 'global_step', 10, { restoreBestWeights: true });
    const train = { inputFn: () => points(100), hooks: [hook], savingListeners };
    const { metrics } = await trainAndEvaluate(estimator, train, { inputFn: () => points(2), throttleSecs: 0 });
    expect(Object.keys(weights).map(Number)).toEqual([0, 5, 10, 15, 16]);
    expect(weights[15]).not.toEqual(weights[5]);
    expect(weights[16]).toEqual(weights[5]);
    expect(metrics).toMatchObject({ global_step: 16, loss: estimator.evaluations()[0]?.loss });
    expect(() => stopIfNoDecreaseHook(estimator, 'loss', 1, { restoreBestWeights: 1 as never })).toThrowCoded(
      'INVALID_ARGUMENT',
      ['restoreBestWeights'],
    );
    estimator.dispose();
    rmSync(modelDir, { recursive: true });
  });

  it('refuses what is no estimator, no exporter, no metric', async () => {
    const estimator = lineEstimator({ config: quiet({ saveCheckpointsSteps: 1 }) });
    const [train, evaluate] = [{ inputFn: () => points(9) }, { inputFn: () => points(1), throttleSecs: 0 }];
    await expect(trainAndEvaluate({} as never, train, evaluate)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(trainAndEvaluate(estimator, train, { ...evaluate, exporters: [{}] as never })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    const hooks = [stopIfLowerHook(estimator, 'missing', 0)];
    await expect(trainAndEvaluate(estimator, { ...train, hooks }, evaluate)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('missing') as string,
    });
    expect(() => new FinalExporter({ name: '../up', example: {} })).toThrowCoded('INVALID_ARGUMENT', ['name']);
    estimator.dispose();
  });
});
