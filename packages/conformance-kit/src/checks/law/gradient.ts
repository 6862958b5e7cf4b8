import { scalar, stack, type Scalar } from '@tensorflow/tfjs-core';
import { Reduction, type Head } from '@tfjs-heads/head-api';
import { largest, ULPS } from '@tfjs-heads/reference';
import { logitsIn, partsOf, pickRows, tensorsOf, withLogits, type Batch, type BatchTensors } from '../../batch.js';
import { check, type Check } from '../check.js';
import { gradientOf, readNumbers } from '../outcome.js';
import { batchFor, headOf, weightedBatchFor, whereIndependent } from './claims.js';
import { scalesOf } from './compare.js';
import { nearSlopes, PLACES, STEP, termOf, type Stencil } from './slope.js';

/** At most so many logits are moved, spread over the batch: each takes five losses. */
const MOVED = 4;

export const gradientIsSlope: Check = check({
  states: 'The gradient is the slope of the loss along each logit, as a difference in the logit shows it.',
  needs: ['float32'],
  cases: () => [{ rows: 3 }, { rows: 2 }, { rows: 3, reduction: Reduction.SUM_OVER_BATCH_SIZE }],
  async run({ subject, judge, backend }, { rows, reduction = Reduction.SUM }) {
    const head = headOf(subject, { lossReduction: reduction });
    await nearSlopes(judge, 'the gradient', backend.unit, async (draw) => {
      const batch = weightedBatchFor(subject, head, rows, rows + 4 + 20 * draw);
      const tensors = tensorsOf(batch);
      const gradient = await readNumbers(gradientOf(head, tensors));
      const count = Math.min(gradient.length, MOVED);
      const places = Array.from({ length: count }, (_, i) => Math.floor((i * gradient.length) / count));
      const stencils = await stencilsOf(head, batch, tensors, places);
      return { actual: places.map((place) => gradient[place] as number), stencils, term: termOf(batch) };
    });
  },
});

/** The losses around each of some logits; one read for all. */
async function stencilsOf(
  head: Head,
  batch: Batch,
  { labels, features }: BatchTensors,
  places: readonly number[],
): Promise<Stencil[]> {
  const lossAt = (place: number, steps: number): Scalar => {
    const { logits } = tensorsOf(withLogits(batch, (value, i) => (i === place ? value + steps * STEP : value)));
    return head.loss(labels, logits, { features });
  };
  const losses = await readNumbers(stack(places.flatMap((place) => PLACES.map((steps) => lossAt(place, steps)))));
  return places.map((_, i) => losses.slice(i * PLACES.length, (i + 1) * PLACES.length) as unknown as Stencil);
}

export const gradientTimesWhatFollows: Check = check({
  states: 'What follows the loss goes into its gradient: that of -3 times the loss is -3 times that of the loss.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchFor(subject, head, rows);
    const tensors = tensorsOf(batch);
    const [plain, scaled] = [gradientOf(head, tensors), gradientOf(head, tensors, scalar(-3))];
    const expected = (await readNumbers(plain)).map((value) => -3 * value);
    judge.near('the gradient', await readNumbers(scaled), expected, {
      k: ULPS.ELEMENT,
      scale: scalesOf(batch).element,
    });
  },
});

/** A logit goes from here to there, past what labels are drawn from. */
const [FROM, TO] = [-6, 6];

/** How far apart the logits are that the gradient is taken at. */
const FINE = 2 ** -7;

/** No logit is a number that a kink is likely at: the label, 0, 1. */
const ASIDE = 2 ** -12;

/** So many of them make a section, at whose ends the loss is taken. */
const SECTION = 64;

/** So many sections more begin where the gradient bends most, and where it changes its sign: or an error before it would make up for one behind it. */
const [BENDS, CHANGES] = [6, 3];

/** So many logits go their way, spread over rows and columns. */
const WALKED = 3;

/** What the gradient adds up to may be off by this share, besides rounding. */
const SHARE = 5e-4;

