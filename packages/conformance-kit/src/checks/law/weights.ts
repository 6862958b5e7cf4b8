import { drawValues, filled, ULPS, type Values } from '@tfjs-heads/reference';
import { pickRows, tensorsOf, WEIGHT, type Batch } from '../../batch.js';
import { check, type Check } from '../check.js';
import { outcomeOf, resultsOf, updated } from '../outcome.js';
import { batchOf, headOf, plainBatchOf, plainHeadOf, weighedOf, whereWeighedAlone, whereWeighted } from './claims.js';
import { nearMetrics, nearOutcome, scalesOf } from './compare.js';

export const weightsOfOne: Check = check({
  states: 'Weights of one are as good as none.',
  cases: (subject) => whereWeighted(subject, [{ rows: 5 }, { rows: '2x3' }]),
  async run({ subject, judge }, { rows }) {
    const batch = plainBatchOf(subject, headOf(subject), rows);
    const weights = filled(batch.logits.shape.slice(0, -1), 1);
    const ones = await outcomeOf(headOf(subject), tensorsOf(subject, { ...batch, weights }));
    const none = await outcomeOf(plainHeadOf(subject), tensorsOf(subject, batch));
    nearOutcome(judge, ones, none, scalesOf(batch));
  },
});

/** A row of weight zero still counts among the elements that `sum_over_batch_size` divides by. */
export const weightZeroIsRowRemoved: Check = check({
  states: 'A row of weight zero adds nothing to loss, gradient or metrics; sum_over_batch_size still counts it.',
  cases: (subject) =>
    whereWeighedAlone(subject, [
      { reduction: 'sum', rows: 5 },
      { reduction: 'sum_over_batch_size', rows: 4 },
    ]),
  async run({ subject, judge }, { reduction, rows }) {
    const head = headOf(subject, { lossReduction: reduction });
    const n = rows;
    const drawn = batchOf(subject, head, n);
    const zero = 1;
    const batch = {
      ...drawn,
      weights: { shape: [n], values: Array.from({ length: n }, (_, row) => (row === zero ? 0 : 0.5 + row)) },
    };
    const rest = Array.from({ length: n }, (_, row) => row).filter((row) => row !== zero);
    const with0 = await outcomeOf(head, tensorsOf(subject, batch));
    const without = await outcomeOf(head, tensorsOf(subject, pickRows(batch, rest)));
    const factor = reduction === 'sum' ? 1 : (n - 1) / n;
    const { element, sum } = scalesOf(batch);
    const columns = with0.gradient.length / n;
    const [before, removed, after] = [
      with0.gradient.slice(0, zero * columns),
      with0.gradient.slice(zero * columns, (zero + 1) * columns),
      with0.gradient.slice((zero + 1) * columns),
    ];
    judge.near('the loss', [with0.loss], [without.loss * factor], { k: ULPS.REDUCE, scale: sum });
    judge.near(
      'the gradient',
      [...before, ...after],
      without.gradient.map((value) => value * factor),
      { k: ULPS.ELEMENT, scale: element },
    );
    judge.same('the gradient of the row', removed, filled([columns], 0).values);
    nearMetrics(judge, weighedOf(subject, with0.metrics), weighedOf(subject, without.metrics), { element, sum });
  },
});

export const allZeroWeights: Check = check({
  states: 'Where all weights are zero, loss, gradient and metrics are 0, not NaN.',
  cases: (subject) =>
    whereWeighted(subject, [
      { reduction: 'sum', rows: 3 },
      { reduction: 'sum_over_batch_size', rows: 4 },
    ]),
  async run({ subject, judge }, { reduction, rows }) {
    const head = headOf(subject, { lossReduction: reduction });
    const batch: Batch = { ...batchOf(subject, head, rows), weights: filled([rows], 0) };
    const { loss, gradient, metrics } = await outcomeOf(head, tensorsOf(subject, batch));
    judge.same('the loss', [loss], [0]);
    judge.same('the gradient', gradient, filled([gradient.length], 0).values);
    for (const [key, value] of Object.entries(weighedOf(subject, metrics)))
      judge.same(`the metric '${key}'`, [value], [ofNothing(key)]);
  },
});

/** What a metric comes to that has seen nothing: 0, but for the better of two shares that add up to 1. */
export function ofNothing(key: string): number {
  return key.split('/')[0] === 'accuracy_baseline' ? 1 : 0;
}

