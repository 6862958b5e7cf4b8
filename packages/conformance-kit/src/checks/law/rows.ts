import { ULPS } from '@tfjs-heads/reference';
import { countOf, mapParts, mapped, pickRows, placesIn, tensorsOf, type LabelValues } from '../../batch.js';
import { check, type Check } from '../check.js';
import { gradientOf, numberOf, outcomeOf, readPredictions, readNumbers, type Outcome } from '../outcome.js';
import {
  areRowsIndependent,
  batchFor,
  headOf,
  kindsOf,
  labelClaimsOf,
  weightedBatchFor,
  whereIndependent,
} from './claims.js';
import { nearMetrics, nearPredictions, scalesOf } from './compare.js';

/** What a batch is: rows, in whatever order, that do not know of each other. */
export const sumOfParts: Check = check({
  states:
    'With the reduction sum the loss of a batch is the sum of the losses of its parts, and its gradient theirs put together.',
  cases: (subject) => whereIndependent(subject, [{ rows: 5 }, { rows: '4x3' }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const everyRow = Array.from({ length: countOf(batch) }, (_, row) => row);
    const cuts = [everyRow.slice(0, 2), everyRow.slice(2)];
    const [whole, ...parts] = await Promise.all(
      [everyRow, ...cuts].map(async (indices) => {
        const tensors = tensorsOf(pickRows(batch, indices));
        const loss = head.loss(tensors.labels, tensors.logits, tensors);
        return { loss: await numberOf(loss), gradient: await readNumbers(gradientOf(head, tensors)) };
      }),
    );
    const cut = cuts.flatMap((indices) => placesIn(batch, indices).map((place) => whole?.gradient[place] ?? NaN));
    const { element, sum } = scalesOf(batch);
    judge.near('the loss', [whole?.loss ?? NaN], [parts.reduce((total, { loss }) => total + loss, 0)], {
      k: ULPS.REDUCE,
      scale: sum,
    });
    judge.near(
      'the gradient',
      cut,
      parts.flatMap(({ gradient }) => gradient),
      { k: ULPS.ELEMENT, scale: element },
    );
  },
});

export const permutation: Check = check({
  states: 'Rows in another order give the same loss and metrics, and gradient and predictions in that order.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject, { lossReduction: 'sum_over_batch_size' });
    const batch = batchFor(subject, head, rows);
    const order = [3, 0, 4, 2, 1];
    const permuted = await outcomeOf(head, tensorsOf(pickRows(batch, order)));
    const straight = await outcomeOf(head, tensorsOf(batch));
    const gradient = placesIn(batch, order).map((place) => straight.gradient[place] as number);
    const scales = scalesOf(batch);
    judge.near('the loss', [permuted.loss], [straight.loss], { k: ULPS.REDUCE, scale: scales.element });
    judge.near('the gradient', permuted.gradient, gradient, { k: ULPS.ELEMENT, scale: scales.element / 5 });
    nearMetrics(judge, permuted.metrics, straight.metrics, scales);
    nearPredictions(judge, permuted.predictions, picked(straight.predictions, order, rows));
  },
});

export const rowsIndependent: Check = check({
  states: 'The predictions of a row do not depend on the other rows.',
  cases: (subject) => whereIndependent(subject, [{ rows: 5 }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const whole = await readPredictions(head.predictions(tensorsOf(batch).logits));
    for (const indices of [[2], [4, 1]]) {
      const part = await readPredictions(head.predictions(tensorsOf(pickRows(batch, indices)).logits));
      nearPredictions(judge, part, picked(whole, indices, rows));
    }
  },
});

/** Who says that rows depend on each other is not asked for much that others are. */
export const rowsDependent: Check = check({
  states:
    'Where rows are said to depend on each other, the loss of some batch is another than those of its parts together.',
  cases: (subject) => (areRowsIndependent(subject) ? [] : [{ rows: 5 }]),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const everyRow = Array.from({ length: rows }, (_, row) => row);
    for (const seed of [1, 2, 3, 4]) {
      const batch = weightedBatchFor(subject, head, rows, seed);
      const losses = [everyRow, everyRow.slice(0, 2), everyRow.slice(2)].map((indices) => {
        const tensors = tensorsOf(pickRows(batch, indices));
        return numberOf(head.loss(tensors.labels, tensors.logits, tensors));
      });
      const [whole = NaN, first = NaN, second = NaN] = await Promise.all(losses);
      if (Math.abs(whole - first - second) > 1e-3 * Math.abs(whole)) return;
    }
    judge.that(false, "rows: 'dependent' is claimed, but each batch costs what its parts cost together");
  },
});

/** The rows of predictions at some indices. */
function picked(predictions: Outcome['predictions'], indices: readonly number[], rows: number): Outcome['predictions'] {
  const pick = (values: readonly (number | string)[]): readonly (number | string)[] => {
    const size = values.length / rows;
    return indices.flatMap((row) => values.slice(row * size, (row + 1) * size));
  };
  return mapped(predictions, pick);
}

/** So many batches are drawn to find one in which something shows. */
const DRAWS = 6;

/** What a head says that it needs, and takes no notice of, is no feature of its. */
export const featuresCount: Check = check({
  states: 'Each feature that is claimed means something: with other values of it loss, gradient or metrics are others.',
  cases: ({ features = {} }) => Object.keys(features).map((feature) => ({ feature })),
  async run({ subject, judge }, { feature }) {
    const head = headOf(subject);
    for (let draw = 1; draw <= DRAWS; draw++) {
      const batch = weightedBatchFor(subject, head, 5, draw);
      const { [feature]: another } = batchFor(subject, head, 5, draw + DRAWS).features ?? {};
      const changed = { ...batch, features: { ...batch.features, ...(another && { [feature]: another }) } };
      const [before, after] = await Promise.all([batch, changed].map((variant) => outcomeOf(head, tensorsOf(variant))));
      const differs = (['loss', 'gradient', 'metrics'] as const).some(
        (part) => JSON.stringify(before?.[part]) !== JSON.stringify(after?.[part]),
      );
      if (differs) return;
    }
    judge.that(false, `the feature '${String(feature)}' is claimed, but nothing depends on it`);
  },
});

/** Labels beyond those that a head thinks of may be taken for one of them. */
export const classesToldApart: Check = check({
  states: 'A label of each class gives a loss of its own: none is taken for another.',
  cases: (subject) =>
    kindsOf(subject).flatMap(({ kind, of }) => (kind === 'class' ? [{ rows: 1, ...(of && { of }) }] : [])),
  async run({ subject, judge }, { rows, of = '' }) {
    const head = headOf(subject);
    const { classes, logitsDimension = head.logitsDimension } = labelClaimsOf(subject, of);
    const only =
      (id: number) =>
      (labels: LabelValues, name: string): LabelValues =>
        name === of ? { ...labels, values: labels.values.map(() => id) } : labels;
    const costs: number[][] = Array.from({ length: classes ?? logitsDimension }, () => []);
    for (let draw = 1; draw <= DRAWS; draw++) {
      const batch = weightedBatchFor(subject, head, rows, draw);
      for (const [id, cost] of costs.entries()) {
        const { labels, logits, features } = tensorsOf({ ...batch, labels: mapParts(batch.labels, only(id)) });
        cost.push(await numberOf(head.loss(labels, logits, { features })));
      }
    }
    const same = costs.flatMap((cost, id) =>
      costs.slice(0, id).flatMap((other, otherId) => (cost.join() === other.join() ? [`${otherId} and ${id}`] : [])),
    );
    judge.equal('the classes whose labels give the same', same, []);
  },
});
