import { inFloat32, multiClassMetrics, softmaxCrossEntropy, trainingLossOfRows } from '@tfjs-heads/reference';
import { classExports, idsUpTo, largestOf, numbersOf, PredictionsOf, reductionOf } from '../class-family.js';
import {
  type CaseDescription,
  drawnBatch,
  type HeadDescription,
  type Options,
  type DenseBatch,
  type HeadModel,
  weighted,
  written,
} from '../describe.js';
import { optimizers } from '../optimizers.js';

const vocabulary = ['Adelie', 'Chinstrap', 'Gentoo'];
const words = ['Gentoo', 'Adelie', 'Adelie', 'Chinstrap', 'Gentoo'];
const keys = ['logits', 'probabilities', 'class_ids', 'classes', 'all_class_ids', 'all_classes'];

function modelOf(options: Options): HeadModel {
  const k = options['nClasses'] as number;
  return {
    loss: (batch) => trainingLossOfRows(softmaxCrossEntropy, numbersOf(batch, options), k, reductionOf(options)),
    metrics: (batches) =>
      multiClassMetrics(
        batches.map((batch) => numbersOf(batch, options)),
        k,
      ),
    predictions(logits) {
      const of = new PredictionsOf(logits);
      const id = (x: readonly number[]): readonly number[] => [largestOf(x)];
      return {
        logits: of.logits(),
        probabilities: of.floats((x) => softmaxCrossEntropy.predict(x).map(inFloat32)),
        class_ids: of.ids(id),
        classes: of.names(id, options),
        all_class_ids: of.ids(() => idsUpTo(k)),
        all_classes: of.names(() => idsUpTo(k), options),
      };
    },
  };
}

/** A batch with the id of a class for each row. */
const batchOfIds = (shape: readonly number[], weights: 'none' | 'rows' | 'column' = 'none'): DenseBatch => {
  const [rows, classes] = [shape.slice(0, -1), shape.at(-1) as number];
  const batch = drawnBatch('class', shape, weights);
  return {
    ...batch,
    labels: { shape: [...rows, 1], draw: { seed: shape.length + 3, kind: 'class', classes }, dtype: 'int32' },
  };
};
const drawn = (
  shape: readonly number[],
  weights: 'none' | 'rows' | 'column',
  options: Options = {},
): CaseDescription => {
  const batch = batchOfIds(shape, weights);
  const nClasses = shape.at(-1) as number;
  return {
    parameters: { inputs: 'drawn', shape: shape.join('x'), weights },
    options: weighted({ nClasses, ...options }, batch),
    ...batch,
  };
};
const special = (
  inputs: string,
  rows: readonly (readonly [logits: readonly [number, number, number], label: number])[],
  options: Options = {},
): CaseDescription => ({
  parameters: { inputs },
  options: { nClasses: 3, ...options },
  logits: written(
    [rows.length, 3],
    rows.flatMap(([logits]) => logits),
  ),
  labels: {
    ...written(
      [rows.length, 1],
      rows.map(([, label]) => label),
    ),
    dtype: 'int32',
  },
});

export const multiClass: HeadDescription = {
  head: 'MultiClassHead',
  package: 'head-classification',
  file: 'multi-class-head.json',
  formula:
    'softmax cross-entropy log(sum(exp(x))) - x[z], as in tf.estimator.MultiClassHead; the class of the largest logit, the lowest among equals',
  modelOf,
  exports: classExports(keys, 'all_classes'),
  cases: [
    special('10-and-0', [
      [[10, 0, 0], 1],
      [[0, 10, 0], 1],
    ]),
    special('extreme', [
      [[1e4, -1e4, 0], 1],
      [[1e4, -1e4, 0], 0],
      [[-1e4, -1e4, -1e4], 2],
      [[1e4, 1e4, -1e4], 1],
      [[80, -80, 30], 2],
      [[30, 0, -30], 1],
    ]),
    special('ties', [
      [[2, 2, 2], 1],
      [[0, 5, 5], 2],
      [[-1, -1, -2], 0],
    ]),
    drawn([5, 3], 'none'),
    drawn([5, 3], 'rows', { lossReduction: 'sum' }),
    drawn([33, 10], 'column', { lossReduction: 'auto' }),
    { ...drawn([257, 5], 'rows', { lossReduction: 'sum' }), lossOnly: true },
    { ...drawn([2, 3, 3], 'rows'), lossOnly: true },
    {
      parameters: { inputs: 'words', shape: '5x3', weights: 'rows' },
      options: { nClasses: 3, labelVocabulary: vocabulary, weightColumn: 'weight' },
      ...batchOfIds([5, 3], 'rows'),
      labels: { shape: [5, 1], dtype: 'string', values: words },
    },
    {
      parameters: { inputs: 'words', shape: '5x3', labels: '5' },
      options: { nClasses: 3, labelVocabulary: vocabulary },
      logits: batchOfIds([5, 3]).logits,
      labels: { shape: [5], dtype: 'string', values: words },
      lossOnly: true,
    },
    {
      ...drawn([4, 3], 'none'),
      parameters: { inputs: 'drawn', shape: '4x3', weights: 'some-0' },
      options: { nClasses: 3, weightColumn: 'weight' },
      weights: written([4], [0, 2, 0, 1.5]),
    },
    {
      ...drawn([4, 3], 'none'),
      parameters: { inputs: 'drawn', shape: '4x3', weights: 'all-0' },
      options: { nClasses: 3, weightColumn: 'weight' },
      weights: written([4], [0, 0, 0, 0]),
      lossOnly: true,
    },
  ],
  evaluations: [
    {
      parameters: { batches: 3, weights: 'none' },
      options: { nClasses: 3 },
      batches: [5, 1, 13].map((rows) => batchOfIds([rows, 3])),
    },
    {
      parameters: { batches: 3, weights: 'rows' },
      options: { nClasses: 10, weightColumn: 'weight' },
      batches: [33, 1, 7].map((rows) => batchOfIds([rows, 10], 'rows')),
    },
    {
      parameters: { batches: 2, inputs: 'words' },
      options: { nClasses: 3, labelVocabulary: vocabulary },
      batches: [words, words.slice(1, 4)].map((values) => ({
        logits: batchOfIds([values.length, 3]).logits,
        labels: { shape: [values.length, 1], dtype: 'string', values },
      })),
    },
  ],
  trainings: [
    { ...optimizers.sgd, options: { nClasses: 3 }, outputs: 3, seed: 21 },
    { ...optimizers.adam, options: { nClasses: 3, lossReduction: 'sum' }, outputs: 3, seed: 22 },
    { ...optimizers.adagrad, options: { nClasses: 5, lossReduction: 'sum' }, outputs: 5, seed: 23 },
  ],
  labelsOf: ({ rows, outputs, signal, noise }) => {
    const ids = Array.from({ length: rows }, (_, row) =>
      largestOf(Array.from({ length: outputs }, (_each, output) => signal(row, output) + noise() / 4)),
    );
    return { ...written([rows, 1], ids), dtype: 'int32' };
  },
};