/** Else one could not tell weights that are forgotten from weights that are used. */
export const weightsWeigh: Check = check({
  states:
    'Weights count: a weight of 2 for every row doubles the loss and the gradient and leaves the metrics as they are.',
  cases: (subject) => whereWeighted(subject, [{ rows: 5 }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = plainBatchOf(subject, head, rows);
    const plain = await outcomeOf(plainHeadOf(subject), tensorsOf(subject, batch));
    const twice = await outcomeOf(head, tensorsOf(subject, { ...batch, weights: filled([rows], 2) }));
    const doubled = { ...plain, loss: 2 * plain.loss, gradient: plain.gradient.map((value) => 2 * value) };
    nearOutcome(judge, twice, doubled, scalesOf(batch));
  },
});

export const weightsIgnored: Check = check({
  states: 'A head without a weight column takes no notice of a feature that would be one.',
  cases: () => [{ rows: 4 }],
  async run({ subject, judge }, { rows }) {
    const head = plainHeadOf(subject);
    const batch = plainBatchOf(subject, head, rows);
    const weights = filled([rows], 7);
    const given = tensorsOf(subject, { ...batch, weights });
    judge.that(WEIGHT in given.features, 'there is no feature that would be one');
    nearOutcome(judge, await outcomeOf(head, given), await outcomeOf(head, tensorsOf(subject, batch)), scalesOf(batch));
  },
});

/** How often each row counts. */
const COUNTS = [2, 1, 0, 3, 1];

/** Whatever a head does with weights, a square or a root of them is not it; metrics that weights mean nothing to, as claimed, take no notice. */
export const weightIsCount: Check = check({
  states: 'A weight of 2 is the row given twice, for loss, gradient and each metric.',
  cases: (subject) => whereWeighedAlone(subject, [{ rows: COUNTS.length }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const drawn = batchOf(subject, head, rows);
    const withWeights = (values: readonly number[]): Batch => ({
      ...drawn,
      weights: { shape: [COUNTS.length], values },
    });
    const once = withWeights(COUNTS.map(() => 1));
    const indices = COUNTS.flatMap((count, row) => Array.from({ length: count }, () => row));
    const weighted = await outcomeOf(head, tensorsOf(subject, withWeights(COUNTS)));
    const repeated = await outcomeOf(head, tensorsOf(subject, pickRows(once, indices)));
    const { element, sum } = scalesOf(withWeights(COUNTS));
    const columns = head.logitsDimension;
    // The gradient of a row is as often that of one of its copies as there are copies.
    const expected = COUNTS.flatMap((count, row) => {
      const at = indices.indexOf(row) * columns;
      return Array.from({ length: columns }, (_, column) =>
        count === 0 ? 0 : count * (repeated.gradient[at + column] as number),
      );
    });
    judge.near('the loss', [weighted.loss], [repeated.loss], { k: ULPS.REDUCE, scale: sum });
    judge.near('the gradient', weighted.gradient, expected, { k: ULPS.ELEMENT, scale: element });
    nearMetrics(judge, weighedOf(subject, weighted.metrics), weighedOf(subject, repeated.metrics), { element, sum });
    const { metrics: unweighted } = await outcomeOf(head, tensorsOf(subject, once));
    for (const key of subject.unweightedMetrics ?? []) {
      judge.near(
        `the metric '${key}', which weights mean nothing to`,
        [weighted.metrics[key] ?? NaN],
        [unweighted[key] ?? NaN],
        { k: ULPS.REDUCE, scale: element },
      );
    }
  },
});

/** It holds where rows depend on each other, too: what a row costs is what it costs, and is weighed then. */
export const weightsAdd: Check = check({
  states:
    'A batch with some weights and then with others is that batch with their sums, for loss, gradient and each metric.',
  cases: (subject) => whereWeighted(subject, [{ rows: 5 }, { rows: '3x2' }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const drawn = batchOf(subject, head, rows);
    const { shape, values } = drawn.weights as Values;
    const others = drawValues(12, shape, 'weights');
    const [first, second, both] = [values, others, values.map((weight, i) => weight + (others[i] as number))].map(
      (weights) => tensorsOf(subject, { ...drawn, weights: { shape, values: weights } }),
    ) as [ReturnType<typeof tensorsOf>, ReturnType<typeof tensorsOf>, ReturnType<typeof tensorsOf>];
    const [one, other, sum] = await Promise.all([first, second, both].map((tensors) => outcomeOf(head, tensors)));
    const scales = scalesOf({ ...drawn, weights: { shape, values: [6] } });
    judge.near('the loss', [(one?.loss ?? NaN) + (other?.loss ?? NaN)], [sum?.loss ?? NaN], {
      k: ULPS.REDUCE,
      scale: scales.sum,
    });
    const added = one?.gradient.map((value, i) => value + (other?.gradient[i] as number)) ?? [];
    judge.near('the gradient', added, sum?.gradient ?? [], { k: ULPS.ELEMENT, scale: scales.element });
    const metrics = await resultsOf(updated(head, updated(head, head.metrics(), first), second));
    nearMetrics(judge, weighedOf(subject, metrics), weighedOf(subject, sum?.metrics ?? {}), scales);
  },
});
