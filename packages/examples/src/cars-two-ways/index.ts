import { MultiClassHead } from '@tfjs-heads/head-classification';
import { MultiHead } from '@tfjs-heads/head-multi';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { maxIndex, mean } from 'd3-array';
import { column, type Sample } from '../batches.js';
import { carMeasures, loadCars, type Car } from '../cars.js';
import { fitEncoder } from '../encoder.js';
import type { MetricValues } from '../evaluate.js';
import type { Example, RunOptions, RunResult } from '../example.js';
import { learn } from '../learn.js';
import { percent } from '../shares.js';
import { splitRows } from '../split.js';

const origins = ['Europe', 'Japan', 'USA'];

/** A squared error of so many mpg² counts as much as a cross entropy of 1. */
const MPG_WEIGHT = 1 / 20;

/** How far a car goes and where it comes from, of one network: `MultiHead` on a head of regression and one of classes. */
export const carsTwoWays: Example = {
  name: 'cars-two-ways',
  head: 'MultiHead',
  task: 'How many miles a car goes on a gallon and where it was built, by one network, from its engine, weight and year.',
  baseline: 'the mean and the shares of the training cars',
  lossLabel: 'sum of both losses, weighted',
  lossScale: 'log',
  metricKeys: ['average_loss/mpg', 'average_loss/origin', 'accuracy/origin'],
  run,
};

async function run({ epochs = 60, onStep, exportTo }: RunOptions = {}): Promise<RunResult> {
  const { train, test } = splitRows(await loadCars(), { testShare: 0.2, seed: 1 });
  const encode = fitEncoder(train, { numeric: carMeasures, categorical: [(car) => car.cylinders] });
  const toSample = (car: Car): Sample<Car> => ({ inputs: encode(car), label: car });
  const meanOfTraining = mean(train, (car) => car.milesPerGallon) ?? NaN;
  const shares = origins.map((origin) => mean(train, (car) => Number(car.origin === origin)) ?? NaN);

  const learned = await learn({
    head: new MultiHead({
      heads: [
        new RegressionHead({ name: 'mpg' }),
        new MultiClassHead({ name: 'origin', nClasses: origins.length, labelVocabulary: origins }),
      ],
      headWeights: [MPG_WEIGHT, 1],
    }),
    predictionKeys: ['mpg/predictions', 'origin/probabilities'],
    lossOf: (metrics: MetricValues) =>
      MPG_WEIGHT * (metrics['average_loss/mpg'] ?? NaN) + (metrics['average_loss/origin'] ?? NaN),
    train: train.map(toSample),
    test: test.map(toSample),
    labelsOf: (cars) => ({
      mpg: column(cars.map((car) => car.milesPerGallon)),
      origin: column(cars.map((car) => car.origin)),
    }),
    constantLogits: [meanOfTraining, ...shares.map(Math.log)],
    hidden: 16,
    epochs,
    batchSize: 32,
    learningRate: 0.01,
    onStep,
    exportTo,
  });

  const predictions = learned.predictions.map(([milesPerGallon = NaN, ...probabilities]) => ({
    milesPerGallon,
    probabilities,
    origin: origins[maxIndex(probabilities)] ?? '',
  }));
  const meanError = (predict: (row: number) => number): number =>
    mean(test, (car, row) => Math.abs(car.milesPerGallon - predict(row))) ?? NaN;
  const model = meanError((row) => predictions[row]?.milesPerGallon ?? NaN);
  const [right, commonest] = [learned.metrics, learned.baseline].map((metrics) => metrics['accuracy/origin'] ?? NaN);
  return {
    ...learned,
    verdict: {
      measure: 'mean absolute error, and origins told right',
      model: `${mpg(model)}, ${percent(right ?? NaN)}`,
      baseline: `${mpg(meanError(() => meanOfTraining))}, ${percent(commonest ?? NaN)}`,
    },
    rows: test
      .slice(0, 6)
      .map((car, row) => ({
        subject: `${car.name}, ${car.year}`,
        actual: `${mpg(car.milesPerGallon)}, ${car.origin}`,
        predicted: `${mpg(predictions[row]?.milesPerGallon ?? NaN)}, ${predictions[row]?.origin}`,
      })),
    charted: [
      {
        kind: 'numbers',
        unit: 'miles per gallon',
        actual: test.map((car) => car.milesPerGallon),
        predicted: predictions.map(({ milesPerGallon }) => milesPerGallon),
      },
      {
        kind: 'classes',
        classes: origins.map((name, k) => ({
          name,
          scores: predictions.map(({ probabilities }) => probabilities[k] ?? NaN),
          isMember: test.map((car) => car.origin === name),
        })),
        answers: test.map((car, row) => ({ actual: car.origin, predicted: predictions[row]?.origin ?? '' })),
      },
    ],
  };
}

function mpg(value: number): string {
  return `${value.toFixed(1)} mpg`;
}
