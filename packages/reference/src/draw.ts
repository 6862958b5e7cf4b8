import { sizeOf, type Values } from './values.js';

/**
 * Random numbers in [0, 1), the same for the same seed on every machine (xorshift32).
 *
 * @example
 * const next = random(7);
 * const logit = exact(next, -3, 3);
 */
export function random(seed: number): () => number {
  let state = (seed * 2_654_435_761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A number in [low, high] with so few bits that float32 has it exactly. */
export function exact(next: () => number, low: number, high: number): number {
  return Math.round((low + next() * (high - low)) * 1024) / 1024;
}

/** Which values there can be: any numbers, those above 0, counts, numbers from 0 to 1, 0 or 1, or ids of classes from 0 on. */
export const labelKinds = ['real', 'positive', 'count', 'probability', 'binary', 'class'] as const;
export type LabelKind = (typeof labelKinds)[number];

/** What can be drawn: logits, weights of which about one in eight is 0, labels or a feature of a kind. */
export type DrawKind = 'logits' | 'weights' | LabelKind;
export const drawKinds: readonly DrawKind[] = ['logits', 'weights', ...labelKinds];

const makers: Readonly<Record<Exclude<DrawKind, 'class'>, (next: () => number) => number>> = {
  logits: (next) => exact(next, -3, 3),
  weights: (next) => (next() < 0.125 ? 0 : exact(next, 0, 3)),
  real: (next) => exact(next, -4, 4),
  positive: (next) => exact(next, 0.125, 4),
  count: (next) => [0, 1, 2, 50][Math.floor(next() * 4)] as number,
  probability: (next) => (next() < 0.5 ? Math.round(next()) : exact(next, 0, 1)), // hard labels and soft ones
  binary: (next) => Math.round(next()),
};

/**
 * Draws values of a kind, row-major.
 *
 * @param classes How many classes there are, for the kind `class`.
 */
export function drawValues(seed: number, shape: readonly number[], kind: DrawKind, classes = 2): number[] {
  const next = random(seed);
  if (kind === 'class') return drawClasses(next, sizeOf(shape), classes);
  return Array.from({ length: sizeOf(shape) }, () => makers[kind](next));
}

/** Class ids in rounds, each class once a round: of so many values as there are classes none is missing. */
function drawClasses(next: () => number, size: number, classes: number): number[] {
  const ids: number[] = [];
  while (ids.length < size) {
    const round = Array.from({ length: classes }, (_, id) => id);
    for (let left = classes; left > 0; left--) ids.push(...round.splice(Math.floor(next() * left), 1));
  }
  return ids.slice(0, size);
}

/** Values of which only some places of the shape have one. */
export interface SparseValues extends Values {
  /** Where each of the values stands in `shape`, row-major. */
  readonly indices: readonly (readonly number[])[];
}

/** Draws some of the ids of `classes` for each row, one at least: `[...rows, classes]`, where those of a row stand first. */
export function drawSparse(seed: number, rows: readonly number[], classes: number): SparseValues {
  const isMeant = drawValues(seed, [...rows, classes], 'binary');
  const meant = Array.from({ length: sizeOf(rows) }, (_, row) => {
    const ids = Array.from({ length: classes }, (__, id) => id).filter((id) => isMeant[row * classes + id] === 1);
    return ids.length === 0 ? [row % classes] : ids;
  });
  const indices = meant.flatMap((ids, row) => ids.map((_, place) => [...coordinates(row, rows), place]));
  return { shape: [...rows, classes], indices, values: meant.flat(), dtype: 'int32' };
}

/** Where the `n`th of a shape stands in it. */
function coordinates(n: number, shape: readonly number[]): number[] {
  return shape.map((dimension, axis) => Math.floor(n / sizeOf(shape.slice(axis + 1))) % dimension);
}

/** Draws a mask `[.., steps]`: 1 for each step that a sequence has, one at least, then 0. */
export function drawMask(seed: number, shape: readonly number[]): Values {
  const steps = shape.at(-1) as number;
  return {
    shape,
    dtype: 'bool',
    values: Array.from({ length: sizeOf(shape) }, (_, i) =>
      Number(i % steps <= (seed + Math.floor(i / steps)) % steps),
    ),
  };
}

/** Numbers in [low, high] that float32 has exactly, the same for the same seed. */
export function drawn(shape: readonly number[], seed: number, low = -2, high = 2): Values {
  const next = random(seed);
  return { shape, values: Array.from({ length: sizeOf(shape) }, () => exact(next, low, high)) };
}

/** Evenly spread numbers, rounded to float32. */
export function spread(low: number, high: number, count = 257): number[] {
  return Array.from({ length: count }, (_, i) => Math.fround(low + ((high - low) * i) / (count - 1)));
}

/** Numbers of every order of magnitude between two, rounded to float32. */
export function magnitudes(low: number, high: number, count = 129): number[] {
  return spread(Math.log(low), Math.log(high), count).map((exponent) => Math.fround(Math.exp(exponent)));
}
