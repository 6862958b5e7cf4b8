import type { Head, MetricState, Metrics } from '@tfjs-heads/head-api';
import { countOf, pickRows, tensorsOf, withLogits, type Batch } from '../../batch.js';
import { check, type Check } from '../check.js';
import { sumValue, ULPS } from '@tfjs-heads/reference';
import {
  batchFor,
  countedOf,
  elementsOf,
  headOf,
  ofRows,
  suffixOf,
  weightedBatchFor,
  whereIndependent,
} from './claims.js';
import { nearMetrics, scalesOf } from './compare.js';
import { numberOf, resultsOf, updated } from '../outcome.js';

function measured(head: Head, batches: readonly Batch[], metrics: Metrics = head.metrics()): Metrics {
  return batches.reduce((soFar, batch) => updated(head, soFar, tensorsOf(batch)), metrics);
}

/** The rows of a batch, dealt out. */
function split(batch: Batch, ...parts: readonly (readonly number[])[]): Batch[] {
  return parts.map((indices) => pickRows(batch, indices));
}

/** The states by key, as another process would get them. */
async function statesOf(metrics: Metrics): Promise<Record<string, MetricState>> {
  const entries = Object.entries(metrics).map(async ([key, metric]) => [key, await metric.state()] as const);
  return JSON.parse(JSON.stringify(Object.fromEntries(await Promise.all(entries)))) as Record<string, MetricState>;
}

function merge(metrics: Metrics, states: Readonly<Record<string, MetricState>>): void {
  for (const [key, metric] of Object.entries(metrics)) metric.merge(states[key] as MetricState);
}

