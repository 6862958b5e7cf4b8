import { MultiClassHead } from '@tfjs-heads/head-classification';
import { maxIndex, mean } from 'd3-array';
import { column, type Sample } from '../batches.js';
import { fitEncoder } from '../encoder.js';
import type { Example, RunOptions, RunResult } from '../example.js';
import { learn } from '../learn.js';
import { loadPenguins, penguinMeasures, type Penguin } from '../penguins.js';
import { percent } from '../shares.js';
import { splitRows } from '../split.js';

const species = ['Adelie', 'Chinstrap', 'Gentoo'];

/** What species a penguin is: `MultiClassHead` with a vocabulary, so that labels and answers are names. */
export const penguinSpecies: Example = {
  name: 'penguin-species',
  head: 'MultiClassHead',
  task: 'Of which of three species a penguin is, from its beak, flippers, mass and sex.',
  baseline: 'the shares of the species among the training penguins',
  lossLabel: 'cross entropy (nats)',
  lossScale: 'linear',
  metricKeys: ['average_loss', 'accuracy'],
  run,
};

async function run({ epochs = 30, onStep, exportTo }: RunOptions = {}): Promise<RunResult> {
  const { train, test } = splitRows(await loadPenguins(), { testShare: 0.3, seed: 1 });
  const encode = fitEncoder(train, { numeric: penguinMeasures, categorical: [(penguin) => penguin.sex] });
  const toSample = (penguin: Penguin): Sample<string> => ({ inputs: encode(penguin), label: penguin.species });
  const shares = species.map((name) => mean(train, (penguin) => Number(penguin.species === name)) ?? NaN);

  const learned = await learn({
    head: new MultiClassHead({ nClasses: species.length, labelVocabulary: species }),
    predictionKeys: ['probabilities'],
    train: train.map(toSample),
    test: test.map(toSample),
    labelsOf: column,
    constantLogits: shares.map(Math.log),
    hidden: 8,
    epochs,
    batchSize: 32,
    learningRate: 0.01,
    onStep,
    exportTo,
  });

  const mostProbable = (probabilities: readonly number[]): string => species[maxIndex(probabilities)] ?? '';
  const answers = test.map((penguin, row) => ({
    actual: penguin.species,
    predicted: mostProbable(learned.predictions[row] ?? []),
  }));
  return {
    ...learned,
    verdict: {
      measure: 'species told right',
      model: percent(mean(answers, ({ actual, predicted }) => Number(actual === predicted)) ?? NaN),
      baseline: percent(mean(answers, ({ actual }) => Number(actual === mostProbable(shares))) ?? NaN),
    },
    rows: test.slice(0, 6).map((penguin, row) => {
      const probabilities = learned.predictions[row] ?? [];
      return {
        subject: `beak ${penguin.beakLength} by ${penguin.beakDepth} mm, ${penguin.bodyMass} g`,
        actual: penguin.species,
        predicted: `${mostProbable(probabilities)}, ${percent(Math.max(...probabilities))}`,
      };
    }),
    charted: [
      {
        kind: 'classes',
        classes: species.map((name, k) => ({
          name,
          scores: learned.predictions.map((probabilities) => probabilities[k] ?? NaN),
          isMember: test.map((penguin) => penguin.species === name),
        })),
        answers,
      },
    ],
  };
}
