import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { addMetrics, type EstimatorOptions, RunConfig } from '../src/index.js';
import { Mean } from '@tfjs-heads/head-kit';
import { freshDir, lineEstimator, points, quiet, valuesOf } from './models.js';

describe('line 70: training is resumed from the model directory', () => {
  it('with the same numbers, to the bit, as one that was never interrupted', async () => {
    const whole = lineEstimator();
    await whole.train(() => points(20));
    const expected = await valuesOf(whole);
    whole.dispose();

    const modelDir = freshDir();
    const first = lineEstimator({ modelDir });
    await first.train(() => points(20), { steps: 7 });
    first.dispose();
    const second = lineEstimator({ modelDir });
    expect((await second.evaluate(() => points(1))).global_step).toBe(7);
    const rest = [...points(20)].slice(7);
    await second.train(() => rest);
    expect(await second.latestCheckpoint()).toBe(`${modelDir}/model.ckpt-20.safetensors`);
    expect(await valuesOf(second)).toEqual(expected);
    second.dispose();
  });

  it('and an evaluation of an older checkpoint leaves the training alone', async () => {
    const modelDir = freshDir();
    const estimator = lineEstimator({ modelDir });
    await estimator.train(() => points(5));
    const old = (await estimator.latestCheckpoint()) as string;
    const atFive = await estimator.evaluate(() => points(2));
    await estimator.train(() => points(5));
    const atTen = await estimator.evaluate(() => points(2));
    expect(await estimator.evaluate(() => points(2), { checkpointPath: old })).toEqual(atFive);
    expect(await estimator.evaluate(() => points(2))).toEqual(atTen);
    const before = await valuesOf(estimator);
    await estimator.train(() => points(3), {
      hooks: [
        {
          afterRun: async ({ globalStep }) => {
            const { global_step: step } = await estimator.evaluate(() => points(2), { checkpointPath: old });
            expect([globalStep, step]).toEqual([globalStep, 5]);
          },
        },
      ],
    });
    const disturbed = await valuesOf(estimator);
    const undisturbed = lineEstimator({ modelDir: freshDir() });
    await undisturbed.train(() => points(5));
    await undisturbed.train(() => points(5));
    expect(before).toEqual(await valuesOf(undisturbed));
    await undisturbed.train(() => points(3));
    expect(disturbed).toEqual(await valuesOf(undisturbed));
    [estimator, undisturbed].forEach((each) => each.dispose());
  });
});