export const metricsSplit: Check = check({
  states: 'However rows are dealt out to batches, metrics come to the same as in one pass.',
  cases: (subject) => whereIndependent(subject, [{ rows: 5 }, { rows: '3x2' }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const everyRow = Array.from({ length: countOf(batch) }, (_, row) => row);
    const onePass = await resultsOf(measured(head, [batch]));
    for (const parts of [
      [everyRow.slice(0, 2), everyRow.slice(2)],
      [everyRow.slice(0, 1), everyRow.slice(1)],
    ]) {
      const dealtOut = await resultsOf(measured(head, split(batch, ...parts)));
      nearMetrics(judge, ofRows(subject, dealtOut), ofRows(subject, onePass), scalesOf(batch));
    }
  },
});

export const metricsMerge: Check = check({
  states:
    'States that went through JSON merge to what one pass over the batches comes to, be it NaN, and a merged metric goes on.',
  cases: () => [{ rows: 5 }, { rows: 5, with: 'NaN' }],
  async run({ subject, judge }, { rows, with: special }) {
    const head = headOf(subject);
    const drawn = batchFor(subject, head, rows);
    const batch = special === undefined ? drawn : withLogits(drawn, (logit, place) => (place === 0 ? NaN : logit));
    const [first, second, third] = split(batch, [0, 1], [2], [3, 4]) as [Batch, Batch, Batch];
    const merged = head.metrics();
    for (const part of [first, second]) merge(merged, await statesOf(measured(head, [part])));
    const scales = scalesOf(batch);
    nearMetrics(judge, await resultsOf(merged), await resultsOf(measured(head, [first, second])), scales);
    measured(head, [third], merged);
    nearMetrics(judge, await resultsOf(merged), await resultsOf(measured(head, [first, second, third])), scales);
  },
});

/** No other metric is: one of rows is weighted by how many of them each batch has, or the claim would exempt it from the laws of those. */
export const batchMetricsAreMeans: Check = check({
  states: 'A metric that is claimed to be one of batches is, after several, the plain mean of what each alone gives.',
  cases: ({ batchMetrics = [] }) => (batchMetrics.length === 0 ? [] : [{ rows: '1-and-4' }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batches = rows.split('-and-').map((count) => weightedBatchFor(subject, head, count, Number(count)));
    const alone = await Promise.all(batches.map((batch) => resultsOf(measured(head, [batch]))));
    const together = await resultsOf(measured(head, batches));
    const scale = Math.max(...batches.map((batch) => scalesOf(batch).sum));
    for (const key of subject.batchMetrics ?? []) {
      judge.that(key in together, `there is no metric '${key}', which is claimed to be one of batches`);
      const mean = alone.reduce((sum, { [key]: result = NaN }) => sum + result / alone.length, 0);
      judge.near(`the metric '${key}'`, [together[key] as number], [mean], { k: ULPS.REDUCE, scale });
    }
  },
});

/** It holds where rows depend on each other, too, and a batch cannot be cut. */
export const batchesInAnyOrder: Check = check({
  states: 'Batches in another order give the same metrics.',
  cases: () => [{ rows: 4 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batches = [1, 2, 3].map((seed) => batchFor(subject, head, rows, seed));
    const [straight, turned] = [measured(head, batches), measured(head, batches.toReversed())];
    nearMetrics(judge, await resultsOf(turned), await resultsOf(straight), scalesOf(batches[0] as Batch));
  },
});

export const metricsReset: Check = check({
  states: 'A reset metric knows nothing of what it has seen, read or still being read.',
  cases: () => [{ rows: 4 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const [forgotten, seen] = [1, 2].map((seed) => batchFor(subject, head, rows, seed)) as [Batch, Batch];
    const metrics = measured(head, [forgotten]);
    await resultsOf(metrics);
    measured(head, [forgotten], metrics); // its reads may still be under way
    for (const metric of Object.values(metrics)) metric.reset();
    measured(head, [seen], metrics);
    nearMetrics(judge, await resultsOf(metrics), await resultsOf(measured(head, [seen])), scalesOf(seen));
  },
});

export const metricKeys: Check = check({
  states:
    'Metrics have the keys that are claimed, in order, with /name at the end for a head with a name, and so after a batch.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const keys = Object.keys(headOf(subject).metrics());
    if (subject.metrics !== undefined) judge.equal('the keys', keys, subject.metrics);
    const head = headOf(subject, { name: 'other' });
    // Those of a head made of heads have the names of these already.
    const named = subject.heads === undefined ? keys.map((key) => `${key}${suffixOf(subject, head)}`) : keys;
    const metrics = head.metrics();
    judge.equal('the keys of a head with a name', Object.keys(metrics), named);
    const after = measured(head, [batchFor(subject, head, 3)], metrics);
    judge.that(after === metrics, 'updateMetrics must return the metrics that it was given');
    judge.equal('the keys after a batch', Object.keys(await resultsOf(after)), named);
  },
});

export const metricsOfNothing: Check = check({
  states: 'Metrics that have seen nothing are 0, not NaN.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const results = await resultsOf(headOf(subject).metrics());
    for (const [key, value] of Object.entries(results)) judge.same(`the metric '${key}'`, [value], [0]);
  },
});

/** The sum and the weights are taken over the same elements: one for each row, or as many as `sum_over_batch_size` divides by. */
export const averageLoss: Check = check({
  states: 'average_loss is the weighted mean of the element losses over all batches.',
  // A head made of heads has one for each of them, of which its own loss says nothing.
  cases: ({ metrics, heads }) =>
    heads !== undefined || metrics?.includes('average_loss') === false ? [] : [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batches = [1, 2].map((seed) => batchFor(subject, head, rows, seed));
    const { average_loss: actual } = await resultsOf(measured(head, batches));
    if (actual === undefined) return; // nothing was claimed
    const lossOf = (reduction: 'sum' | 'auto', batch: Batch): Promise<number> => {
      const { labels, logits, features } = tensorsOf(batch);
      return numberOf(headOf(subject, { lossReduction: reduction }).loss(labels, logits, { features }));
    };
    const sums = await Promise.all(batches.map((batch) => lossOf('sum', batch)));
    const mean = await lossOf('auto', batches[0] as Batch);
    const perRow =
      mean === 0 ? 1 : Math.max(1, Math.round((sums[0] as number) / mean / elementsOf(subject, batches[0] as Batch)));
    const weightOf = (batch: Batch): number => {
      const counted = countedOf(subject, batch);
      return (
        batch.weights?.values.reduce((sum, weight, i) => sum + weight * (counted?.[i] ?? 1), 0) ??
        elementsOf(subject, batch)
      );
    };
    const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
    const expected = total(sums) / total(batches.map(weightOf)) / perRow;
    judge.near('average_loss', [actual], [expected], { k: ULPS.REDUCE, scale: scalesOf(batches[0] as Batch).element });
  },
});

/** A float32 counter stands still at 2^24. */
export const metricsCountOn: Check = check({
  states: 'After more than 2^24 rows a metric still counts each one.',
  needs: ['float32'],
  cases: () => [{ rows: 3 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const ofOneBatch = await statesOf(measured(head, [batch]));
    const many = Object.fromEntries(
      Object.entries(ofOneBatch).map(([key, state]) => [
        key,
        { ...state, rows: state.rows * 2 ** 25, sums: state.sums.map((sum) => sumValue(sum) * 2 ** 25) },
      ]),
    );
    const metrics = head.metrics();
    merge(metrics, many);
    const after = await statesOf(measured(head, [batch], metrics));
    for (const [key, { sums }] of Object.entries(ofOneBatch)) {
      const added = sums.map(
        (_, index) => sumValue(after[key]?.sums[index] ?? NaN) - sumValue(many[key]?.sums[index] ?? NaN),
      );
      judge.near(`what a batch adds to '${key}'`, added, sums.map(sumValue), {
        k: ULPS.ELEMENT,
        scale: scalesOf(batch).sum,
      });
    }
  },
});
