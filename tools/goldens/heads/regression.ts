import { squaredError, ULPS } from '@tfjs-heads/reference';
import { commonCases } from '../common-cases.js';
import { commonEvaluations } from '../common-evaluations.js';
import { eachLabel, type HeadDescription } from '../describe.js';
import { optimizers } from '../optimizers.js';
import { regressionExports, regressionModel } from '../regression-family.js';
import { specialCase } from '../special-case.js';

const predictions = { predictions: ULPS.EXACT };

export const regression: HeadDescription = {
  head: 'RegressionHead',
  package: 'head-regression',
  file: 'regression-head.json',
  formula: 'squared error (x - z)^2, as in tf.estimator.RegressionHead',
  modelOf: (options) => regressionModel(squaredError, predictions, options),
  exports: regressionExports(Object.keys(predictions)),
  cases: [
    // The example of the tests of tf.estimator.RegressionHead: a loss of 6.5.
    specialCase('43-and-44', [
      [45, 43],
      [41, 44],
    ]),
    specialCase('extreme', [
      [1e-8, 0],
      [-1e-8, 0.5],
      [30, -30],
      [-30, -29],
      [80, 80],
      [-80, 1],
      [1e4, 1],
      [-1e4, 1e4],
      [1e-20, -1e-10],
      [1, 1],
    ]),
    specialCase('cancelling', [
      [1e4, 1e4 + 2 ** -10],
      [2 ** 24, 2 ** 24 - 1],
      [-4096.5, -4096.25],
      [1 + 2 ** -23, 1],
    ]),
    // The first loss is beyond float32, a third of it is not: what overflows does so before the mean is taken.
    specialCase('infinite', [
      [1.25e19, -1.25e19],
      [1, 2],
      [3, 3],
    ]),
    ...commonCases('real', 3),
  ],
  evaluations: commonEvaluations('real', 3, { nothing: { logit: 0, label: 0 }, something: { logit: 3, label: 1 } }),
  trainings: [
    { ...optimizers.sgd, options: {}, outputs: 1, seed: 1 },
    { ...optimizers.adam, options: { labelDimension: 3 }, outputs: 3, seed: 2 },
    { ...optimizers.momentum, options: {}, outputs: 1, seed: 3 },
    { ...optimizers.adagrad, options: { labelDimension: 3, lossReduction: 'sum' }, outputs: 3, seed: 4 },
    { ...optimizers.rmspropCentered, options: {}, outputs: 1, seed: 5 },
  ],
  labelsOf: eachLabel((signal, noise) => 2 * signal + noise / 2),
};
