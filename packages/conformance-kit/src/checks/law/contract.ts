import { cast, type Tensor } from '@tensorflow/tfjs-core';
import { Reduction, type Labels } from '@tfjs-heads/head-api';
import { largest, sizeOf, ULPS, type LabelKind } from '@tfjs-heads/reference';
import { mapParts, partsOf, stepsOf, tensorsOf, type Batch, type LabelValues } from '../../batch.js';
import type { NamedSubject } from '../../subject.js';
import { check, type Check } from '../check.js';
import { lossAndGradient, numberOf, readPredictions, resultsOf, tensorsIn, updated, readNumbers } from '../outcome.js';
import { batchFor, elementsOf, headOf, kindsOf, plainBatchFor, weightsClaim } from './claims.js';
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
    // A head made of heads is called by their names.
    judge.that(
      head.name === undefined || subject.heads !== undefined,
      `name: got ${String(head.name)}, expected undefined without one`,
    );
    for (const lossReduction of ['sum', 'sum_over_batch_size', 'auto'] as const) {
      judge.equal('lossReduction', subject.create({ lossReduction }).lossReduction, lossReduction);
    }
    const { code } = codedErrorOf(judge, 'the reduction none', () => subject.create({ lossReduction: 'none' }));
    judge.equal('the code for the reduction none', code, 'LOSS_REDUCTION_INVALID');
    const { name } = subject.create({ name: 'other' });
    // A head of sequences may be called after the one that it applies to each step.
    const isNamed = name === 'other' || (subject.mask !== undefined && name?.startsWith('other') === true);
    judge.that(isNamed || subject.heads !== undefined, `name: got ${String(name)}, expected other`);
  },
});

export const lossIsScalar: Check = check({
  states: 'The loss is a float32 scalar; its gradient is float32 and has the shape of the logits.',
  cases: () => [{ rows: 3 }, { rows: '2x3' }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject, { lossReduction: 'auto' });
    const batch = batchFor(subject, head, rows);
    const tensors = tensorsOf(batch);
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
    const gradients = tensorsIn(grad);
    for (const [i, [name, logits]] of partsOf<Tensor>(tensors.logits).entries()) {
      const what = name === '' ? 'the gradient' : `the gradient of the logits of ${name}`;
      judge.equal(`the shape of ${what}`, gradients[i]?.shape, logits.shape);
      judge.equal(`the dtype of ${what}`, gradients[i]?.dtype, 'float32');
    }
    const finite = (await readNumbers(grad)).every(Number.isFinite);
    judge.that(finite, 'the gradient has values that are not finite');
  },
});

/** In which other dtypes there may be labels of a kind. Those of the kind `class` are whole numbers already, or words. */
const otherDtypes: Readonly<Record<LabelKind, readonly ('int32' | 'bool')[]>> = {
  real: ['int32'],
  positive: [], // rounded, they may be 0
  count: ['int32'],
  probability: ['int32', 'bool'],
  binary: ['int32', 'bool'],
  class: [],
};

export const labelDtypes: Check = check({
  states: 'Labels of another numeric dtype count as the same labels in float32.',
  cases: (subject) =>
    kindsOf(subject).flatMap(({ kind, of }) => otherDtypes[kind].map((dtype) => ({ ...(of && { of }), dtype }))),
  async run({ subject, judge }, { of = '', dtype }) {
    const head = headOf(subject);
    const drawn = batchFor(subject, head, 5);
    const round = (labels: LabelValues): LabelValues => ({ ...labels, values: labels.values.map(Math.round) });
    const batch: Batch = {
      ...drawn,
      labels: mapParts(drawn.labels, (labels, name) => (name === of ? round(labels) : labels)),
    };
    const tensors = tensorsOf(batch);
    const labels = mapParts<Tensor, Tensor>(tensors.labels as Tensor, (part, name) =>
      name === of ? cast(part, dtype) : part,
    ) as Labels;
    const other = { ...tensors, labels };
    const [float, whole] = [lossAndGradient(head, tensors), lossAndGradient(head, other)];
    const { element, sum } = scalesOf(batch);
    judge.near('the loss', [await numberOf(whole.value)], [await numberOf(float.value)], {
      k: ULPS.ELEMENT,
      scale: sum,
    });
    judge.near('the gradient', await readNumbers(whole.grad), await readNumbers(float.grad), {
      k: ULPS.ELEMENT,
      scale: element,
    });
    const metrics = [tensors, other].map((inputs) => resultsOf(updated(head, head.metrics(), inputs)));
    const [ofFloat = {}, ofOther = {}] = await Promise.all(metrics);
    nearMetrics(judge, ofOther, ofFloat, { element, sum });
  },
});

