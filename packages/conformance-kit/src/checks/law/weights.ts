import { drawValues, ULPS, type Values } from '@tfjs-heads/reference';
import { pickRows, placesIn, tensorsOf, weighed, WEIGHT, type Batch } from '../../batch.js';
import { check, type Check } from '../check.js';
import { outcomeOf, resultsOf, updated } from '../outcome.js';
import {
  batchFor,
  elementsOf,
  headOf,
  ofRows,
  plainBatchFor,
  plainHeadOf,
  weighedOf,
  whereWeighedAlone,
  whereWeighted,
} from './claims.js';
import { nearMetrics, nearOutcome, scalesOf } from './compare.js';

export const weightsOfOne: Check = check({
  states: 'Weights of one are as good as none.',
  cases: (subject) => whereWeighted(subject, [{ rows: 5 }, { rows: '2x3' }]),
  async run({ subject, judge }, { rows }) {
    const batch = plainBatchFor(subject, headOf(subject), rows);
    const ones = await outcomeOf(headOf(subject), tensorsOf(weighed(batch, () => 1)));
    const none = await outcomeOf(plainHeadOf(subject), tensorsOf(batch));
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
    const zero = 1;
    const batch = weighed(batchFor(subject, head, rows), (row) => (row === zero ? 0 : 0.5 + row));
    const rest = pickRows(
      batch,
      Array.from({ length: rows }, (_, row) => row).filter((row) => row !== zero),
    );
    const with0 = await outcomeOf(head, tensorsOf(batch));
    const without = await outcomeOf(head, tensorsOf(rest));
    const factor = reduction === 'sum' ? 1 : elementsOf(subject, rest) / elementsOf(subject, batch);
    const { element, sum } = scalesOf(batch);
    const removed = placesIn(batch, [zero]);
    const others = with0.gradient.filter((_, place) => !removed.includes(place));
    judge.near('the loss', [with0.loss], [without.loss * factor], { k: ULPS.REDUCE, scale: sum });
    judge.near(
      'the gradient',
      others,
      without.gradient.map((value) => value * factor),
      { k: ULPS.ELEMENT, scale: element },
    );
    judge.same(
      'the gradient of the row',
      removed.map((place) => with0.gradient[place] as number),
      removed.map(() => 0),
    );
    nearMetrics(
      judge,
      ofRows(subject, weighedOf(subject, with0.metrics)),
      ofRows(subject, weighedOf(subject, without.metrics)),
      { element, sum },
    );
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
    const { loss, gradient, metrics } = await outcomeOf(
      head,
      tensorsOf(weighed(batchFor(subject, head, rows), () => 0)),
    );
    judge.same('the loss', [loss], [0]);
    judge.same(
      'the gradient',
      gradient,
      gradient.map(() => 0),
    );
    for (const [key, value] of Object.entries(weighedOf(subject, metrics)))
      judge.same(`the metric '${key}'`, [value], [0]);
  },
});

/** Else one could not tell weights that are forgotten from weights that are used. */
export const weightsWeigh: Check = check({
  states:
    'Weights count: a weight of 2 for every row doubles the loss and the gradient and leaves the metrics as they are.',
  cases: (subject) => whereWeighted(subject, [{ rows: 5 }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = plainBatchFor(subject, head, rows);
    const plain = await outcomeOf(plainHeadOf(subject), tensorsOf(batch));
    const twice = await outcomeOf(head, tensorsOf(weighed(batch, () => 2)));
    const doubled = { ...plain, loss: 2 * plain.loss, gradient: plain.gradient.map((value) => 2 * value) };
    const metrics = ofRows(subject, plain.metrics);
    nearOutcome(judge, { ...twice, metrics: ofRows(subject, twice.metrics) }, { ...doubled, metrics }, scalesOf(batch));
  },
});

export const weightsIgnored: Check = check({
  states: 'A head without a weight column takes no notice of a feature that would be one.',
  cases: () => [{ rows: 4 }],
  async run({ subject, judge }, { rows }) {
    const head = plainHeadOf(subject);
    const batch = plainBatchFor(subject, head, rows);
    const given = tensorsOf(weighed(batch, () => 7));
    judge.that(WEIGHT in given.features, 'there is no feature that would be one');
    nearOutcome(judge, await outcomeOf(head, given), await outcomeOf(head, tensorsOf(batch)), scalesOf(batch));
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
    const drawn = batchFor(subject, head, rows);
    const withWeights = (values: readonly number[]): Batch => weighed(drawn, (row) => values[row] as number);
    const once = withWeights(COUNTS.map(() => 1));
    const indices = COUNTS.flatMap((count, row) => Array.from({ length: count }, () => row));
    const weighted = await outcomeOf(head, tensorsOf(withWeights(COUNTS)));
    const repeated = await outcomeOf(head, tensorsOf(pickRows(once, indices)));
    const { element, sum } = scalesOf(withWeights(COUNTS));
    const copies = pickRows(once, indices);
    // The gradient of a row is as often that of one of its copies as there are copies.
    const expected = COUNTS.flatMap((count, row) =>
      count === 0
        ? placesIn(drawn, [row]).map(() => 0)
        : placesIn(copies, [indices.indexOf(row)]).map((place) => count * (repeated.gradient[place] as number)),
    );
    const actual = COUNTS.flatMap((_, row) =>
      placesIn(drawn, [row]).map((place) => weighted.gradient[place] as number),
    );
    judge.near('the loss', [weighted.loss], [repeated.loss], { k: ULPS.REDUCE, scale: sum });
    judge.near('the gradient', actual, expected, { k: ULPS.ELEMENT, scale: element });
    nearMetrics(judge, weighedOf(subject, weighted.metrics), weighedOf(subject, repeated.metrics), { element, sum });
    const { metrics: unweighted } = await outcomeOf(head, tensorsOf(once));
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
    const drawn = batchFor(subject, head, rows);
    const { shape, values } = drawn.weights as Values;
    const others = drawValues(12, shape, 'weights');
    const [first, second, both] = [values, others, values.map((weight, i) => weight + (others[i] as number))].map(
      (weights) => tensorsOf({ ...drawn, weights: { shape, values: weights } }),
    ) as [ReturnType<typeof tensorsOf>, ReturnType<typeof tensorsOf>, ReturnType<typeof tensorsOf>];
    const [ofFirst, ofSecond, sum] = await Promise.all(
      [first, second, both].map((tensors) => outcomeOf(head, tensors)),
    );
    const scales = scalesOf({ ...drawn, weights: { shape, values: [6] } });
    judge.near('the loss', [(ofFirst?.loss ?? NaN) + (ofSecond?.loss ?? NaN)], [sum?.loss ?? NaN], {
      k: ULPS.REDUCE,
      scale: scales.sum,
    });
    const added = ofFirst?.gradient.map((value, i) => value + (ofSecond?.gradient[i] as number)) ?? [];
    judge.near('the gradient', added, sum?.gradient ?? [], { k: ULPS.ELEMENT, scale: scales.element });
    const metrics = await resultsOf(updated(head, updated(head, head.metrics(), first), second));
    const [inTwo, whole] = [metrics, sum?.metrics ?? {}].map((of) => ofRows(subject, weighedOf(subject, of)));
    nearMetrics(judge, inTwo ?? {}, whole ?? {}, scales);
  },
});
