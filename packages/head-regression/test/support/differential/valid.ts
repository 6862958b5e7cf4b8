import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Metrics, ModeKeys } from '@tfjs-heads/head-api';
import type { RegressionPredictions } from '@tfjs-heads/head-regression';
import { isOnGpu } from '../backend.js';
import { inMode } from '../spec.js';
import { difference } from '../tolerance.js';
import { tensorsOf, type Case, type DrawnBatch } from './draw.js';
import type { Term, Terms } from './terms.js';

type Check = (what: string, actual: ArrayLike<number>, expected: readonly Term[]) => void;

/** Runs a case and says what of it is wrong. */
export async function runValid(one: Case): Promise<readonly string[]> {
  const faults: string[] = [];
  const check: Check = (what, actual, expected) => {
    if (actual.length !== expected.length) faults.push(`${what}: ${actual.length} values instead of ${expected.length}`);
    const told = expected.map(({ value, scale }, i) => difference([actual[i] as number], [value], { scale }));
    const fault = told.find((each) => each !== undefined);
    if (fault !== undefined) faults.push(`${what}[${told.indexOf(fault)}]: ${fault}`);
  };
  const equal = (what: string, actual: unknown, expected: unknown): void => {
    const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== e) faults.push(`${what}: ${a} instead of ${e}`);
  };
  const before = tf.memory().numTensors;
  const [first] = one.batches as [DrawnBatch];
  await checkLoss(one, first, check);
  await checkPredictions(one, first, check, equal);
  await checkMetrics(one, check, equal);
  if (one.specs) await checkSpecs(one, first, check, equal);
  const left = tf.memory().numTensors - before;
  if (left !== 0) faults.push(`${left} tensors left`);
  return faults;
}

/** What a loss in float32 may be off is less where a loop in doubles makes it. */
function shareOf({ model }: Case, { logits }: DrawnBatch): number {
  return isOnGpu || model.custom || logits.values.length >= 2048 ? 1 : 2 ** -20;
}

function weightsOf({ weightFactor }: Case, { logits, weights }: DrawnBatch): number[] {
  if (weights === undefined) return logits.values.map(() => 1);
  const columns = logits.values.length / weights.values.length;
  return logits.values.map((_, i) => weightFactor * (weights.values[Math.floor(i / columns)] as number));
}

