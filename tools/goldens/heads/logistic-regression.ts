import { sigmoidCrossEntropy, ULPS } from '@tfjs-heads/reference';
import { commonCases } from '../common-cases.js';
import { commonEvaluations } from '../common-evaluations.js';
import { eachLabel, type HeadDescription } from '../describe.js';
import { optimizers } from '../optimizers.js';
import { regressionExports, regressionModel } from '../regression-family.js';
import { specialCase } from '../special-case.js';

const predictions = { predictions: ULPS.ELEMENT, logits: ULPS.EXACT };
const extreme = [1e-8, 30, 80, 1e4].flatMap(
  (x) =>
    [
      [x, 1],
      [x, 0],
      [-x, 1],
      [-x, 0],
    ] as const,
);

export const logisticRegression: HeadDescription = {
  head: 'LogisticRegressionHead',
  package: 'head-regression',
  file: 'logistic-regression-head.json',
  formula:
    'sigmoid cross-entropy max(x, 0) - x z + log(1 + exp(-|x|)), as in tf.nn.sigmoid_cross_entropy_with_logits, of which ' +
    'tf.estimator.LogisticRegressionHead is made; predictions 1 / (1 + exp(-x))',
  modelOf: (options) => regressionModel(sigmoidCrossEntropy, predictions, options),
  exports: regressionExports(Object.keys(predictions)),
  cases: [
    specialCase('extreme', extreme),
    specialCase('extreme-soft', [
      [1e-8, 0.5],
      [-30, 0.5],
      [30, 0.25],
      [80, 0.75],
      [-80, 0.125],
      [1e4, 0.5],
      [-1e4, 0.875],
    ]),
    specialCase('soft', [
      [0, 0.5],
      [2, 0.25],
      [-1.5, 2 ** -10],
      [0.5, 1 - 2 ** -10],
      [-3, 0.75],
      [1, 0],
      [1, 1],
    ]),
    ...commonCases('probability', 1),
  ],
  evaluations: commonEvaluations('probability', 1, {
    nothing: { logit: -1e4, label: 0 },
    something: { logit: 0, label: 1 },
  }),
  trainings: [
    { ...optimizers.sgd, options: {}, outputs: 1, seed: 11 },
    { ...optimizers.adam, options: {}, outputs: 1, seed: 12 },
    { ...optimizers.adamax, options: {}, outputs: 1, seed: 13 },
    { ...optimizers.rmsprop, options: { lossReduction: 'sum' }, outputs: 1, seed: 14 },
  ],
  labelsOf: eachLabel((signal, noise) => Math.min(1, Math.max(0, Math.round(4 * (0.5 + signal + noise / 4)) / 4))),
};
