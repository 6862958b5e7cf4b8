import { ULPS } from '@tfjs-heads/reference';
import { pickRows, placesIn, tensorsOf, withLogits, type Batch } from '../../batch.js';
import { check, type Check } from '../check.js';
import { gradientOf, numberOf, outcomeOf, readNumbers } from '../outcome.js';
import { conditionedScales } from '../parity/compare.js';
import { batchFor, headOf, whereIndependent } from './claims.js';
import { nearOutcome, sameOutcome, scalesOf } from './compare.js';
import { madeOnDevice } from './device.js';

export const sameTwice: Check = check({
  states: 'The same input twice gives the same bits, from the same tensors and from new ones.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const tensors = tensorsOf(batch);
    const first = await outcomeOf(head, tensors);
    sameOutcome(judge, await outcomeOf(head, tensors), first);
    sameOutcome(judge, await outcomeOf(headOf(subject), tensorsOf(batch)), first);
  },
});

/** Backends keep buffers, textures and shaders, and may take one of another size. */
export const otherSizesBetween: Check = check({
  states: 'A batch of another size and rank in between changes nothing.',
  cases: () => [{ rows: 4 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const first = await outcomeOf(head, tensorsOf(batch));
    for (const other of [7, '2x3']) await outcomeOf(head, tensorsOf(batchFor(subject, head, other, 2)));
    sameOutcome(judge, await outcomeOf(head, tensorsOf(batch)), first);
  },
});

export const deviceMade: Check = check({
  states: 'Inputs that ops have made on the device count as the same inputs uploaded.',
  cases: () => [{ rows: 5 }, { rows: '3x2' }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const { tensors, batch } = await madeOnDevice(subject, batchFor(subject, head, rows));
    const made = await outcomeOf(head, tensors);
    nearOutcome(judge, made, await outcomeOf(head, tensorsOf(batch)), scalesOf(batch));
  },
});

const ROWS = 33;

/** Large batches are computed in other ways than small ones: in blocks, by other kernels, in sums of sums. */
export const repeatedBatch: Check = check({
  states: 'A batch that is repeated has the same mean loss, and the same gradient divided by how often.',
  cases: (subject) => whereIndependent(subject, [{ times: 64 }, { times: 64, logit: -1e4 }, { times: 64, logit: 1e4 }]),
  async run({ subject, judge }, { times, logit }) {
    const head = headOf(subject, { lossReduction: 'sum_over_batch_size' });
    const batch = withFirst(batchFor(subject, head, ROWS), logit);
    const repeats = times;
    const indices = Array.from({ length: repeats * ROWS }, (_, i) => i % ROWS);
    const [once, often] = await Promise.all(
      [batch, pickRows(batch, indices)].map(async (repeated) => {
        const tensors = tensorsOf(repeated);
        const loss = head.loss(tensors.labels, tensors.logits, tensors);
        return { loss: await numberOf(loss), gradient: await readNumbers(gradientOf(head, tensors)) };
      }),
    );
    const { gradient = [], loss = NaN } = once ?? {};
    const scales = conditionedScales(batch, gradient);
    judge.near('the loss', [often?.loss ?? NaN], [loss], { k: ULPS.REDUCE, scale: scales.loss });
    const tiled = placesIn(batch, indices).map((place) => gradient[place] as number);
    judge.near(
      'the gradient',
      (often?.gradient ?? []).map((value) => value * repeats),
      tiled,
      { k: ULPS.REDUCE, scale: scales.gradient },
    );
  },
});

/** Large ones are where another way of computing may overflow. The row has a weight, or it would not count. */
function withFirst(batch: Batch, first: number | undefined): Batch {
  if (first === undefined) return batch;
  const { weights } = batch;
  const moved = withLogits(batch, (logit, place) => (place === 0 ? first : logit));
  return weights === undefined ? moved : { ...moved, weights: { ...weights, values: [1, ...weights.values.slice(1)] } };
}
