import { multiLabelCrossEntropy, multiLabelMetrics, sigmoidOf, trainingLossOfRows } from '@tfjs-heads/reference';
import {
  classExports,
  idsUpTo,
  numbersOf,
  PredictionsOf,
  reductionOf,
  refuseNearThresholds,
  thresholdsOf,
} from '../class-family.js';
import {
  type CaseDescription,
  drawnBatch,
  eachLabel,
  type HeadDescription,
  type Options,
  type HeadModel,
  weighted,
  written,
} from '../describe.js';
import { optimizers } from '../optimizers.js';

const vocabulary = ['drama', 'comedy', 'horror'];
const thresholds = [0.25, 0.75];
const keys = ['logits', 'probabilities', 'classes'];

function modelOf(options: Options): HeadModel {
  const k = options['nClasses'] as number;
  const named = thresholdsOf(options);
  const names = options['labelVocabulary'] as readonly string[] | undefined;
  const asked = (options['classesForClassBasedMetrics'] ?? []) as readonly (string | number)[];
  const classes = Object.fromEntries(
    asked.map((one): [string, number] => {
      const id = typeof one === 'number' ? one : (names?.indexOf(one) ?? -1);
      return [names?.[id] ?? `class${id}`, id];
    }),
  );
  return {
    loss: (batch) => trainingLossOfRows(multiLabelCrossEntropy, numbersOf(batch, options), k, reductionOf(options)),
    metrics: (given) => {
      const batches = given.map((batch) => numbersOf(batch, options));
      refuseNearThresholds(
        batches.flatMap(({ logits }) => logits.map(sigmoidOf)),
        Object.values(named),
      );
      return multiLabelMetrics(batches, k, { thresholds: named, classes });
    },
    predictions(logits) {
      const of = new PredictionsOf(logits);
      return {
        logits: of.logits(),
        probabilities: of.floats(multiLabelCrossEntropy.predict),
        classes: of.names(() => idsUpTo(k), options),
      };
    },
  };
}

const drawn = (
  shape: readonly number[],
  weights: 'none' | 'rows' | 'column',
  options: Options = {},
  more: object = {},
): CaseDescription => {
  const batch = drawnBatch('probability', shape, weights);
  const nClasses = shape.at(-1) as number;
  return {
    parameters: { inputs: 'drawn', shape: shape.join('x'), weights, ...more },
    options: weighted({ nClasses, ...options }, batch),
    ...batch,
  };
};
const three = drawnBatch('probability', [3, 3], 'rows');
/** The first row has two classes, the second none, the third one twice. */
const places = {
  shape: [3, 3],
  indices: [
    [0, 0],
    [0, 1],
    [2, 0],
    [2, 2],
  ],
};

export const multiLabel: HeadDescription = {
  head: 'MultiLabelHead',
  package: 'head-classification',
  file: 'multi-label-head.json',
  formula:
    'the mean over the classes of sigmoid cross-entropies, as in tf.estimator.MultiLabelHead; areas under curves of 200 thresholds, by counting each',
  modelOf,
  exports: classExports(keys, 'classes'),
  cases: [
    {
      parameters: { inputs: '10-and-15' },
      options: { nClasses: 2 },
      logits: written([2, 2], [-10, 10, -15, 10]),
      labels: { ...written([2, 2], [1, 0, 1, 1]), dtype: 'int32' },
    },
    {
      parameters: { inputs: 'extreme' },
      options: { nClasses: 2 },
      logits: written([4, 2], [1e4, -1e4, -1e4, 1e4, 80, -80, 0, -30]),
      labels: written([4, 2], [1, 0, 1, 0, 0, 1, 0.5, 0.25]),
    },
    {
      parameters: { inputs: 'at-threshold' },
      options: { nClasses: 2, thresholds: [0.5] },
      logits: written([3, 2], [0, 0, 0, 1, -1, 0]),
      labels: written([3, 2], [1, 0, 0, 1, 0, 0]),
    },
    drawn([5, 3], 'none'),
    drawn([5, 3], 'rows', { lossReduction: 'sum' }),
    drawn(
      [33, 5],
      'column',
      { lossReduction: 'auto', thresholds, classesForClassBasedMetrics: [4, 0] },
      { classes: 'ids' },
    ),
    { ...drawn([257, 3], 'rows', { lossReduction: 'sum' }), lossOnly: true },
    { ...drawn([2, 3, 3], 'rows'), lossOnly: true },
    {
      ...drawn([4, 3], 'none'),
      parameters: { inputs: 'drawn', shape: '4x3', weights: 'all-0' },
      options: { nClasses: 3, weightColumn: 'weight' },
      weights: written([4], [0, 0, 0, 0]),
    },
    {
      parameters: { inputs: 'sparse-ids', shape: '3x3', weights: 'rows' },
      options: { nClasses: 3, weightColumn: 'weight' },
      ...three,
      labels: { ...places, values: [1, 0, 2, 2], dtype: 'int32' },
    },
    {
      parameters: { inputs: 'sparse-words', shape: '3x3', weights: 'rows' },
      options: {
        nClasses: 3,
        labelVocabulary: vocabulary,
        weightColumn: 'weight',
        classesForClassBasedMetrics: ['horror', 'drama'],
      },
      ...three,
      labels: { ...places, values: ['comedy', 'drama', 'horror', 'horror'], dtype: 'string' },
    },
  ],
  evaluations: [
    {
      parameters: { batches: 3, weights: 'none' },
      options: { nClasses: 3 },
      batches: [5, 1, 13].map((rows) => drawnBatch('binary', [rows, 3])),
    },
    {
      parameters: { batches: 3, weights: 'rows', classes: 'ids' },
      options: { nClasses: 5, weightColumn: 'weight', thresholds, classesForClassBasedMetrics: [1, 3] },
      batches: [33, 1, 7].map((rows) => drawnBatch('probability', [rows, 5], 'rows')),
    },
    {
      parameters: { batches: 2, inputs: 'sparse-words' },
      options: { nClasses: 3, labelVocabulary: vocabulary, classesForClassBasedMetrics: [2] },
      batches: [
        ['comedy', 'drama', 'horror', 'horror'],
        ['drama', 'horror', 'comedy', 'drama'],
      ].map((values, i) => ({
        logits: { shape: [3, 3], draw: { seed: 70 + i, kind: 'logits' } },
        labels: { ...places, values, dtype: 'string' },
      })),
    },
  ],
  trainings: [
    { ...optimizers.sgd, settings: { learningRate: 0.5 }, options: { nClasses: 3 }, outputs: 3, seed: 31 },
    { ...optimizers.adam, options: { nClasses: 3, lossReduction: 'sum' }, outputs: 3, seed: 32 },
    { ...optimizers.adagrad, options: { nClasses: 5, lossReduction: 'sum' }, outputs: 5, seed: 33 },
  ],
  labelsOf: eachLabel((signal, noise) => (signal + noise / 4 > 0 ? 1 : 0)),
};