export const predictionsAsClaimed: Check = check({
  states: 'Predictions have the keys that are claimed, in order, each in its shape and dtype.',
  cases: () => [{ rows: 3 }, { rows: '2x3' }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const predictions = head.predictions(tensorsOf(batch).logits);
    const { predictions: claims } = subject;
    if (claims !== undefined) judge.equal('the keys', Object.keys(predictions), Object.keys(claims));
    judge.that(Object.keys(predictions).length > 0, 'there are no predictions');
    const before = partsOf(batch.logits)[0]?.[1].shape.slice(0, -1) ?? [];
    for (const [key, values] of Object.entries(predictions)) {
      const { lastDimension, dtype } = claims?.[key] ?? { lastDimension: values.shape.at(-1), dtype: values.dtype };
      judge.equal(`the shape of predictions['${key}']`, values.shape, [...before, lastDimension]);
      judge.equal(`the dtype of predictions['${key}']`, values.dtype, dtype);
      judge.equal(
        `the number of predictions['${key}']`,
        (await values.data()).length,
        values.shape.reduce((size, dimension) => size * dimension, 1),
      );
    }
  },
});

export const predictionKeys: Check = check({
  states: 'Asked for some keys, a head predicts those, in its own order; it refuses a key that it does not know.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const head = headOf(subject);
    const { logits } = tensorsOf(batchFor(subject, head, 3));
    const predictions = await readPredictions(head.predictions(logits));
    const keys = Object.keys(predictions);
    nearPredictions(judge, await readPredictions(head.predictions(logits, keys.toReversed())), predictions);
    for (const key of keys)
      nearPredictions(judge, await readPredictions(head.predictions(logits, [key])), { [key]: predictions[key] ?? [] });
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
    const batch = plainBatchFor(subject, subject.create({}), rows);
    const reduced = (['sum', 'sum_over_batch_size', 'auto'] as const).map(async (lossReduction) => {
      const { value, grad } = lossAndGradient(subject.create({ lossReduction }), tensorsOf(batch));
      return { loss: await numberOf(value), gradient: await readNumbers(grad) };
    });
    const [sum, mean, auto] = (await Promise.all(reduced)) as unknown as readonly [Reduced, Reduced, Reduced];
    const { element } = scalesOf(batch);
    let first = 0;
    // Heads in one may have other numbers of losses: their gradients tell.
    for (const [name, logits] of partsOf(batch.logits)) {
      const places = [first, (first += logits.values.length)];
      const [summed, averaged] = [sum.gradient.slice(...places), mean.gradient.slice(...places)];
      const share = (size: number): boolean =>
        Math.abs(largest(averaged) * size - largest(summed)) < 1e-3 * largest(summed);
      const size = sizesOf(subject, batch, name).find((candidate) =>
        name === '' ? Math.abs(mean.loss * candidate - sum.loss) < 1e-3 * Math.abs(sum.loss) : share(candidate),
      );
      const divisor = size ?? (sizesOf(subject, batch, name)[0] as number);
      if (name === '') judge.near('the mean', [mean.loss], [sum.loss / divisor], { k: ULPS.ELEMENT, scale: element });
      judge.near(
        `the gradient of the mean${name && ` by the logits of ${name}`}`,
        averaged,
        summed.map((value) => value / divisor),
        { k: ULPS.ELEMENT, scale: element },
      );
    }
    judge.same('auto', [auto.loss], [mean.loss]);
  },
});

interface Reduced {
  readonly loss: number;
  readonly gradient: readonly number[];
}

/** How many losses there may be: a head that weighs logits has one for each; another may have one for each label, or for each row or step alone. */
function sizesOf(subject: NamedSubject, batch: Batch, name: string): number[] {
  const { shape, indices } = new Map(partsOf(batch.labels)).get(name) as LabelValues;
  const rows = elementsOf(subject, batch);
  const perLabel = indices === undefined ? rows * (sizeOf(shape) / stepsOf(batch)) : rows;
  return weightsClaim(subject) === 'logits' ? [perLabel] : [perLabel, rows];
}
