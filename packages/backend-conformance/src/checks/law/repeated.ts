import { pickRows, tensorsOf, type Batch } from '../../batch.js';
import { ULPS, type Values } from '@tfjs-heads/reference';
import type { Parameters } from '../../case.js';
import type { Check } from '../check.js';
import { scalesOf } from '../parity/compare.js';
import { batchOf, headOf, whereIndependent } from './claims.js';
import { gradientOf, numberOf, valuesOf } from '../outcome.js';

const ROWS = 33;

/** Large batches are computed in other ways than small ones: in blocks, by other kernels, in sums of sums. */
export const repeatedBatch: Check = {
  states: 'A batch that is repeated has the same mean loss, and the same gradient divided by how often.',
  cases: whereIndependent<Parameters>([{ times: 64 }, { times: 64, logit: -1e4 }, { times: 64, logit: 1e4 }]),
  async run({ subject, judge }, { times, logit }) {
    const head = headOf(subject, { lossReduction: 'sum_over_batch_size' });
    const batch = withFirst(batchOf(subject, head, ROWS), logit as number | undefined);
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
    judge.near('the loss', [often?.loss ?? NaN], [loss], { k: ULPS.REDUCE, scale: scales.loss });
    const tiled = Array.from({ length: repeats }, () => gradient).flat();
    judge.near('the gradient', (often?.gradient ?? []).map((value) => value * repeats), tiled, { k: ULPS.REDUCE, scale: scales.gradient });
  },
};

/** Large ones are where another way of computing may overflow. The row has a weight, or it would not count. */
function withFirst(batch: Batch, logit: number | undefined): Batch {
  if (logit === undefined) return batch;
  const first = ({ shape, values }: Values, value: number): Values => ({ shape, values: [value, ...values.slice(1)] });
  return { ...batch, logits: first(batch.logits, logit), ...(batch.weights && { weights: first(batch.weights, 1) }) };
}
