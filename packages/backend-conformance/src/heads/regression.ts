import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import type { Claims, Subjects } from '../subject.js';

const metrics = ['average_loss', 'prediction/mean', 'label/mean'];

const scalar: Pick<Claims, 'predictions' | 'metrics' | 'weights'> = { weights: 'logits', metrics };
const prediction = (lastDimension: number, ...keys: string[]): NonNullable<Claims['predictions']> =>
  Object.fromEntries(keys.map((key) => [key, { lastDimension, dtype: 'float32' as const }]));

/** The heads of head-regression. */
export const regressionSubjects: Subjects = {
  RegressionHead: {
    ...scalar,
    create: (options) => new RegressionHead(options),
    goldens: new URL('../../goldens/regression-head.json', import.meta.url),
    predictions: prediction(1, 'predictions'),
  },
  'RegressionHead-of-3': {
    ...scalar,
    create: (options) => new RegressionHead({ ...options, labelDimension: 3 }),
    predictions: prediction(3, 'predictions'),
  },
  PoissonRegressionHead: {
    ...scalar,
    create: (options) => new PoissonRegressionHead(options),
    goldens: new URL('../../goldens/poisson-regression-head.json', import.meta.url),
    labels: 'count',
    predictions: prediction(1, 'predictions', 'logits'),
  },
  LogisticRegressionHead: {
    ...scalar,
    create: (options) => new LogisticRegressionHead(options),
    goldens: new URL('../../goldens/logistic-regression-head.json', import.meta.url),
    labels: 'probability',
    labelsOutOfRange: [-0.5, 1.5],
    predictions: prediction(1, 'predictions', 'logits'),
  },
};
