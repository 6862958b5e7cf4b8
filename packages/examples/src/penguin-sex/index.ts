import { LogisticRegressionHead } from '@tfjs-heads/head-regression';
import { mean, rollup, sum } from 'd3-array';
import type { Sample } from '../batches.js';
import { fitEncoder } from '../encoder.js';
import type { Example, RunOptions, RunResult } from '../example.js';
import { learnRegression } from '../learn.js';
import { loadPenguins, penguinMeasures, type Penguin } from '../penguins.js';
import { logOdds, percent } from '../shares.js';
import { splitRows } from '../split.js';

/**
 * Whether a penguin is male: `LogisticRegressionHead` with a weight column. There are twice as many
 * Adelie penguins as Chinstraps; the weights make each species count the same, in training as well
 * as in the metrics.
 */
export const penguinSex: Example = {
  name: 'penguin-sex',
  head: 'LogisticRegressionHead',
  task: 'Whether a penguin is male, from its species, island, beak, flippers and mass; each species counts the same.',
  baseline: 'the share of males among the training penguins',
  lossLabel: 'log loss (nats)',
  lossScale: 'linear',
  metricKeys: ['average_loss', 'label/mean', 'prediction/mean'],
  run,
};

async function run({ epochs = 40, onStep, exportTo }: RunOptions = {}): Promise<RunResult> {
  const { train, test } = splitRows(await loadPenguins(), { testShare: 0.3, seed: 1 });
  const encode = fitEncoder(train, {
    numeric: penguinMeasures,
    categorical: [(penguin) => penguin.species, (penguin) => penguin.island],
  });
  const weigh = speciesWeights(train);
  const toSample = (penguin: Penguin): Sample => ({
    inputs: encode(penguin),
    label: isMale(penguin),
    weight: weigh(penguin),
  });
  const shareOfMales = sum(train, (penguin) => weigh(penguin) * isMale(penguin)) / sum(train, weigh);

  const learned = await learnRegression({
    head: new LogisticRegressionHead({ weightColumn: 'weight' }),
    train: train.map(toSample),
    test: test.map(toSample),
    constantLogit: logOdds(shareOfMales),
    hidden: 8,
    epochs,
    batchSize: 32,
    learningRate: 0.005,
    onStep,
    exportTo,
  });

  const accuracy = (predict: (row: number) => number): string =>
    percent(mean(test, (penguin, row) => Number(Math.round(predict(row)) === isMale(penguin))) ?? 0);
  return {
    ...learned,
    verdict: {
      measure: 'sexed right',
      model: accuracy((row) => learned.predicted[row] ?? NaN),
      baseline: accuracy(() => shareOfMales),
    },
    rows: test
      .slice(0, 6)
      .map((penguin, row) => ({
        subject: `${penguin.species}, ${penguin.bodyMass} g, beak ${penguin.beakLength} mm`,
        actual: penguin.sex.toLowerCase(),
        predicted: `${percent(learned.predicted[row] ?? NaN)} male`,
      })),
    charted: [
      {
        kind: 'classes',
        classes: [{ name: 'male', scores: learned.predicted, isMember: test.map((penguin) => penguin.sex === 'MALE') }],
        answers: test.map((penguin, row) => ({
          actual: penguin.sex.toLowerCase(),
          predicted: (learned.predicted[row] ?? NaN) > 0.5 ? 'male' : 'female',
        })),
      },
    ],
  };
}

function isMale(penguin: Penguin): 0 | 1 {
  return penguin.sex === 'MALE' ? 1 : 0;
}

/** Weights with which each species adds up to the same, and all of them to the number of penguins. */
function speciesWeights(penguins: readonly Penguin[]): (penguin: Penguin) => number {
  const sizes = rollup(
    penguins,
    (group) => group.length,
    (penguin) => penguin.species,
  );
  return ({ species }) => penguins.length / (sizes.size * (sizes.get(species) ?? NaN));
}
