import { binaryClassMetrics, sigmoidCrossEntropy, sigmoidOf, trainingLoss } from '@tfjs-heads/reference';
import {
  classExports,
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
import { specialCase } from '../special-case.js';

const vocabulary = ['no', 'yes'];
const words = ['yes', 'no', 'no', 'yes', 'yes'];
const thresholds = [0.25, 0.123456789, 0.75];
const keys = ['logits', 'logistic', 'probabilities', 'class_ids', 'classes', 'all_class_ids', 'all_classes'];

function modelOf(options: Options): HeadModel {
  const named = thresholdsOf(options);
  return {
    loss: (batch) => trainingLoss(sigmoidCrossEntropy, numbersOf(batch, options), reductionOf(options)),
    metrics: (given) => {
      const batches = given.map((batch) => numbersOf(batch, options));
      refuseNearThresholds(
        batches.flatMap(({ logits }) => logits.map(sigmoidOf)),
        Object.values(named),
      );
      return binaryClassMetrics(batches, { thresholds: named });
    },
    predictions(logits) {
      const of = new PredictionsOf(logits);
      const id = ([x = 0]: readonly number[]): readonly number[] => [x > 0 ? 1 : 0];
      return {
        logits: of.logits(),
        logistic: of.floats(([x = 0]) => [sigmoidCrossEntropy.predict(x)]),
        probabilities: of.floats(([x = 0]) => [sigmoidCrossEntropy.predict(-x), sigmoidCrossEntropy.predict(x)]),
        class_ids: of.ids(id),
        classes: of.names(id, options),
        all_class_ids: of.ids(() => [0, 1]),
        all_classes: of.names(() => [0, 1], options),
      };
    },
  };
}

const drawn = (
  rows: number,
  weights: 'none' | 'rows' | 'column',
  options: Options,
  more: object = {},
): CaseDescription => {
  const batch = drawnBatch('probability', [rows, 1], weights);
  return {
    parameters: { inputs: 'drawn', shape: `${rows}x1`, weights, ...more },
    options: weighted(options, batch),
    ...batch,
  };
};
const five = drawnBatch('probability', [5, 1], 'rows');

export const binaryClass: HeadDescription = {
  head: 'BinaryClassHead',
  package: 'head-classification',
  file: 'binary-class-head.json',
  formula:
    'sigmoid cross-entropy, as in tf.nn.sigmoid_cross_entropy_with_logits, of which tf.estimator.BinaryClassHead is made; class 1 where the ' +
    'logit is above 0; areas under curves of 200 thresholds, by counting each',
  modelOf,
  exports: classExports(keys, 'all_classes', { regression: { kind: 'regression', outputs: { value: 'logistic' } } }),
  cases: [
    specialCase('45-and-minus-41', [
      [45, 1],
      [-41, 1],
    ]),
    specialCase(
      'extreme',
      [1e-8, 30, 80, 1e4].flatMap(
        (x) =>
          [
            [x, 1],
            [x, 0],
            [-x, 1],
            [-x, 0],
          ] as const,
      ),
    ),
    specialCase('soft', [
      [0, 0.5],
      [2, 0.25],
      [-1.5, 2 ** -10],
      [0.5, 1 - 2 ** -10],
      [0, 0],
      [1, 0],
      [1, 1],
    ]),
    specialCase(
      'at-threshold',
      [
        [0, 1],
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 1],
        [-1, 0],
      ],
      { thresholds: [0.5] },
    ),
    {
      ...specialCase('one-class', [
        [1, 1],
        [-1, 1],
      ]),
      parameters: { inputs: 'positives' },
    },
    {
      ...specialCase('one-class', [
        [1, 0],
        [-1, 0],
      ]),
      parameters: { inputs: 'negatives' },
    },
    drawn(1, 'none', {}),
    drawn(5, 'rows', { lossReduction: 'sum' }),
    drawn(33, 'column', { lossReduction: 'auto', thresholds }, { thresholds: true }),
    { ...drawn(257, 'rows', { lossReduction: 'sum' }), lossOnly: true },
    {
      parameters: { inputs: 'words', shape: '5x1', weights: 'rows' },
      options: { labelVocabulary: vocabulary, weightColumn: 'weight' },
      ...five,
      labels: { shape: [5, 1], dtype: 'string', values: words },
    },
    {
      parameters: { inputs: 'words', shape: '5x1', labels: '5' },
      options: { labelVocabulary: vocabulary },
      logits: five.logits,
      labels: { shape: [5], dtype: 'string', values: words },
      lossOnly: true,
    },
    {
      parameters: { inputs: 'int32', shape: '4x1', weights: 'all-0' },
      options: { weightColumn: 'weight' },
      ...drawnBatch('binary', [4, 1]),
      labels: { ...written([4, 1], [1, 0, 0, 1]), dtype: 'int32' },
      weights: written([4], [0, 0, 0, 0]),
    },
    // The lists of all classes have one dimension for the batch in the original, whatever the logits have.
    {
      ...drawn(1, 'none', {}),
      parameters: { inputs: 'drawn', shape: '2x3x1', weights: 'rows' },
      options: { weightColumn: 'weight' },
      ...drawnBatch('probability', [2, 3, 1], 'rows'),
      lossOnly: true,
    },
  ],
  evaluations: [
    {
      parameters: { batches: 3, weights: 'none' },
      options: {},
      batches: [5, 1, 13].map((rows) => drawnBatch('binary', [rows, 1])),
    },
    {
      parameters: { batches: 3, weights: 'rows', thresholds: true },
      options: { weightColumn: 'weight', thresholds },
      batches: [33, 1, 7].map((rows) => drawnBatch('probability', [rows, 1], 'rows')),
    },
    {
      parameters: { batches: 2, inputs: 'words' },
      options: { labelVocabulary: vocabulary },
      batches: [words, words.slice(1, 4)].map((values) => ({
        logits: drawnBatch('binary', [values.length, 1]).logits,
        labels: { shape: [values.length, 1], dtype: 'string', values },
      })),
    },
  ],
  trainings: [
    { ...optimizers.sgd, options: {}, outputs: 1, seed: 11 },
    { ...optimizers.adam, options: { lossReduction: 'sum' }, outputs: 1, seed: 12 },
  ],
  labelsOf: eachLabel((signal, noise) => (signal + noise / 4 > 0 ? 1 : 0)),
};