/** Unlike a difference, which is no slope near a kink, a sum over a kink is right. */
export const gradientAddsUp: Check = check({
  states:
    'On the way of a logit from one value to another the gradient adds up to the difference of the losses, past any kinks.',
  needs: ['float32'],
  cases: (subject) => whereIndependent(subject, [{ from: FROM, to: TO }]),
  async run({ subject, judge, backend }) {
    const head = headOf(subject);
    const batch = weightedBatchFor(subject, head, WALKED, 11);
    for (let i = 0; i < WALKED; i++) {
      const row = pickRows(batch, [i]);
      const column = Math.floor((i * logitsIn(row).length) / WALKED);
      const logits = Array.from({ length: (TO - FROM) / FINE + 1 }, (_, at) => FROM + at * FINE + ASIDE);
      const gradient = await gradientsAt(head, row, column, logits);
      const bends = gradient.map((g, at) => Math.abs((gradient[at - 1] ?? g) - 2 * g + (gradient[at + 1] ?? g)));
      const ends = endsOf(gradient, bends);
      const losses = await lossesAt(
        head,
        row,
        column,
        ends.map((at) => logits[at] as number),
      );
      const term = termOf(withLogits(row, (logit, place) => (place === column ? TO : logit)));
      const noise = 2 * ULPS.ELEMENT * backend.unit * (largest(losses) + term);
      ends.slice(1).forEach((end, section) => {
        const start = ends[section] as number;
        const inside = gradient.slice(start, end + 1);
        const sum = (values: readonly number[]): number =>
          FINE * values.reduce((total, value, at) => total + (at % (values.length - 1) === 0 ? value / 2 : value), 0);
        // Between two of the logits a step is off its chord by half of what it steps at most, which is two bends; a curve by less.
        const offChord = (FINE / 2) * bends.slice(start, end + 1).reduce((total, bend) => total + bend, 0);
        const allowed = SHARE * sum(inside.map(Math.abs)) + noise + offChord;
        const what = `what the gradient of logit ${column} adds up to from ${logits[start]} to ${logits[end]}`;
        const difference = (losses[section + 1] as number) - (losses[section] as number);
        judge.near(what, [sum(inside)], [difference], { k: 1, scale: allowed / backend.unit });
      });
    }
  },
});

/** The row with its logit of a column at each of some values. */
function moved(row: Batch, column: number, values: readonly number[]): Batch {
  const many = pickRows(
    row,
    values.map(() => 0),
  );
  const walked = new Map(placesOfColumn(many, column).map((place, i) => [place, values[i] as number]));
  return withLogits(many, (logit, place) => walked.get(place) ?? logit);
}

/** The places among all logits of those of a column, one for each row. Heads that a head is made of have theirs one after the other. */
function placesOfColumn(batch: Batch, column: number): number[] {
  let [placesBefore, columnsBefore] = [0, 0];
  for (const [, { shape, values }] of partsOf(batch.logits)) {
    const rows = shape[0] as number;
    const columns = values.length / rows;
    const [start, inPart] = [placesBefore, column - columnsBefore];
    if (inPart < columns) return Array.from({ length: rows }, (_, row) => start + row * columns + inPart);
    placesBefore += values.length;
    columnsBefore += columns;
  }
  return [];
}

/** All in one batch: rows do not know of each other. */
async function gradientsAt(head: Head, row: Batch, column: number, values: readonly number[]): Promise<number[]> {
  const batch = moved(row, column, values);
  const gradient = await readNumbers(gradientOf(head, tensorsOf(batch)));
  return placesOfColumn(batch, column).map((place) => gradient[place] as number);
}

/** One read for all. */
function lossesAt(head: Head, row: Batch, column: number, values: readonly number[]): Promise<number[]> {
  const losses = values.map((value): Scalar => {
    const { labels, logits, features } = tensorsOf(moved(row, column, [value]));
    return head.loss(labels, logits, { features });
  });
  return readNumbers(stack(losses));
}

/** Where sections begin and end, ascending. */
function endsOf(gradient: readonly number[], bends: readonly number[]): number[] {
  const places = [...gradient.keys()];
  const regular = places.filter((at) => at % SECTION === 0);
  const bent = places.toSorted((a, b) => (bends[b] as number) - (bends[a] as number)).slice(0, BENDS);
  const changes = places.filter((at) => (gradient[at] as number) * (gradient[at + 1] ?? 0) < 0).slice(0, CHANGES);
  return [...new Set([...regular, ...bent, ...changes])].toSorted((a, b) => a - b);
}
