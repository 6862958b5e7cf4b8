import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, Metrics, Reduction } from '@tfjs-heads/head-api';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead, type RegressionPredictions } from '@tfjs-heads/head-regression';
import { type Formula, fullLogPoisson, logPoisson, sigmoidCrossEntropy, squaredError } from '@tfjs-heads/reference';
import type { LabelKind } from './data.js';

/** What the heads of the family have in common. */
export interface FamilyOptions {
  readonly labelDimension?: number;
  readonly weightColumn?: string;
  readonly lossReduction?: Reduction;
  readonly name?: string;
}

/** A head and what it is to compute. */
export interface HeadCase {
  readonly head: string;
  readonly formula: Formula;
  readonly labels: LabelKind;
  /** Which label dimensions it is tried with. */
  readonly dimensions: readonly number[];
  create(options?: FamilyOptions): Head<Tensor, Tensor, RegressionPredictions>;
}

export const regression: HeadCase = {
  head: 'RegressionHead',
  formula: squaredError,
  labels: 'real',
  dimensions: [1, 3],
  create: (options) => new RegressionHead(options),
};

export const fullPoissonRegression: HeadCase = {
  head: 'PoissonRegressionHead',
  formula: fullLogPoisson,
  labels: 'count',
  dimensions: [1, 3],
  create: (options) => new PoissonRegressionHead(options),
};

export const poissonRegression: HeadCase = {
  ...fullPoissonRegression,
  head: 'PoissonRegressionHead without the full loss',
  formula: logPoisson,
  create: (options) => new PoissonRegressionHead({ ...options, computeFullLoss: false }),
};

export const logisticRegression: HeadCase = {
  head: 'LogisticRegressionHead',
  formula: sigmoidCrossEntropy,
  labels: 'probability',
  dimensions: [1],
  create: ({ weightColumn, lossReduction, name } = {}) => new LogisticRegressionHead({ weightColumn, lossReduction, name }),
};

export const threeHeads: readonly HeadCase[] = [regression, fullPoissonRegression, logisticRegression];

/** What the metrics have come to, by key. */
export async function results(metrics: Metrics): Promise<Record<string, number>> {
  const entries = Object.entries(metrics).map(async ([key, metric]) => [key, await metric.result()] as const);
  return Object.fromEntries(await Promise.all(entries));
}
