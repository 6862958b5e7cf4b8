import { scalar, stack, tensor, type Scalar } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { tensorsOf, type Batch, type BatchTensors } from '../../batch.js';
import type { Check } from '../check.js';
import { ULPS } from '@tfjs-heads/reference';
import { batchOf, headOf, weightedBatchOf } from './claims.js';
import { scalesOf } from './near.js';
import { gradientOf, valuesOf } from '../outcome.js';
import { nearSlopes, PLACES, STEP, termOf, type Stencil } from './slope.js';

/** At most so many logits are moved, spread over the batch: each takes five losses. */
const MOVED = 4;

export const gradientIsSlope: Check = {
  states: 'The gradient is the slope of the loss along each logit, as a difference in the logit shows it.',
  needs: ['float32'],
  cases: () => [{ rows: 3 }, { rows: 2 }],
  async run({ subject, judge, backend }, { rows }) {
    const head = headOf(subject);
    await nearSlopes(judge, 'the gradient', backend.unit, async (draw) => {
      const batch = weightedBatchOf(subject, head, rows as number, (rows as number) + 4 + 20 * draw);
      const tensors = tensorsOf(subject, batch);
      const gradient = await valuesOf(gradientOf(head, tensors));
      const count = Math.min(gradient.length, MOVED);
      const places = Array.from({ length: count }, (_, i) => Math.floor((i * gradient.length) / count));
      const stencils = await stencilsOf(head, batch, tensors, places);
      return { actual: places.map((place) => gradient[place] as number), stencils, term: termOf(batch) };
    });
  },
};

/** The losses around each of some logits; one read for all. */
async function stencilsOf(
  head: Head,
  { logits }: Batch,
  { labels, features }: BatchTensors,
  places: readonly number[],
): Promise<Stencil[]> {
  const lossAt = (place: number, steps: number): Scalar => {
    const moved = logits.values.map((value, i) => (i === place ? value + steps * STEP : value));
    return head.loss(labels, tensor(moved, [...logits.shape]), { features });
  };
  const all = await valuesOf(stack(places.flatMap((place) => PLACES.map((steps) => lossAt(place, steps)))));
  return places.map((_, i) => all.slice(i * PLACES.length, (i + 1) * PLACES.length) as unknown as Stencil);
}

export const gradientTimesWhatFollows: Check = {
  states: 'What follows the loss goes into its gradient: that of -3 times the loss is -3 times that of the loss.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchOf(subject, head, rows as number);
    const tensors = tensorsOf(subject, batch);
    const [plain, scaled] = [gradientOf(head, tensors), gradientOf(head, tensors, scalar(-3))];
    const expected = (await valuesOf(plain)).map((value) => -3 * value);
    judge.near('the gradient', await valuesOf(scaled), expected, { k: ULPS.ELEMENT, scale: scalesOf(batch).element });
  },
};
