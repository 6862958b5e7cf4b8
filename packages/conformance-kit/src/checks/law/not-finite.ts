import { add, type Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { ULPS } from '@tfjs-heads/reference';
import { labelClaims } from '../../draw-batch.js';
import {
  logitsIn,
  mapParts,
  partsOf,
  placesIn,
  tensorsOf,
  WEIGHT,
  weighed,
  withLogits,
  type Batch,
  type BatchTensors,
} from '../../batch.js';
import { check, type Check } from '../check.js';
import { lossAndGradient, numberOf, outcomeOf, readNumbers, type Outcome } from '../outcome.js';
import { areRowsIndependent, batchFor, headOf, plainBatchFor, plainHeadOf, weightedBatchFor } from './claims.js';
import { nearMetrics, scalesOf } from './compare.js';

/** The means over rows that heads have: a row that is NaN makes them NaN. */
const means = ['average_loss', 'prediction/mean'];

/** Where the NaN is, if it counts there. */
const ROW = 2;

/** At most so many logits of a row are made NaN, one after another. */
const MADE_NAN = 8;

function withLogit(batch: Batch, at: number, value: number): Batch {
  return withLogits(batch, (logit, place) => (place === at ? value : logit));
}

/** The logits of a row that are made NaN: all, or some from the first to the last. */
function columnsOf(batch: Batch): number[] {
  const k = placesIn(batch, [0]).length;
  const count = Math.min(k, MADE_NAN);
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (k - 1)) / (count - 1))));
}

/** The end of the keys of the head that a logit is one of. */
function endOf({ logits }: Batch, place: number): string {
  let next = 0;
  const [name = ''] = partsOf(logits).find(([, { values }]) => place < (next += values.length)) ?? [];
  return name && `/${name}`;
}

/** Swallowed, it would let a training go on that is lost, and an evaluation look well. */
export const nanStays: Check = check({
  states: 'A NaN among the logits makes the loss and its mean NaN, and the mean of the predictions.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = weightedBatchFor(subject, head, rows);
    const { gradient } = await outcomeOf(head, tensorsOf(batch));
    for (const column of columnsOf(batch)) {
      // A logit that the loss does not depend on may be anything: one that nobody is compared with, say.
      const place = [ROW, 0, 1, 3, 4]
        .map((row) => placesIn(batch, [row])[column] as number)
        .find((candidate) => gradient[candidate] !== 0);
      if (place === undefined) continue;
      const { loss, metrics } = await outcomeOf(head, tensorsOf(withLogit(batch, place, NaN)));
      judge.same(`the loss with a NaN in logit ${column}`, [loss], [NaN]);
      for (const key of means.map((mean) => `${mean}${endOf(batch, place)}`))
        if (key in metrics)
          judge.same(`the metric '${key}' with a NaN in logit ${column}`, [metrics[key] as number], [NaN]);
    }
  },
});

/** The logits of the first rows, which weigh nothing. */
const HIDDEN = [NaN, Infinity, -Infinity];

/** As behind a mask: what is computed there need be no number. */
export const notFiniteAtWeightZero: Check = check({
  states:
    'Logits that are NaN or infinite add nothing to loss and gradient in a row of weight zero, where that is claimed; also made on the device.',
  needs: ['float32', 'infinity'],
  cases: (subject) => (subject.weightOfZero === 'removes' ? [{ rows: 5 }] : []),
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const finite = weighed(batchFor(subject, head, rows), (row) => (row < HIDDEN.length ? 0 : 0.5 + row));
    const hidden = new Map(HIDDEN.flatMap((value, row) => placesIn(finite, [row]).map((place) => [place, value])));
    const batch = withLogits(finite, (logit, place) => hidden.get(place) ?? logit);
    const { element, sum } = scalesOf(finite);
    const read = async (tensors: BatchTensors): Promise<Pick<Outcome, 'loss' | 'gradient'>> => {
      const { value, grad } = lossAndGradient(head, tensors);
      return { loss: await numberOf(value), gradient: await readNumbers(grad) };
    };
    const expected = await read(tensorsOf(finite));
    for (const [how, tensors] of [
      ['uploaded', tensorsOf(batch)],
      ['made on the device', madeByDevice(tensorsOf(batch))],
    ] as const) {
      const { loss, gradient } = await read(tensors);
      const where = `where rows of weight 0 have logits of ${HIDDEN.join(', ')}, ${how}`;
      judge.near(`the loss ${where}`, [loss], [expected.loss], { k: ULPS.REDUCE, scale: sum });
      judge.near(`the gradient ${where}`, gradient, expected.gradient, { k: ULPS.ELEMENT, scale: element });
    }
  },
});

/** Logits and weights as an op has made them: where the device is no processor, it alone knows which weights are 0. */
function madeByDevice({ logits, features, ...others }: BatchTensors): BatchTensors {
  const made = (x: Tensor): Tensor => add(x, 0);
  return {
    ...others,
    logits: mapParts<Tensor, Tensor>(logits, made),
    features: { ...features, [WEIGHT]: made(features[WEIGHT] as Tensor) },
  };
}

