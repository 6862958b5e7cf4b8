import { RegressionHead } from '@tfjs-heads/head-regression';
import { mean } from 'd3-array';
import type { Sample } from '../batches.js';
import { carMeasures, loadCars, type Car } from '../cars.js';
import { fitEncoder } from '../encoder.js';
import type { Example, RunOptions, RunResult } from '../example.js';
import { learnRegression } from '../learn.js';
import { splitRows } from '../split.js';

/** How far a car goes on a gallon: `RegressionHead` with its defaults, a squared error. */
export const milesPerGallon: Example = {
  name: 'miles-per-gallon',
  head: 'RegressionHead',
  task: 'How many miles a car of 1970 to 1982 goes on a gallon, from its engine, weight, year and origin.',
  baseline: 'the mean of the training cars',
  lossLabel: 'squared error (mpg²)',
  lossScale: 'log',
  metricKeys: ['average_loss', 'label/mean', 'prediction/mean'],
  run,
};

async function run({ epochs = 80, onStep, exportTo }: RunOptions = {}): Promise<RunResult> {
  const { train, test } = splitRows(await loadCars(), { testShare: 0.2, seed: 1 });
  const encode = fitEncoder(train, {
    numeric: carMeasures,
    categorical: [(car) => car.cylinders, (car) => car.origin],
  });
  const toSample = (car: Car): Sample => ({ inputs: encode(car), label: car.milesPerGallon });
  const meanOfTraining = mean(train, (car) => car.milesPerGallon) ?? 0;

  const learned = await learnRegression({
    head: new RegressionHead(),
    train: train.map(toSample),
    test: test.map(toSample),
    constantLogit: meanOfTraining,
    hidden: 16,
    epochs,
    batchSize: 32,
    learningRate: 0.01,
    onStep,
    exportTo,
  });

  const meanError = (predict: (row: number) => number): string =>
    mpg(mean(test, (car, row) => Math.abs(car.milesPerGallon - predict(row))) ?? 0);
  return {
    ...learned,
    verdict: {
      measure: 'mean absolute error',
      model: meanError((row) => learned.predicted[row] ?? NaN),
      baseline: meanError(() => meanOfTraining),
    },
    rows: test
      .slice(0, 6)
      .map((car, row) => ({
        subject: `${car.name}, ${car.year}`,
        actual: mpg(car.milesPerGallon),
        predicted: mpg(learned.predicted[row] ?? NaN),
      })),
    charted: [
      {
        kind: 'numbers',
        unit: 'miles per gallon',
        actual: test.map((car) => car.milesPerGallon),
        predicted: learned.predicted,
      },
    ],
  };
}

function mpg(value: number): string {
  return `${value.toFixed(1)} mpg`;
}
