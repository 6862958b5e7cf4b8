import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { SparseTensor } from '@tfjs-heads/head-api';
import { MultiLabelHead } from '@tfjs-heads/head-classification';
import { mean } from 'd3-array';
import type { Sample } from '../batches.js';
import { fitEncoder } from '../encoder.js';
import type { Example, RunOptions, RunResult } from '../example.js';
import { learn } from '../learn.js';
import { logOdds, percent } from '../shares.js';
import { splitRows } from '../split.js';
import { loadMovies, successes, type Movie } from './movies.js';

/** In what ways a movie succeeds: `MultiLabelHead`, whose labels are sparse: for each movie the names of what it is. */
export const movieSuccesses: Example = {
  name: 'movie-successes',
  head: 'MultiLabelHead',
  task: 'Whether a movie is profitable, acclaimed by critics, liked by viewers, or several of these, from its budget, genre, source, rating and month.',
  baseline: 'the share of each among the training movies',
  lossLabel: 'mean log loss (nats)',
  lossScale: 'linear',
  metricKeys: ['average_loss', 'auc', 'auc/profitable', 'auc/acclaimed', 'auc/liked'],
  run,
};

async function run({ epochs = 15, onStep, exportTo }: RunOptions = {}): Promise<RunResult> {
  const { train, test } = splitRows(await loadMovies(), { testShare: 0.3, seed: 1 });
  const encode = fitEncoder(train, {
    numeric: [(movie) => Math.log(movie.budget)],
    categorical: [(movie) => movie.genre, (movie) => movie.source, (movie) => movie.rating, (movie) => movie.month],
  });
  const toSample = (movie: Movie): Sample<readonly string[]> => ({ inputs: encode(movie), label: movie.successes });
  const shares = successes.map((name) => mean(train, (movie) => Number(movie.successes.includes(name))) ?? NaN);

  const learned = await learn({
    head: new MultiLabelHead({
      nClasses: successes.length,
      labelVocabulary: [...successes],
      classesForClassBasedMetrics: [...successes],
    }),
    predictionKeys: ['probabilities'],
    train: train.map(toSample),
    test: test.map(toSample),
    labelsOf: namesOfRows,
    constantLogits: shares.map(logOdds),
    hidden: 16,
    epochs,
    batchSize: 32,
    learningRate: 0.005,
    onStep,
    exportTo,
  });

  return {
    ...learned,
    verdict: {
      measure: 'pairs of movies, one of them profitable, put in the right order (AUC)',
      model: percent(learned.metrics['auc/profitable'] ?? NaN),
      baseline: percent(learned.baseline['auc/profitable'] ?? NaN),
    },
    rows: test
      .slice(0, 6)
      .map((movie, row) => ({
        subject: movie.title,
        actual: movie.successes.join(', ') || 'none of them',
        predicted: likely(learned.predictions[row] ?? []),
      })),
    charted: [
      {
        kind: 'classes',
        classes: successes.map((name, k) => ({
          name,
          scores: learned.predictions.map((probabilities) => probabilities[k] ?? NaN),
          isMember: test.map((movie) => movie.successes.includes(name)),
        })),
      },
    ],
  };
}

/** What is more likely than not. */
function likely(probabilities: readonly number[]): string {
  const names = successes.flatMap((name, k) => {
    const probability = probabilities[k] ?? NaN;
    return probability > 0.5 ? `${name} ${percent(probability)}` : [];
  });
  return names.join(', ') || 'none of them';
}

/** Sparse labels: a row has as many names as there are, none included. */
function namesOfRows(rows: readonly (readonly string[])[]): SparseTensor {
  const places = rows.flatMap((names, row) => names.map((_, place) => [row, place]));
  return {
    indices: tensor2d(places, [places.length, 2], 'int32'),
    values: tensor1d(rows.flat(), 'string'),
    denseShape: [rows.length, successes.length],
  };
}