describe('line 81', () => {
  it('gives names and values of variables', async () => {
    const estimator = lineEstimator();
    await expect(estimator.getVariableNames()).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
    expect(await estimator.latestCheckpoint()).toBeUndefined();
    await estimator.train(() => points(3));
    expect(await estimator.getVariableNames()).toEqual([
      'global_step',
      'line/kernel',
      'line/bias',
      'optimizer/optimizer/iter',
      'optimizer/optimizer/line/kernel/accumulator',
      'optimizer/optimizer/line/bias/accumulator',
    ]);
    const step = await estimator.getVariableValue('global_step');
    expect(await step.array()).toBe(3);
    step.dispose();
    await expect(estimator.getVariableValue('other')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    estimator.dispose();
  });

  it('begins warm where it has no checkpoint of its own', async () => {
    const modelDir = freshDir();
    const trained = lineEstimator({ modelDir });
    await trained.train(() => points(50));
    const { loss } = await trained.evaluate(() => points(1));
    const start = async (warmStartFrom: NonNullable<EstimatorOptions['warmStartFrom']>) => {
      let first = Number.NaN;
      const warm = lineEstimator({ warmStartFrom });
      await warm.train(() => points(1), {
        hooks: [{ afterRun: async (run) => void (first = (await run.loss?.()) ?? first) }],
      });
      warm.dispose();
      return first;
    };
    expect(await start(modelDir)).toBe(loss);
    expect(await start((await trained.latestCheckpoint()) as string)).toBe(loss);
    const onlyBias = await start({ ckptToInitializeFrom: modelDir, varsToWarmStart: 'bias' });
    expect(onlyBias).not.toBe(loss);
    await expect(start({ ckptToInitializeFrom: modelDir, varsToWarmStart: 'nothing' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(
      start({ ckptToInitializeFrom: modelDir, varNameToPrevVarName: { 'line/bias': 'line/kernel' } }),
    ).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
    trained.dispose();
  });

  it('adds metrics, which take the place of those of the same key', async () => {
    const estimator = lineEstimator();
    await estimator.train(() => points(10));
    const constant = (value: number): Mean => {
      const mean = new Mean();
      tf.tidy(() => mean.update(tf.tensor1d([value, value])));
      return mean;
    };
    const more = addMetrics(estimator, ({ labels, predictions }) => {
      expect(labels).toBeDefined();
      expect(Object.keys(predictions)).toContain('predictions');
      return { mine: constant(3), average_loss: constant(4) };
    });
    const result = await more.evaluate(() => points(2));
    expect(result).toMatchObject({ mine: 3, average_loss: 4 });
    const reserved = addMetrics(estimator, () => ({ loss: constant(1) }));
    await expect(reserved.evaluate(() => points(1))).rejects.toMatchObject({ code: 'EVAL_METRICS_INVALID' });
    [estimator, more, reserved].forEach((each) => each.dispose());
  });
});

describe('line 73: checkpoints', () => {
  it('are saved by steps, and the newest are kept', async () => {
    const steps: number[] = [];
    const modelDir = freshDir();
    const config = quiet({ saveCheckpointsSteps: 3, keepCheckpointMax: 2 });
    const estimator = lineEstimator({ modelDir, config });
    const savingListeners = [{ afterSave: (step: number) => void steps.push(step) }];
    await estimator.train(() => points(11), { savingListeners });
    expect(steps).toEqual([0, 3, 6, 9, 11]);
    for (const step of [9, 11])
      await estimator.evaluate(() => points(1), { checkpointPath: `${modelDir}/model.ckpt-${step}.safetensors` });
    const gone = estimator.evaluate(() => points(1), { checkpointPath: `${modelDir}/model.ckpt-6.safetensors` });
    await expect(gone).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
    estimator.dispose();
  });

  it('are not saved where the config says never; training goes on all the same', async () => {
    const config = quiet({ saveCheckpointsSecs: null });
    const estimator = lineEstimator({ config });
    await estimator.train(() => points(5));
    await estimator.train(() => points(5));
    expect(await estimator.latestCheckpoint()).toBeUndefined();
    expect((await estimator.evaluate(() => points(1))).global_step).toBe(10);
    estimator.dispose();
  });

  it('are not needed: a bad batch loses nothing, a loss that is NaN begins anew', async () => {
    const estimator = lineEstimator({ config: quiet({ saveCheckpointsSecs: null }) });
    await estimator.train(() => points(5));
    const bad = () => [[{ x: tf.tensor2d([[1]]) }, 'none']] as never;
    await expect(estimator.train(bad)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect((await estimator.evaluate(() => points(1))).global_step).toBe(5);
    const spoilt = () => [[{ x: tf.tensor2d([[Number.NaN]]) }, tf.tensor2d([[1]])]] as const;
    await expect(estimator.train(spoilt)).rejects.toMatchObject({ code: 'LOSS_NAN' });
    const { loss, global_step: step } = await estimator.evaluate(() => points(1));
    expect(step).toBe(0);
    expect(loss).toBeGreaterThan(0);
    estimator.dispose();
  });

  it('have the defaults of the original', () => {
    const config = new RunConfig();
    expect({ ...config, log: undefined }).toEqual({
      modelDir: undefined,
      tfRandomSeed: 0,
      saveSummarySteps: 100,
      saveCheckpointsSecs: 600,
      saveCheckpointsSteps: null,
      keepCheckpointMax: 5,
      keepCheckpointEveryNHours: 10_000,
      logStepCountSteps: 100,
      log: undefined,
      progress: true, // which the original has not
    });
    expect(() => new RunConfig({ saveCheckpointsSecs: 1, saveCheckpointsSteps: 1 })).toThrowCoded('INVALID_ARGUMENT', [
      'saveCheckpointsSecs',
    ]);
    expect(new RunConfig().replace({ saveCheckpointsSteps: 5 }).saveCheckpointsSecs).toBeNull();
  });
});
