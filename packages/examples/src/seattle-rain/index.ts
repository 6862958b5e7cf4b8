import { BinaryClassHead } from '@tfjs-heads/head-classification';
import { mean } from 'd3-array';
import { column, type Sample } from '../batches.js';
import { fitEncoder } from '../encoder.js';
import type { Example, RunOptions, RunResult } from '../example.js';
import { learn } from '../learn.js';
import { logOdds, percent } from '../shares.js';
import { splitRows } from '../split.js';
import { loadDays, type Day } from './days.js';

/** Whether it rains tomorrow: `BinaryClassHead` with names for its classes, and thresholds for who minds an umbrella less than a wetting. */
export const seattleRain: Example = {
  name: 'seattle-rain',
  head: 'BinaryClassHead',
  task: 'Whether it rains in Seattle on the next day, from the rain, temperatures and wind of a day and its month.',
  baseline: 'the share of wet days among the training days',
  lossLabel: 'log loss (nats)',
  lossScale: 'linear',
  metricKeys: ['average_loss', 'accuracy', 'auc', 'auc_precision_recall'],
  run,
};

async function run({ epochs = 10, onStep, exportTo }: RunOptions = {}): Promise<RunResult> {
  const { train, test } = splitRows(await loadDays(), { testShare: 0.3, seed: 1 });
  const encode = fitEncoder(train, {
    // Rain is a little on most days and much on some: its root varies more evenly.
    numeric: [(day) => Math.sqrt(day.precipitation), (day) => day.warmest, (day) => day.coldest, (day) => day.wind],
    categorical: [(day) => day.date.getUTCMonth()],
  });
  const toSample = (day: Day): Sample<string> => ({ inputs: encode(day), label: day.next });
  const shareOfWet = mean(train, (day) => Number(day.next === 'wet')) ?? NaN;

  const learned = await learn({
    head: new BinaryClassHead({ labelVocabulary: ['dry', 'wet'], thresholds: [0.25, 0.5, 0.75] }),
    predictionKeys: ['logistic'],
    train: train.map(toSample),
    test: test.map(toSample),
    labelsOf: column,
    constantLogits: [logOdds(shareOfWet)],
    hidden: 8,
    epochs,
    batchSize: 32,
    learningRate: 0.005,
    onStep,
    exportTo,
  });

  const scores = learned.predictions.map(([probability = NaN]) => probability);
  return {
    ...learned,
    verdict: {
      measure: 'wet days among those for which rain is three times likelier than not',
      model: percent(learned.metrics['precision/positive_threshold_0.75'] ?? NaN),
      baseline: percent(learned.baseline['label/mean'] ?? NaN),
    },
    rows: test
      .slice(0, 6)
      .map((day, row) => ({
        subject: `after ${day.date.toISOString().slice(0, 10)}, ${day.precipitation} mm`,
        actual: day.next,
        predicted: `${percent(scores[row] ?? NaN)} wet`,
      })),
    charted: [
      {
        kind: 'classes',
        classes: [{ name: 'wet', scores, isMember: test.map((day) => day.next === 'wet') }],
        answers: test.map((day, row) => ({ actual: day.next, predicted: (scores[row] ?? NaN) > 0.5 ? 'wet' : 'dry' })),
      },
    ],
  };
}
