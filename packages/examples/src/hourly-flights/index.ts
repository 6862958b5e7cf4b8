import { PoissonRegressionHead } from '@tfjs-heads/head-regression';
import { mean } from 'd3-array';
import type { Sample } from '../batches.js';
import { fitEncoder } from '../encoder.js';
import type { Example, RunOptions, RunResult } from '../example.js';
import { learnRegression } from '../learn.js';
import { splitRows } from '../split.js';
import { loadHours, type Hour } from './hours.js';

/** How many flights depart in an hour: `PoissonRegressionHead`, whose logit is the logarithm of the rate. */
export const hourlyFlights: Example = {
  name: 'hourly-flights',
  head: 'PoissonRegressionHead',
  task: 'How many of a sample of 10,000 US flights departed in an hour of 2001, from the hour and the weekday.',
  baseline: 'the mean of the training hours',
  lossLabel: 'Poisson loss (nats)',
  lossScale: 'linear',
  metricKeys: ['average_loss', 'label/mean', 'prediction/mean'],
  run,
};

async function run({ epochs = 20, onStep, exportTo }: RunOptions = {}): Promise<RunResult> {
  const { train, test } = splitRows(await loadHours(), { testShare: 0.25, seed: 1 });
  const encode = fitEncoder(train, {
    numeric: [],
    categorical: [(hour) => hour.time.getUTCHours(), (hour) => hour.time.getUTCDay()],
  });
  const toSample = (hour: Hour): Sample => ({ inputs: encode(hour), label: hour.flights });
  const meanOfTraining = mean(train, (hour) => hour.flights) ?? 0;

  const learned = await learnRegression({
    head: new PoissonRegressionHead(),
    train: train.map(toSample),
    test: test.map(toSample),
    constantLogit: Math.log(meanOfTraining),
    hidden: 16,
    epochs,
    batchSize: 64,
    learningRate: 0.01,
    onStep,
    exportTo,
  });

  const meanError = (predict: (row: number) => number): string =>
    flights(mean(test, (hour, row) => Math.abs(hour.flights - predict(row))) ?? 0);
  return {
    ...learned,
    verdict: {
      measure: 'mean absolute error',
      model: meanError((row) => learned.predicted[row] ?? NaN),
      baseline: meanError(() => meanOfTraining),
    },
    rows: test
      .slice(0, 6)
      .map((hour, row) => ({
        subject: departure.format(hour.time),
        actual: `${hour.flights} flights`,
        predicted: flights(learned.predicted[row] ?? NaN),
      })),
    charted: [
      {
        kind: 'numbers',
        unit: 'flights in an hour',
        actual: test.map((hour) => hour.flights),
        predicted: learned.predicted,
      },
    ],
  };
}

const departure = new Intl.DateTimeFormat('en', {
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
});

function flights(value: number): string {
  return `${value.toFixed(1)} flights`;
}