export const nanStaysInPredictions: Check = check({
  states: 'A NaN in a logit is a NaN in each float prediction that goes with this logit, and in no other row.',
  cases: ({ predictions }) =>
    predictions === undefined || Object.values(predictions).some(({ dtype }) => dtype === 'float32')
      ? [{ rows: 5 }]
      : [],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const plain = await floatsOf(head, batch);
    for (const column of columnsOf(batch)) {
      const place = placesIn(batch, [ROW])[column] as number;
      const logit = logitsIn(batch)[place] as number;
      const moved = await Promise.all(MOVES.map((by) => floatsOf(head, withLogit(batch, place, logit + by))));
      const withNaN = await floatsOf(head, withLogit(batch, place, NaN));
      for (const [key, values] of Object.entries(plain)) {
        const got = withNaN[key] ?? [];
        const size = values.length / rows;
        // What jumps, such as the id of a class, goes with no logit: small moves leave it as it is.
        const going = values.flatMap((value, i) => (moved.every((floats) => floats[key]?.[i] !== value) ? [i] : []));
        const swallowed = going.filter((i) => !Number.isNaN(got[i]));
        judge.equal(
          `the places of predictions['${key}'] that go with logit ${column} and are no NaN where it is one`,
          swallowed,
          [],
        );
        if (!areRowsIndependent(subject)) continue;
        const elsewhere = got.flatMap((value, i) =>
          Number.isNaN(value) && Math.floor(i / size) !== ROW ? [Math.floor(i / size)] : [],
        );
        judge.equal(
          `the rows of predictions['${key}'] with a NaN, besides row ${ROW}, where logit ${column} of that row is one`,
          [...new Set(elsewhere)],
          [],
        );
      }
    }
  },
});

/** A prediction that goes with a logit is another after each of these moves. */
const MOVES = [-0.125, -0.0625, 0.0625, 0.125];

/** The predictions that are floats, by key. */
async function floatsOf(head: Head, batch: Batch): Promise<Record<string, readonly number[]>> {
  const predictions = Object.entries(head.predictions(tensorsOf(batch).logits)).filter(
    ([, { dtype }]) => dtype === 'float32',
  );
  return Object.fromEntries(
    await Promise.all(predictions.map(async ([key, values]) => [key, await readNumbers(values as Tensor)] as const)),
  );
}

/** A loss may be right to be finite there: a sure prediction that is right costs nothing. */
export const infinityStays: Check = check({
  states: 'An infinite logit does not give a finite loss where a huge one gives a huge loss.',
  needs: ['float32'],
  cases: () => [{ sign: 1 }, { sign: -1 }],
  async run({ subject, judge }, { sign }) {
    const head = plainHeadOf(subject);
    const batch = plainBatchFor(subject, head, 3);
    const lossAt = async (logit: number): Promise<number> => {
      const { labels, logits, features } = tensorsOf(withLogit(batch, 0, logit));
      return numberOf(head.loss(labels, logits, { features }));
    };
    const [huge, infinite] = [await lossAt(sign * 2 ** 60), await lossAt(sign * Infinity)];
    if (Math.abs(huge) < 2 ** 50) return;
    const got = `got a loss of ${infinite} for a logit of ${sign * Infinity}, and ${huge} for one of 2^60`;
    judge.that(!Number.isFinite(infinite), got);
  },
});

/** So low that the next one changes nothing any more, if anything comes to an end there. */
const [LOW, LOWER] = [-(2 ** 40), -(2 ** 60)];

/** How users forbid a class: its logit is minus infinity, and 0 times that is NaN for who multiplies by an indicator. */
export const maskedLogits: Check = check({
  states:
    'A logit of minus infinity, as a mask makes it, is as good as a hugely negative one: same loss, gradient and metrics, where ' +
    'the loss does not change any more, and no prediction is NaN; else the loss is infinite, not NaN.',
  needs: ['float32', 'infinity'],
  // Only classes are masked, and those that have a logit each.
  cases: (subject) =>
    labelClaims(subject).every(([, { labels, classes }]) => labels === 'class' && classes === undefined)
      ? [{ rows: 3 }]
      : [],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = weightedBatchFor(subject, head, rows);
    const scales = scalesOf(batch);
    for (const row of [0, 1, 2]) {
      for (const column of columnsOf(batch)) {
        const place = placesIn(batch, [row])[column] as number;
        const at = (logit: number): Promise<Outcome> => outcomeOf(head, tensorsOf(withLogit(batch, place, logit)));
        const [low, lower, masked] = [await at(LOW), await at(LOWER), await at(-Infinity)];
        const where = `with logit ${column} of row ${row} at minus infinity`;
        if (low.loss !== lower.loss) {
          if (Math.abs(lower.loss) > 2 ** 50) judge.same(`the loss ${where}`, [Math.abs(masked.loss)], [Infinity]);
          continue;
        }
        judge.near(`the loss ${where}`, [masked.loss], [lower.loss], { k: ULPS.REDUCE, scale: scales.sum });
        const within = { k: ULPS.ELEMENT, scale: scales.element };
        judge.near(`the gradient ${where}`, masked.gradient, lower.gradient, within);
        nearMetrics(judge, masked.metrics, lower.metrics, scales);
        const swallowed = Object.keys(masked.predictions).filter((key) => masked.predictions[key]?.some(Number.isNaN));
        judge.equal(`the predictions that are NaN ${where}`, swallowed, []);
      }
    }
  },
});
