import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  batchIn,
  GOLDEN_FORMAT,
  type GoldenCase,
  type GoldenEvaluation,
  type GoldenFile,
  type GoldenPrediction,
  type GoldenValues,
  type PerHead,
} from '@tfjs-heads/conformance-kit';
import { type Scaled, ULPS } from '@tfjs-heads/reference';
import { root } from '../workspace.js';
import type { CaseDescription, EvaluationDescription, HeadDescription, Predicted } from './describe.js';
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
    ...(head.heads && { heads: head.heads }),
    exports: head.exports,
    cases: head.cases.map((one) => caseOf(head, one)),
    evaluations: head.evaluations.map((one) => evaluationOf(head, one)),
    trainings: head.trainings.map((one) => trainingOf(head, one)),
  };
}

function caseOf(head: HeadDescription, { lossOnly = false, at, ...described }: CaseDescription): GoldenCase {
  const model = head.modelOf(described.options);
  const batch = batchIn(described);
  const { loss, gradient } = model.loss(batch);
  const ofGradient = (values: readonly Scaled[]): GoldenValues => expected(values, ULPS.ELEMENT, at);
  return {
    ...described,
    loss: expected([loss], ULPS.REDUCE),
    gradient: isList(gradient) ? ofGradient(gradient) : mapped(gradient, ofGradient),
    predictions: lossOnly ? {} : mapped(model.predictions(batch.logits), (prediction) => predictionOf(prediction, at)),
    metrics: lossOnly ? {} : metricsOf(head, model.metrics([batch])),
  };
}

function isList(gradient: PerHead<readonly Scaled[]>): gradient is readonly Scaled[] {
  return Array.isArray(gradient);
}

function predictionOf(prediction: Predicted, at: readonly number[] | undefined): GoldenPrediction {
  if (prediction.dtype === 'float32') {
    const { shape, dtype, values, k } = prediction;
    return { shape, dtype, ...expected(values, k, at) };
  }
  if (at === undefined) return prediction;
  const { values } = prediction;
  return { ...prediction, values: at.map((i) => values[i]), at } as GoldenPrediction;
}

function evaluationOf(head: HeadDescription, { k, ...described }: EvaluationDescription): GoldenEvaluation {
  const metrics = head.modelOf(described.options).metrics(described.batches.map(batchIn));
  return { ...described, metrics: metricsOf(head, metrics, k) };
}

function metricsOf(
  { metricUnits = {} }: HeadDescription,
  metrics: Readonly<Record<string, Scaled>>,
  k: number = ULPS.ELEMENT,
): GoldenCase['metrics'] {
  return mapped(metrics, (metric, key) => expected([metric], metricUnits[key] ?? k));
}

function mapped<T, U>(values: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}
