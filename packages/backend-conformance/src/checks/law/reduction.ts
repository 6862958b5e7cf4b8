import type { Check } from '../check.js';
import { drawBatch, tensorsOf } from '../../batch.js';
import { sizeOf, ULPS } from '@tfjs-heads/reference';
import { weightsOf } from './claims.js';
import { scalesOf } from './near.js';

/** The original divides by the number of element losses, whatever the weights are. */
export const meanIsSumOverSize: Check = {
  states: 'sum_over_batch_size is sum divided by the number of element losses, and auto is the same to the bit.',
  cases: () => [{ rows: 1 }, { rows: 33 }],
  async run({ subject, judge }, { rows }) {
    const batch = drawBatch(subject, subject.create({}), { seed: 1, rows: [rows as number] });
    const losses = (['sum', 'sum_over_batch_size', 'auto'] as const).map(async (lossReduction) => {
      const { logits, labels, features } = tensorsOf(subject, batch);
      return subject.create({ lossReduction }).loss(labels, logits, { features }).data();
    });
    const [[sum = NaN] = [], mean = [], auto = []] = await Promise.all(losses);
    // A head that weighs logits has a loss for each; another may have one for each label, or for each row alone.
    const perLabel = sizeOf(batch.labels.shape);
    const perRow = weightsOf(subject) === 'logits' ? perLabel : (rows as number);
    const size = [perLabel, perRow].find((one) => Math.abs((mean[0] ?? NaN) * one - sum) < 1e-3 * Math.abs(sum)) ?? perLabel;
    judge.near('the mean', mean, [sum / size], { k: ULPS.ELEMENT, scale: scalesOf(batch).element });
    judge.same('auto', auto, mean);
  },
};
