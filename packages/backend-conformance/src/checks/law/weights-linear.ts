import { pickRows, tensorsOf, type Batch } from '../../batch.js';
import { drawValues, ULPS, type Values } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { outcomeOf, resultsOf, updated } from '../outcome.js';
import { batchOf, headOf, weighedOf, whereWeighedAlone, whereWeighted } from './claims.js';
import { nearMetrics, scalesOf } from './near.js';

/** How often each row counts. */
const COUNTS = [2, 1, 0, 3, 1];

/** Whatever a head does with weights, a square or a root of them is not it; metrics that weights mean nothing to, as claimed, take no notice. */
export const weightIsCount: Check = {
  states: 'A weight of 2 is the row given twice, for loss, gradient and each metric.',
  cases: whereWeighedAlone([{ rows: COUNTS.length }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const drawn = batchOf(subject, head, rows as number);
    const withWeights = (values: readonly number[]): Batch => ({ ...drawn, weights: { shape: [COUNTS.length], values } });
    const once = withWeights(COUNTS.map(() => 1));
    const indices = COUNTS.flatMap((count, row) => Array.from({ length: count }, () => row));
    const weighted = await outcomeOf(head, tensorsOf(subject, withWeights(COUNTS)));
    const repeated = await outcomeOf(head, tensorsOf(subject, pickRows(once, indices)));
    const { element, sum } = scalesOf(withWeights(COUNTS));
    const columns = head.logitsDimension;
    // The gradient of a row is as often that of one of its copies as there are copies.
    const expected = COUNTS.flatMap((count, row) => {
      const at = indices.indexOf(row) * columns;
      return Array.from({ length: columns }, (_, column) => (count === 0 ? 0 : count * (repeated.gradient[at + column] as number)));
    });
    judge.near('the loss', [weighted.loss], [repeated.loss], { k: ULPS.REDUCE, scale: sum });
    judge.near('the gradient', weighted.gradient, expected, { k: ULPS.ELEMENT, scale: element });
    nearMetrics(judge, weighedOf(subject, weighted.metrics), weighedOf(subject, repeated.metrics), { element, sum });
    const { metrics: unweighted } = await outcomeOf(head, tensorsOf(subject, once));
    for (const key of subject.unweightedMetrics ?? []) {
      judge.near(`the metric '${key}', which weights mean nothing to`, [weighted.metrics[key] ?? NaN], [unweighted[key] ?? NaN], { k: ULPS.REDUCE, scale: element });
    }
  },
};

/** It holds where rows depend on each other, too: what a row costs is what it costs, and is weighed then. */
export const weightsAdd: Check = {
  states: 'A batch with some weights and then with others is that batch with their sums, for loss, gradient and each metric.',
  cases: whereWeighted([{ rows: 5 }, { rows: '3x2' }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const drawn = batchOf(subject, head, rows as string);
    const { shape, values } = drawn.weights as Values;
    const others = drawValues(12, shape, 'weights');
    const [first, second, both] = [values, others, values.map((weight, i) => weight + (others[i] as number))].map((weights) =>
      tensorsOf(subject, { ...drawn, weights: { shape, values: weights } }),
    ) as [ReturnType<typeof tensorsOf>, ReturnType<typeof tensorsOf>, ReturnType<typeof tensorsOf>];
    const [one, other, sum] = await Promise.all([first, second, both].map((tensors) => outcomeOf(head, tensors)));
    const scales = scalesOf({ ...drawn, weights: { shape, values: [6] } });
    judge.near('the loss', [(one?.loss ?? NaN) + (other?.loss ?? NaN)], [sum?.loss ?? NaN], { k: ULPS.REDUCE, scale: scales.sum });
    const added = one?.gradient.map((value, i) => value + (other?.gradient[i] as number)) ?? [];
    judge.near('the gradient', added, sum?.gradient ?? [], { k: ULPS.ELEMENT, scale: scales.element });
    const metrics = await resultsOf(updated(head, updated(head, head.metrics(), first), second));
    nearMetrics(judge, weighedOf(subject, metrics), weighedOf(subject, sum?.metrics ?? {}), scales);
  },
};
