import { tensorsOf, type Batch } from '../../batch.js';
import type { Check } from '../check.js';
import type { NamedSubject } from '../../subject.js';
import { batchOf, headOf, plainBatchOf, plainHeadOf } from './claims.js';
import { numberOf, outcomeOf, type Outcome } from '../outcome.js';

/** The means over rows that heads have: a row that is NaN makes them NaN. */
const means = ['average_loss', 'prediction/mean'];

function withLogit(batch: Batch, place: number, value: number): Batch {
  return { ...batch, logits: { ...batch.logits, values: batch.logits.values.map((logit, i) => (i === place ? value : logit)) } };
}

/** Every row with a weight, one with a NaN in its first logit. */
async function withNaN(subject: NamedSubject, rows: number): Promise<Outcome> {
  const head = headOf(subject);
  const drawn = batchOf(subject, head, rows);
  const weights = drawn.weights && { ...drawn.weights, values: drawn.weights.values.map((weight) => weight + 1) };
  return outcomeOf(head, tensorsOf(subject, withLogit({ ...drawn, ...(weights && { weights }) }, ROW * head.logitsDimension, NaN)));
}

const ROW = 2;

/** Swallowed, it would let a training go on that is lost, and an evaluation look well. */
export const nanStays: Check = {
  states: 'A NaN among the logits makes the loss and its mean NaN, and the mean of the predictions.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const { loss, metrics } = await withNaN(subject, rows as number);
    judge.same('the loss', [loss], [NaN]);
    for (const key of means) if (key in metrics) judge.same(`the metric '${key}'`, [metrics[key] as number], [NaN]);
  },
};

export const nanStaysInPredictions: Check = {
  states: 'A NaN among the logits is a NaN in each float prediction of its row, and in no other row.',
  cases: ({ predictions }) => (Object.values(predictions ?? {}).some(({ dtype }) => dtype === 'float32') ? [{ rows: 5 }] : []),
  async run({ subject, judge }, { rows }) {
    const { predictions } = await withNaN(subject, rows as number);
    for (const [key, values] of Object.entries(predictions)) {
      if (subject.predictions?.[key]?.dtype !== 'float32') continue;
      const size = values.length / (rows as number);
      const rowsWithNaN = new Set(values.flatMap((value, i) => (Number.isNaN(value) ? [Math.floor(i / size)] : [])));
      judge.equal(`the rows of predictions['${key}'] with a NaN`, [...rowsWithNaN], [ROW]);
    }
  },
};

/** A loss may be right to be finite there: a sure prediction that is right costs nothing. */
export const infinityStays: Check = {
  states: 'An infinite logit does not give a finite loss where a huge one gives a huge loss.',
  needs: ['float32'],
  cases: () => [{ sign: 1 }, { sign: -1 }],
  async run({ subject, judge }, { sign }) {
    const head = plainHeadOf(subject);
    const batch = plainBatchOf(subject, head, 3);
    const lossAt = async (logit: number): Promise<number> => {
      const { labels, logits, features } = tensorsOf(subject, withLogit(batch, 0, logit));
      return numberOf(head.loss(labels, logits, { features }));
    };
    const [huge, infinite] = [await lossAt((sign as number) * 2 ** 60), await lossAt((sign as number) * Infinity)];
    if (Math.abs(huge) < 2 ** 50) return;
    const came = `a loss of ${infinite} came for a logit of ${(sign as number) * Infinity}, and ${huge} for one of 2^60`;
    judge.that(!Number.isFinite(infinite), came);
  },
};