function termsOf(batch: DrawnBatch, of: Terms['loss']): Term[] {
  return batch.logits.values.map((x, i) => of(x, batch.labels.values[i] as number));
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

function expectedLoss(one: Case, batch: DrawnBatch): { loss: Term; gradient: Term[] } {
  const weights = weightsOf(one, batch);
  const divisor = one.reduction === 'sum' ? 1 : weights.length;
  const share = shareOf(one, batch);
  const weighted = (of: Terms['loss']): Term[] =>
    termsOf(batch, of).map(({ value, scale }, i) => {
      const weight = weights[i] as number;
      return { value: (value * weight) / divisor, scale: (share * scale * Math.abs(weight)) / divisor };
    });
  const terms = weighted(one.model.loss);
  const reduced = total(terms.map(({ value }) => value));
  const regularization = total(one.regularization ?? []);
  const magnitude = total(terms.map(({ value, scale }) => share * Math.abs(value) + scale));
  return {
    loss: { value: reduced + regularization, scale: magnitude + Math.abs(reduced) + regularization },
    gradient: weighted(one.model.derivative),
  };
}

async function checkLoss(one: Case, batch: DrawnBatch, check: Check): Promise<void> {
  const { logits, labels, features } = tensorsOf(batch);
  const regularizationLosses = one.regularization?.map((value) => tf.scalar(value));
  const options = { features, ...(regularizationLosses && { regularizationLosses }) };
  const expected = expectedLoss(one, batch);
  const head = one.create();
  const plain = head.loss(labels, logits, options);
  check('loss', await plain.data(), [expected.loss]);
  if (logits.dtype === 'float32') {
    const { value, grad } = tf.valueAndGrad((x: Tensor) => head.loss(labels, x, options) as Tensor)(logits);
    check('loss with gradient', await value.data(), [expected.loss]);
    check('gradient', await grad.data(), expected.gradient);
    tf.dispose([value, grad]);
  }
  tf.dispose([plain, logits, labels, features, regularizationLosses ?? []]);
}

async function checkPredictions(one: Case, batch: DrawnBatch, check: Check, equal: (what: string, a: unknown, e: unknown) => void): Promise<void> {
  const { logits, labels, features } = tensorsOf(batch);
  const predictions = one.create().predictions(logits);
  await comparePredictions(one, batch, predictions, check, equal);
  tf.dispose([logits, labels, features]);
  for (const each of Object.values(predictions)) each.dispose();
}

async function comparePredictions(
  one: Case,
  { logits }: DrawnBatch,
  predictions: RegressionPredictions,
  check: Check,
  equal: (what: string, a: unknown, e: unknown) => void,
): Promise<void> {
  equal('keys of predictions', Object.keys(predictions), one.model.keys);
  for (const [key, tensor] of Object.entries(predictions)) {
    equal(`shape of ${key}`, tensor.shape, logits.shape);
    check(key, await tensor.data(), logits.values.map((x) => (key === 'logits' ? { value: x, scale: 0 } : one.model.predict(x))));
  }
}

function expectedMetrics(one: Case, batches: readonly DrawnBatch[]): Term[] {
  const weights = batches.flatMap((batch) => weightsOf(one, batch));
  const count = total(weights);
  const mean = (of: Terms['loss'], share: number): Term => {
    if (count === 0) return { value: 0, scale: 0 };
    const terms = batches.flatMap((batch) => termsOf(batch, of));
    const sum = total(terms.map(({ value }, i) => value * (weights[i] as number)));
    const scale = total(terms.map((term, i) => (2 ** -20 * Math.abs(term.value) + share * term.scale) * Math.abs(weights[i] as number)));
    return { value: sum / count, scale: scale / Math.abs(count) };
  };
  return [
    mean(one.model.loss, one.model.custom ? 1 : 2 ** -20),
    mean((x) => one.model.predict(x), 2 ** -20),
    mean((_, z) => ({ value: z, scale: 0 }), 0),
    ...(one.regularization ? [{ value: total(one.regularization), scale: 0 }] : []),
  ];
}

function expectedKeys({ name, regularization }: Case): string[] {
  const keys = ['average_loss', 'prediction/mean', 'label/mean', ...(regularization ? ['regularization_loss'] : [])];
  return keys.map((key) => (name === '' ? key : `${key}/${name}`));
}

async function resultsOf(metrics: Metrics): Promise<number[]> {
  return Promise.all(Object.values(metrics).map((metric) => metric.result()));
}

async function checkMetrics(one: Case, check: Check, equal: (what: string, a: unknown, e: unknown) => void): Promise<void> {
  const head = one.create();
  const regularizationLosses = one.regularization?.map((value) => tf.scalar(value));
  const options = regularizationLosses && { regularizationLosses };
  const whole = head.metrics(options);
  const parts = one.batches.length === 1 ? [] : [head.metrics(options), head.metrics(options)];
  equal('keys of metrics', Object.keys(whole), expectedKeys(one));
  for (const [index, batch] of one.batches.entries()) {
    const { logits, labels, features } = tensorsOf(batch);
    for (const metrics of [whole, ...parts.slice(index % 2, (index % 2) + 1)]) head.updateMetrics(metrics, features, logits, labels, options);
    tf.dispose([logits, labels, features]);
  }
  const expected = expectedMetrics(one, one.batches);
  check('metrics', await resultsOf(whole), expected);
  const merged = head.metrics(options);
  for (const part of parts) {
    for (const [key, metric] of Object.entries(part)) merged[key]?.merge(JSON.parse(JSON.stringify(await metric.state())));
  }
  if (parts.length > 0) check('merged metrics', await resultsOf(merged), expected);
  tf.dispose(regularizationLosses ?? []);
  for (const metrics of [whole, merged, ...parts]) for (const metric of Object.values(metrics)) metric.dispose();
}

async function checkSpecs(one: Case, batch: DrawnBatch, check: Check, equal: (what: string, a: unknown, e: unknown) => void): Promise<void> {
  const { logits, labels, features } = tensorsOf(batch);
  const regularizationLosses = one.regularization?.map((value) => tf.scalar(value));
  const args = { features, logits, labels, ...(regularizationLosses && { regularizationLosses }) };
  const head = one.create();
  const expected = expectedLoss(one, batch);
  const evaluation = inMode('eval', head.createEstimatorSpec({ ...args, mode: ModeKeys.EVAL }));
  check('loss of the eval spec', await evaluation.loss.data(), [expected.loss]);
  equal('metrics of the eval spec', Object.keys(evaluation.evalMetricOps), expectedKeys(one));
  check('metrics of the eval spec', await resultsOf(evaluation.evalMetricOps), expectedMetrics(one, [batch]));
  await comparePredictions(one, batch, evaluation.predictions, check, equal);
  evaluation.dispose();

  const serving = inMode('infer', head.createEstimatorSpec({ ...args, mode: ModeKeys.PREDICT }));
  equal('exports', Object.entries(serving.exportOutputs).map(([key, { kind }]) => [key, kind]), [
    ['serving_default', 'regression'], ['regression', 'regression'], ['predict', 'predict'],
  ]);
  await comparePredictions(one, batch, serving.predictions, check, equal);
  serving.dispose();

  let [steps, handed] = [0, Number.NaN];
  const trainOpFn = (loss: Tensor): void => {
    steps++;
    handed = loss.id;
  };
  const training = inMode('train', head.createEstimatorSpec({ ...args, mode: ModeKeys.TRAIN, trainOpFn }));
  check('loss of the train spec', await training.loss.data(), [expected.loss]);
  training.trainOp();
  equal('steps', [steps, handed === training.loss.id], [1, true]);
  const named = (key: string): string => (one.name === '' ? key : `${key}/${one.name}`);
  equal('summaries', Object.keys(training.summaries), [named('loss'), ...(one.regularization ? [named('regularization_loss')] : [])]);
  training.dispose();
  tf.dispose([logits, labels, features, regularizationLosses ?? []]);
}
