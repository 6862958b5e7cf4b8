import { tensorsOf } from '../../batch.js';
import { filled } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { numberOf, outcomeOf } from '../outcome.js';
import { batchOf, headOf, weightedBatchOf } from './claims.js';

/** So many batches are drawn to find one in which something shows. */
const DRAWS = 6;

/** What a head says that it needs, and takes no notice of, is no feature of its. */
export const featuresCount: Check = {
  states: 'Each feature that is claimed means something: with other values of it loss, gradient or metrics are others.',
  cases: ({ features = {} }) => Object.keys(features).map((feature) => ({ feature })),
  async run({ subject, judge }, { feature }) {
    const head = headOf(subject);
    for (let draw = 1; draw <= DRAWS; draw++) {
      const batch = weightedBatchOf(subject, head, 5, draw);
      const { [feature as string]: another } = batchOf(subject, head, 5, draw + DRAWS).features ?? {};
      const changed = { ...batch, features: { ...batch.features, ...(another && { [feature as string]: another }) } };
      const [one, other] = await Promise.all([batch, changed].map((each) => outcomeOf(head, tensorsOf(subject, each))));
      const differs = (['loss', 'gradient', 'metrics'] as const).some((part) => JSON.stringify(one?.[part]) !== JSON.stringify(other?.[part]));
      if (differs) return;
    }
    judge.that(false, `the feature '${String(feature)}' is claimed, but nothing depends on it`);
  },
};

/** Labels beyond those that a head thinks of may be taken for one of them. */
export const classesToldApart: Check = {
  states: 'A label of each class gives a loss of its own: none is taken for another.',
  cases: ({ labels }) => (labels === 'class' ? [{ rows: 1 }] : []),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const classes = subject.classes ?? head.logitsDimension;
    const costs: number[][] = Array.from({ length: classes }, () => []);
    for (let draw = 1; draw <= DRAWS; draw++) {
      const batch = weightedBatchOf(subject, head, rows as number, draw);
      for (const [id, cost] of costs.entries()) {
        const { labels, logits, features } = tensorsOf(subject, { ...batch, labels: filled(batch.labels.shape, id) });
        cost.push(await numberOf(head.loss(labels, logits, { features })));
      }
    }
    const same = costs.flatMap((cost, id) => costs.slice(0, id).flatMap((other, otherId) => (cost.join() === other.join() ? [`${otherId} and ${id}`] : [])));
    judge.equal('the classes whose labels give the same', same, []);
  },
};
