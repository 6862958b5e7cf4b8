import { cast } from '@tensorflow/tfjs-core';
import { Reduction } from '@tfjs-heads/head-api';
import { sizeOf, ULPS } from '@tfjs-heads/reference';
import { drawBatch, tensorsOf, type Batch } from '../../batch.js';
import type { NamedSubject } from '../../subject.js';
import { check, type Check } from '../check.js';
import { lossAndGradient, numberOf, readPredictions, resultsOf, updated, valuesOf } from '../outcome.js';
import { batchOf, headOf, labelsOf, weightsOf } from './claims.js';
import { codedErrorOf, nearMetrics, nearPredictions, scalesOf } from './compare.js';

const methods = ['loss', 'predictions', 'metrics', 'updateMetrics', 'createEstimatorSpec'] as const;

export const contract: Check = check({
  states:
    'A head has apiVersion 1, all methods, a whole number of logits, and the name and the reduction that it was given; none is refused.',
  cases: () => [{}],
  run({ subject, judge }) {
    const head = subject.create({});
    judge.equal('apiVersion', head.apiVersion, 1);
    for (const method of methods) judge.equal(`the type of ${method}`, typeof head[method], 'function');
    const { logitsDimension: k } = head;
    judge.that(Number.isInteger(k) && k >= 1, `logitsDimension: got ${String(k)}, expected a whole number from 1 on`);
    const reductions = Object.values(Reduction);
    const known = reductions.includes(head.lossReduction);
    judge.that(known, `lossReduction: got ${String(head.lossReduction)}, expected one of ${reductions.join(', ')}`);
    judge.that(head.name === undefined, `name: got ${String(head.name)}, expected undefined without one`);
    for (const lossReduction of ['sum', 'sum_over_batch_size', 'auto'] as const) {
      judge.equal('lossReduction', subject.create({ lossReduction }).lossReduction, lossReduction);
    }
    const { code } = codedErrorOf(judge, 'the reduction none', () => subject.create({ lossReduction: 'none' }));
    judge.equal('the code for the reduction none', code, 'LOSS_REDUCTION_INVALID');
    judge.equal('name', subject.create({ name: 'other' }).name, 'other');
  },
});

export const lossIsScalar: Check = check({
  states: 'The loss is a float32 scalar; its gradient is float32 and has the shape of the logits.',
  cases: () => [{ rows: 3 }, { rows: '2x3' }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject, { lossReduction: 'auto' });
    const batch = batchOf(subject, head, rows);
    const tensors = tensorsOf(subject, batch);
    const { value, grad } = lossAndGradient(head, tensors);
    const alone = head.loss(tensors.labels, tensors.logits, tensors);
    for (const [what, loss] of [
      ['the loss', alone],
      ['the loss under a tape', value],
    ] as const) {
      judge.equal(`the shape of ${what}`, loss.shape, []);
      judge.equal(`the dtype of ${what}`, loss.dtype, 'float32');
    }
    judge.near('the loss under a tape', [await numberOf(value)], [await numberOf(alone)], {
      k: ULPS.ELEMENT,
      scale: scalesOf(batch).element,
    });
    judge.equal('the shape of the gradient', grad.shape, tensors.logits.shape);
    judge.equal('the dtype of the gradient', grad.dtype, 'float32');
    const finite = (await valuesOf(grad)).every(Number.isFinite);
    judge.that(finite, 'the gradient has values that are not finite');
  },
});

/** Labels of the kind `class` are whole numbers already. */
const dtypesOf = (subject: NamedSubject): readonly { dtype: 'int32' | 'bool' }[] =>
  ({
    real: [{ dtype: 'int32' as const }],
    positive: [], // rounded, they may be 0
    count: [{ dtype: 'int32' as const }],
    probability: [{ dtype: 'int32' as const }, { dtype: 'bool' as const }],
    binary: [{ dtype: 'int32' as const }, { dtype: 'bool' as const }],
    class: [],
  })[labelsOf(subject)];

