import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose, fill, type Tensor } from '@tensorflow/tfjs-core';
import { ModeKeys } from '@tfjs-heads/head-api';
import { type InputFn, RunConfig } from '@tfjs-heads/estimator';
import { mean } from 'd3-array';
import { column } from '../batches.js';
import { evaluate } from '../evaluate.js';
import type { Example, RunOptions, RunResult } from '../example.js';
import { type Days, head, makeEstimator, testDays, trainingDays } from './days.js';
import { trainAndKill } from './train-and-kill.js';

/** How warm a day gets: a `DNNEstimator` on a CSV file, whose training is killed and goes on from its checkpoint. */
export const dayWarmth: Example = {
  name: 'day-warmth',
  head: 'RegressionHead',
  task: 'How warm a day gets in New York or Seattle, from its night, rain, wind and weather, by a DNNEstimator that is killed and goes on.',
  baseline: 'the mean of the training days',
  lossLabel: 'squared error (°C²)',
  lossScale: 'log',
  metricKeys: ['average_loss', 'label/mean', 'prediction/mean'],
  run,
};

async function run({ epochs = 6, onStep, exportTo }: RunOptions = {}): Promise<RunResult> {
  const folder = await mkdtemp(join(tmpdir(), 'day-warmth-'));
  try {
    const { training, testLosses } = await trainAndKill(folder, epochs, onStep);
    // All that is left of the training is its checkpoint.
    const estimator = makeEstimator(folder);
    const metrics = await estimator.evaluate(testDays);
    const predictions: number[][] = [];
    for await (const one of estimator.predict(testDays, { predictKeys: ['predictions'] }))
      predictions.push([...(one['predictions'] as readonly number[])]);
    if (exportTo !== undefined) await exportServable(exportTo, estimator);
    estimator.dispose();

    const [train, test] = [await readDays(trainingDays), await readDays(testDays)];
    const meanOfTraining = mean(train, ({ warmth }) => warmth) ?? 0;
    const samples = test.map(({ warmth }) => ({ inputs: [0], label: warmth }));
    const constant = (inputs: Tensor): Tensor => fill([inputs.shape[0] as number, 1], meanOfTraining);
    const baseline = await evaluate(head, constant, { samples, labelsOf: column });

    const predicted = predictions.map(([value = NaN]) => value);
    const actual = test.map(({ warmth }) => warmth);
    const meanError = (predict: (row: number) => number): string =>
      degrees(mean(actual, (warmth, row) => Math.abs(warmth - predict(row))) ?? 0);
    return {
      training,
      testLosses,
      metrics,
      baseline,
      baselineLoss: baseline['average_loss'] ?? NaN,
      predictions,
      verdict: {
        measure: 'mean absolute error',
        model: meanError((row) => predicted[row] ?? NaN),
        baseline: meanError(() => meanOfTraining),
      },
      rows: test
        .slice(0, 6)
        .map(({ location, weather, warmth }, row) => ({
          subject: `${location}, ${weather}`,
          actual: degrees(warmth),
          predicted: degrees(predicted[row] ?? NaN),
        })),
      charted: [{ kind: 'numbers', unit: '°C', actual, predicted }],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** To the folder itself: the estimator makes one within, named by the time. */
async function exportServable(folder: string, estimator: ReturnType<typeof makeEstimator>): Promise<void> {
  const batches = (await trainingDays(args)) as AsyncIterable<Days>;
  for await (const [features, labels] of batches) {
    const made = await estimator.exportSavedModel(`${folder}.unfinished`, { example: features });
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
    await rm(`${folder}.unfinished`, { recursive: true, force: true });
    dispose([...Object.values(features), labels]);
    break;
  }
}

const args = { mode: ModeKeys.PREDICT, params: undefined, config: new RunConfig() } as const;

interface Day {
  readonly location: string;
  readonly weather: string;
  readonly warmth: number;
}

async function readDays(inputFn: InputFn): Promise<readonly Day[]> {
  const days: Day[] = [];
  for await (const [features, labels] of (await inputFn(args)) as AsyncIterable<Days>) {
    const [location, weather, warmth] = await Promise.all([
      features['location']?.data<'string'>(),
      features['weather']?.data<'string'>(),
      labels.data(),
    ]);
    for (const [row, value] of warmth.entries())
      days.push({ location: location?.[row] ?? '', weather: weather?.[row] ?? '', warmth: value });
    dispose([...Object.values(features), labels]);
  }
  return days;
}

function degrees(value: number): string {
  return `${value.toFixed(1)} °C`;
}
