import { fullLogPoisson, logPoisson, ULPS } from '@tfjs-heads/reference';
import { commonCases } from '../common-cases.js';
import { commonEvaluations } from '../common-evaluations.js';
import { eachLabel, type HeadDescription } from '../describe.js';
import { optimizers } from '../optimizers.js';
import { regressionExports, regressionModel } from '../regression-family.js';
import { specialCase } from '../special-case.js';

const predictions = { predictions: ULPS.ELEMENT, logits: ULPS.EXACT };
const notFull = { computeFullLoss: false };
const counts = [0, 0.5, 1, 1 + 2 ** -10, 1.5, 2, 50, 1000].map((count) => [0.25, count] as const);
const extreme = [
  [1e-8, 1],
  [-1e-8, 0],
  [30, 2],
  [-30, 50],
  [80, 1],
  [-80, 0],
  [-80, 2],
  [-1e4, 0],
  [-1e4, 1],
] as const;

export const poissonRegression: HeadDescription = {
  head: 'PoissonRegressionHead',
  package: 'head-regression',
  file: 'poisson-regression-head.json',
  formula:
    'log-Poisson loss exp(x) - z x; full: + z log z - z + log(2 pi z) / 2 (Stirling) for labels above 1, as in ' +
    'tf.nn.log_poisson_loss, of which tf.estimator.PoissonRegressionHead is made; predictions exp(x)',
  modelOf: (options) =>
    regressionModel(options['computeFullLoss'] === false ? logPoisson : fullLogPoisson, predictions, options),
  exports: regressionExports(Object.keys(predictions)),
  cases: [
    specialCase('counts', counts),
    { ...specialCase('counts', counts, notFull), parameters: { inputs: 'counts', full: false } },
    specialCase('extreme', extreme),
    { ...specialCase('extreme', extreme, notFull), parameters: { inputs: 'extreme', full: false } },
    specialCase('infinite', [
      [1e4, 1],
      [1, 2],
      [-3, 0],
    ]),
    // Nothing refuses a negative count; its loss says so, and its gradient is that of any other.
    specialCase('negative', [
      [0.25, -1],
      [1, 2],
      [-0.5, 0],
    ]),
    ...commonCases('count', 3),
  ],
  evaluations: commonEvaluations('count', 3, { nothing: { logit: -1e4, label: 0 }, something: { logit: 0, label: 1 } }),
  trainings: [
    { ...optimizers.sgd, options: { computeFullLoss: false }, outputs: 1, seed: 6 },
    { ...optimizers.adam, options: { labelDimension: 3 }, outputs: 3, seed: 7 },
    { ...optimizers.nesterov, options: {}, outputs: 1, seed: 8 },
    { ...optimizers.adadelta, options: {}, outputs: 1, seed: 9 },
    { ...optimizers.rmspropMomentum, options: {}, outputs: 1, seed: 10 },
  ],
  labelsOf: eachLabel((signal, noise) => Math.max(0, Math.round(2 + 2 * signal + noise))),
};
