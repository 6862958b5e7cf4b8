import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  GOLDEN_FORMAT,
  type GoldenCase,
  type GoldenEvaluation,
  type GoldenFile,
  type GoldenPrediction,
  type GoldenValues,
  inputOf,
} from '@tfjs-heads/conformance-kit';
import {
  inFloat32,
  type Reducing,
  type ReferenceBatch,
  regressionMetrics,
  type Scaled,
  trainingLoss,
  ULPS,
} from '@tfjs-heads/reference';
import { root } from '../workspace.js';
import type { CaseDescription, DenseBatch, EvaluationDescription, HeadDescription } from './describe.js';
import { expected } from './expected.js';
import { trainingOf, trainingUnits } from './training.js';

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { readonly version: string })
    .version;

/** What the expected values come from. */
const SOURCE = { reference: versionOf('@tfjs-heads/reference'), tfjs: versionOf('@tensorflow/tfjs-core') };

/** The goldens of a head, by the float64 reference. */
export function generate(head: HeadDescription): GoldenFile {
  return {
    format: GOLDEN_FORMAT,
    head: head.head,
    provenance: {
      generator: 'npm run goldens',
      reference: `@tfjs-heads/reference ${SOURCE.reference}: formulas in doubles, results beyond float32 infinite`,
      formula: head.formula,
      reduction:
        'as in tf.estimator: the weighted sum, or that over the number of elements, whatever the weights; metrics are weighted means',
      network: 'logits = relu(inputs w1 + b1) w2 + b2; the update rules of the optimizers of tfjs-core ' + SOURCE.tfjs,
      k:
        'EXACT 0, ELEMENT 16, REDUCE 64 units of 2^-24, as ULPS of the reference says; metrics ELEMENT, since heads sum them in doubles; 2 where the ' +
        `sums are whole numbers beyond float32; ${trainingUnits} after ten training steps, of which backends took up to 17`,
    },
    exports: head.exports,
    cases: head.cases.map((one) => caseOf(head, one)),
    evaluations: head.evaluations.map((one) => evaluationOf(head, one)),
    trainings: head.trainings.map((one) => trainingOf(head, one)),
  };
}

function caseOf(head: HeadDescription, { lossOnly = false, at, ...described }: CaseDescription): GoldenCase {
  const formula = head.formulaOf(described.options);
  const batch = batchOf(described);
  const reduction = (described.options['lossReduction'] as Reducing | undefined) ?? 'sum_over_batch_size';
  const { loss, gradient } = trainingLoss(formula, batch, reduction);
  const predict = (x: number): Scaled => inFloat32(formula.predict(x));
  const { shape } = described.logits;
  const predictions = Object.entries(head.predictions).map(([key, k]): [string, GoldenPrediction] => {
    const values = batch.logits.map(key === 'logits' ? (value) => ({ value, scale: 0 }) : predict);
    return [key, { shape, dtype: 'float32', ...expected(values, k, at) }];
  });
  return {
    ...described,
    loss: expected([loss], ULPS.REDUCE),
    gradient: expected(gradient, ULPS.ELEMENT, at),
    predictions: lossOnly ? {} : Object.fromEntries(predictions),
    metrics: lossOnly ? {} : metricsOf(regressionMetrics(formula, [batch]), ULPS.ELEMENT),
  };
}

function evaluationOf(
  { formulaOf }: HeadDescription,
  { k = ULPS.ELEMENT, ...described }: EvaluationDescription,
): GoldenEvaluation {
  return {
    ...described,
    metrics: metricsOf(regressionMetrics(formulaOf(described.options), described.batches.map(batchOf)), k),
  };
}

function metricsOf(metrics: Readonly<Record<string, Scaled>>, k: number): Record<string, GoldenValues> {
  return Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key, expected([value], k)]));
}

function batchOf({ logits, labels, weights }: DenseBatch): ReferenceBatch {
  return {
    logits: inputOf(logits).values,
    labels: inputOf(labels).values,
    weights: weights && inputOf(weights).values,
  };
}