export const labelDtypes: Check = check({
  states: 'Labels of another numeric dtype count as the same labels in float32.',
  cases: dtypesOf,
  async run({ subject, judge }, { dtype }) {
    const head = headOf(subject);
    const drawn = batchOf(subject, head, 5);
    const batch: Batch = { ...drawn, labels: { ...drawn.labels, values: drawn.labels.values.map(Math.round) } };
    const tensors = tensorsOf(subject, batch);
    const other = { ...tensors, labels: cast(tensors.labels, dtype) };
    const [float, whole] = [lossAndGradient(head, tensors), lossAndGradient(head, other)];
    const { element, sum } = scalesOf(batch);
    judge.near('the loss', [await numberOf(whole.value)], [await numberOf(float.value)], {
      k: ULPS.ELEMENT,
      scale: sum,
    });
    judge.near('the gradient', await valuesOf(whole.grad), await valuesOf(float.grad), {
      k: ULPS.ELEMENT,
      scale: element,
    });
    const metrics = [tensors, other].map((one) => resultsOf(updated(head, head.metrics(), one)));
    const [ofFloat = {}, ofOther = {}] = await Promise.all(metrics);
    nearMetrics(judge, ofOther, ofFloat, { element, sum });
  },
});

export const predictionsAsClaimed: Check = check({
  states: 'Predictions have the keys that are claimed, in order, each in its shape and dtype.',
  cases: () => [{ rows: 3 }, { rows: '2x3' }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const { logits } = tensorsOf(subject, batchOf(subject, head, rows));
    const predictions = head.predictions(logits);
    const { predictions: claims } = subject;
    if (claims !== undefined) judge.equal('the keys', Object.keys(predictions), Object.keys(claims));
    judge.that(Object.keys(predictions).length > 0, 'there are no predictions');
    const before = logits.shape.slice(0, -1);
    for (const [key, values] of Object.entries(predictions)) {
      const { lastDimension, dtype } = claims?.[key] ?? { lastDimension: values.shape.at(-1), dtype: values.dtype };
      judge.equal(`the shape of predictions['${key}']`, values.shape, [...before, lastDimension]);
      judge.equal(`the dtype of predictions['${key}']`, values.dtype, dtype);
      judge.equal(
        `the number of predictions['${key}']`,
        (await values.data()).length,
        values.shape.reduce((size, each) => size * each, 1),
      );
    }
  },
});

export const predictionKeys: Check = check({
  states: 'Asked for some keys, a head predicts those, in its own order; it refuses a key that it does not know.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const head = headOf(subject);
    const { logits } = tensorsOf(subject, batchOf(subject, head, 3));
    const all = await readPredictions(head.predictions(logits));
    const keys = Object.keys(all);
    nearPredictions(judge, await readPredictions(head.predictions(logits, keys.toReversed())), all);
    for (const key of keys)
      nearPredictions(judge, await readPredictions(head.predictions(logits, [key])), { [key]: all[key] ?? [] });
    const error = codedErrorOf(judge, 'a key that is none', () => head.predictions(logits, ['no such key']));
    judge.equal('the code for a key that is none', error.code, 'PREDICTION_KEY_INVALID');
    judge.that(error.message.includes('no such key'), `the message must name the key, but is: ${error.message}`);
  },
});

/** The original divides by the number of element losses, whatever the weights are. */
export const meanIsSumOverSize: Check = check({
  states: 'sum_over_batch_size is sum divided by the number of element losses, and auto is the same to the bit.',
  cases: () => [{ rows: 1 }, { rows: 33 }],
  async run({ subject, judge }, { rows }) {
    const batch = drawBatch(subject, subject.create({}), { seed: 1, rows: [rows] });
    const losses = (['sum', 'sum_over_batch_size', 'auto'] as const).map(async (lossReduction) => {
      const { logits, labels, features } = tensorsOf(subject, batch);
      return subject.create({ lossReduction }).loss(labels, logits, { features }).data();
    });
    const [[sum = NaN] = [], mean = [], auto = []] = await Promise.all(losses);
    // A head that weighs logits has a loss for each; another may have one for each label, or for each row alone.
    const perLabel = sizeOf(batch.labels.shape);
    const perRow = weightsOf(subject) === 'logits' ? perLabel : rows;
    const size =
      [perLabel, perRow].find((one) => Math.abs((mean[0] ?? NaN) * one - sum) < 1e-3 * Math.abs(sum)) ?? perLabel;
    judge.near('the mean', mean, [sum / size], { k: ULPS.ELEMENT, scale: scalesOf(batch).element });
    judge.same('auto', auto, mean);
  },
});
