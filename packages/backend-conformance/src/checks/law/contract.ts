import { cast } from '@tensorflow/tfjs-core';
import { Reduction } from '@tfjs-heads/head-api';
import { tensorsOf, type Batch } from '../../batch.js';
import type { Check } from '../check.js';
import type { NamedSubject } from '../../subject.js';
import { batchOf, headOf, labelsOf } from './claims.js';
import { codedErrorOf } from './coded.js';
import { nearMetrics, scalesOf } from './near.js';
import { lossAndGradient, numberOf, resultsOf, updated, valuesOf } from '../outcome.js';
import { ULPS } from '@tfjs-heads/reference';

const methods = ['loss', 'predictions', 'metrics', 'updateMetrics', 'createEstimatorSpec'] as const;

export const contract: Check = {
  states: 'A head has apiVersion 1, all methods, a whole number of logits, and the name and the reduction that it was given; none is refused.',
  cases: () => [{}],
  run({ subject, judge }) {
    const head = subject.create({});
    judge.equal('apiVersion', head.apiVersion, 1);
    for (const method of methods) judge.equal(`the type of ${method}`, typeof head[method], 'function');
    const { logitsDimension: k } = head;
    judge.that(Number.isInteger(k) && k >= 1, `logitsDimension: ${String(k)} came, expected a whole number from 1 on`);
    const reductions = Object.values(Reduction);
    const known = reductions.includes(head.lossReduction);
    judge.that(known, `lossReduction: ${String(head.lossReduction)} came, expected one of ${reductions.join(', ')}`);
    judge.that(head.name === undefined, `name: ${String(head.name)} came, expected undefined without one`);
    for (const lossReduction of ['sum', 'sum_over_batch_size', 'auto'] as const) {
      judge.equal('lossReduction', subject.create({ lossReduction }).lossReduction, lossReduction);
    }
    const { code } = codedErrorOf(judge, 'the reduction none', () => subject.create({ lossReduction: 'none' }));
    judge.equal('the code for the reduction none', code, 'LOSS_REDUCTION_INVALID');
    judge.equal('name', subject.create({ name: 'other' }).name, 'other');
  },
};

export const lossIsScalar: Check = {
  states: 'The loss is a float32 scalar; its gradient is float32 and has the shape of the logits.',
  cases: () => [{ rows: 3 }, { rows: '2x3' }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject, { lossReduction: 'auto' });
    const batch = batchOf(subject, head, rows as number);
    const tensors = tensorsOf(subject, batch);
    const { value, grad } = lossAndGradient(head, tensors);
    const alone = head.loss(tensors.labels, tensors.logits, tensors);
    for (const [what, loss] of [['the loss', alone], ['the loss under a tape', value]] as const) {
      judge.equal(`the shape of ${what}`, loss.shape, []);
      judge.equal(`the dtype of ${what}`, loss.dtype, 'float32');
    }
    judge.near('the loss under a tape', [await numberOf(value)], [await numberOf(alone)], { k: ULPS.ELEMENT, scale: scalesOf(batch).element });
    judge.equal('the shape of the gradient', grad.shape, tensors.logits.shape);
    judge.equal('the dtype of the gradient', grad.dtype, 'float32');
    const finite = (await valuesOf(grad)).every(Number.isFinite);
    judge.that(finite, 'the gradient has values that are not finite');
  },
};

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

export const labelDtypes: Check = {
  states: 'Labels of another numeric dtype count as the same labels in float32.',
  cases: dtypesOf,
  async run({ subject, judge }, { dtype }) {
    const head = headOf(subject);
    const drawn = batchOf(subject, head, 5);
    const batch: Batch = { ...drawn, labels: { ...drawn.labels, values: drawn.labels.values.map(Math.round) } };
    const tensors = tensorsOf(subject, batch);
    const other = { ...tensors, labels: cast(tensors.labels, dtype as 'int32') };
    const [float, whole] = [lossAndGradient(head, tensors), lossAndGradient(head, other)];
    const { element, sum } = scalesOf(batch);
    judge.near('the loss', [await numberOf(whole.value)], [await numberOf(float.value)], { k: ULPS.ELEMENT, scale: sum });
    judge.near('the gradient', await valuesOf(whole.grad), await valuesOf(float.grad), { k: ULPS.ELEMENT, scale: element });
    const metrics = [tensors, other].map((one) => resultsOf(updated(head, head.metrics(), one)));
    const [ofFloat = {}, ofOther = {}] = await Promise.all(metrics);
    nearMetrics(judge, ofOther, ofFloat, { element, sum });
  },
};
