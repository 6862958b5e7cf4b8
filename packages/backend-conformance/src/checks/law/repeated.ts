import { pickRows, tensorsOf } from '../../batch.js';
import type { Check } from '../check.js';
import { scalesOf } from '../parity/compare.js';
import { K } from '../../tier.js';
import { batchOf, headOf } from './claims.js';
import { gradientOf, numberOf, valuesOf } from './outcome.js';

const ROWS = 33;

/** Large batches are computed in other ways than small ones: in blocks, by other kernels, in sums of sums. */
export const repeatedBatch: Check = {
  states: 'A batch that is repeated has the same mean loss, and the same gradient divided by how often.',
  cases: () => [{ times: 64 }],
  async run({ subject, judge }, { times }) {
    const head = headOf(subject, { lossReduction: 'sum_over_batch_size' });
    const batch = batchOf(subject, head, ROWS);
    const repeats = times as number;
    const indices = Array.from({ length: repeats * ROWS }, (_, i) => i % ROWS);
    const [once, often] = await Promise.all(
      [batch, pickRows(batch, indices)].map(async (each) => {
        const tensors = tensorsOf(subject, each);
        const loss = head.loss(tensors.labels, tensors.logits, tensors);
        return { loss: await numberOf(loss), gradient: await valuesOf(gradientOf(head, tensors)) };
      }),
    );
    const { gradient = [], loss = NaN } = once ?? {};
    const scales = scalesOf(batch, gradient);
    judge.near('the loss', [often?.loss ?? NaN], [loss], { k: K.REDUCE, scale: scales.loss });
    const tiled = Array.from({ length: repeats }, () => gradient).flat();
    judge.near('the gradient', (often?.gradient ?? []).map((value) => value * repeats), tiled, { k: K.REDUCE, scale: scales.gradient });
  },
};
