import type { Head } from '@tfjs-heads/head-api';
import { LogisticRegressionHead, type LogisticRegressionHeadOptions } from './logistic-regression-head.js';
import { PoissonRegressionHead, type PoissonRegressionHeadOptions } from './poisson-regression-head.js';
import { RegressionHead, type RegressionHeadOptions } from './regression-head.js';

/** A head and what it claims: plain data that conformance-kit takes for a `Subject`. It is not imported, or every user of the heads would install it. */
interface RegressionSubject<Options> {
  readonly create: (options: Options) => Head;
  readonly weights: 'logits';
  readonly weightOfZero: 'removes';
  readonly metrics: readonly string[];
  readonly predictions: Readonly<Record<string, { readonly lastDimension: number; readonly dtype: 'float32' }>>;
  readonly labels?: 'count' | 'probability';
  readonly labelsOutOfRange?: readonly number[];
  readonly goldens?: { readonly href: string };
}

const metrics = ['average_loss', 'prediction/mean', 'label/mean'];

const regression: Pick<RegressionSubject<never>, 'metrics' | 'weights' | 'weightOfZero'> = {
  weights: 'logits',
  weightOfZero: 'removes',
  metrics,
};
const prediction = (lastDimension: number, ...keys: string[]): RegressionSubject<never>['predictions'] =>
  Object.fromEntries(keys.map((key) => [key, { lastDimension, dtype: 'float32' as const }]));

/**
 * The heads of this package as subjects of the conformance suite.
 *
 * @example
 * for (const [name, { create, ...claims }] of Object.entries(regressionSubjects)) describeConformance(create, { name, ...claims });
 */
export const regressionSubjects: {
  readonly RegressionHead: RegressionSubject<RegressionHeadOptions>;
  readonly 'RegressionHead-of-3': RegressionSubject<RegressionHeadOptions>;
  readonly PoissonRegressionHead: RegressionSubject<PoissonRegressionHeadOptions>;
  readonly LogisticRegressionHead: RegressionSubject<LogisticRegressionHeadOptions>;
} = {
  RegressionHead: {
    ...regression,
    create: (options) => new RegressionHead(options),
    goldens: new URL('../goldens/regression-head.json', import.meta.url),
    predictions: prediction(1, 'predictions'),
  },
  'RegressionHead-of-3': {
    ...regression,
    create: (options) => new RegressionHead({ ...options, labelDimension: 3 }),
    predictions: prediction(3, 'predictions'),
  },
  PoissonRegressionHead: {
    ...regression,
    create: (options) => new PoissonRegressionHead(options),
    goldens: new URL('../goldens/poisson-regression-head.json', import.meta.url),
    labels: 'count',
    predictions: prediction(1, 'predictions', 'logits'),
  },
  LogisticRegressionHead: {
    ...regression,
    create: (options) => new LogisticRegressionHead(options),
    goldens: new URL('../goldens/logistic-regression-head.json', import.meta.url),
    labels: 'probability',
    labelsOutOfRange: [-0.5, 1.5],
    predictions: prediction(1, 'predictions', 'logits'),
  },
};
