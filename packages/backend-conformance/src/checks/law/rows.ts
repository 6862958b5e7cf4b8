import { pickRows, tensorsOf } from '../../batch.js';
import type { Check } from '../check.js';
import { K } from '../../tier.js';
import { batchOf, headOf } from './claims.js';
import { nearMetrics, nearPredictions, scalesOf } from './near.js';
import { gradientOf, numberOf, outcomeOf, readPredictions } from '../outcome.js';

/** What a batch is: rows, in whatever order, that do not know of each other. */
export const sumOfParts: Check = {
  states: 'With the reduction sum the loss of a batch is the sum of the losses of its parts, and its gradient theirs put together.',
  cases: () => [{ rows: 5 }, { rows: '4x3' }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchOf(subject, head, rows as number);
    const all = Array.from({ length: batch.logits.shape[0] as number }, (_, row) => row);
    const [whole, ...parts] = await Promise.all(
      [all, all.slice(0, 2), all.slice(2)].map(async (indices) => {
        const tensors = tensorsOf(subject, pickRows(batch, indices));
        const loss = head.loss(tensors.labels, tensors.logits, tensors);
        return { loss: await numberOf(loss), gradient: Array.from(await gradientOf(head, tensors).data()) };
      }),
    );
    const { element, sum } = scalesOf(batch);
    judge.near('the loss', [whole?.loss ?? NaN], [parts.reduce((total, { loss }) => total + loss, 0)], { k: K.REDUCE, scale: sum });
    judge.near('the gradient', whole?.gradient ?? [], parts.flatMap(({ gradient }) => gradient), { k: K.ELEMENT, scale: element });
  },
};

export const permutation: Check = {
  states: 'Rows in another order give the same loss and metrics, and the gradient in that order.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject, { lossReduction: 'sum_over_batch_size' });
    const batch = batchOf(subject, head, rows as number);
    const order = [3, 0, 4, 2, 1];
    const permuted = await outcomeOf(head, tensorsOf(subject, pickRows(batch, order)));
    const straight = await outcomeOf(head, tensorsOf(subject, batch));
    const gradient = pickRows({ ...batch, logits: { shape: batch.logits.shape, values: straight.gradient } }, order).logits.values;
    const scales = scalesOf(batch);
    judge.near('the loss', [permuted.loss], [straight.loss], { k: K.REDUCE, scale: scales.element });
    judge.near('the gradient', permuted.gradient, gradient, { k: K.ELEMENT, scale: scales.element / 5 });
    nearMetrics(judge, permuted.metrics, straight.metrics, scales);
  },
};

export const rowsIndependent: Check = {
  states: 'The predictions of a row do not depend on the other rows.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchOf(subject, head, rows as number);
    const whole = await readPredictions(head.predictions(tensorsOf(subject, batch).logits));
    for (const indices of [[2], [4, 1]]) {
      const part = await readPredictions(head.predictions(tensorsOf(subject, pickRows(batch, indices)).logits));
      const expected = Object.entries(whole).map(([key, values]) => {
        const size = values.length / (rows as number);
        return [key, indices.flatMap((row) => values.slice(row * size, (row + 1) * size))] as const;
      });
      nearPredictions(judge, part, Object.fromEntries(expected));
    }
  },
};
