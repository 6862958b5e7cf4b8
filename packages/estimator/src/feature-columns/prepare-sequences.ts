import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Features, SparseTensor } from '@tfjs-heads/head-api';
import { headError, isTensor, quote, shapeText } from '@tfjs-heads/head-kit';
import { idsOf, MISSING, PADDING } from './category-ids.js';
import { featureOf, type HostValues, rowsOf } from './rows.js';
import { type SequenceColumn, sequenceColumnSize } from './sequence-columns.js';

/** The name of the mask of the steps that are there, bool `[batch, time]`, after the prefix of its group. */
export const SEQUENCE_MASK = 'sequence_length_mask';

/** The values of a feature, each with its place in its sequence. */
interface Placed {
  readonly values: ArrayLike<number>;
  /** Where the values of each example begin, and where the last ones end. */
  readonly offsets: ArrayLike<number>;
  /** The place of a value in its example. */
  readonly placeOf: (index: number, row: number) => number;
  /** Whether there is a value, rather than what stands for none. */
  readonly isThere: (index: number) => boolean;
  /** How many places an example has. */
  readonly width: number;
  /** Whether the sequences end where their last value is; dense numbers are all there. */
  readonly isRagged: boolean;
}

/**
 * What columns of sequences are, with the steps of shorter ones filled up: for each column `<prefix><column>/ids`, int32 `[batch, time]` with
 * -1 where there is none, or `<prefix><column>/values`, float32 `[batch, time, ...shape]`; and which steps there are, `<prefix>sequence_length_mask`.
 * `time` is that of the widest feature. The tensors are new, and the caller's.
 *
 * @throws FEATURES_INVALID; nothing is left behind
 */
export function prepareSequences(
  features: Features,
  { prefix, columns }: { readonly prefix: string; readonly columns: readonly SequenceColumn[] },
  valuesOf: HostValues,
): Readonly<Record<string, Tensor>> {
  const placed = columns.map((column) => placedOf(column, features, valuesOf));
  const elements = columns.map((column) => (column.kind === 'sequenceNumericColumn' ? sequenceColumnSize(column) : 1));
  const time = Math.max(1, ...placed.map(({ width }, i) => Math.ceil(width / (elements[i] as number))));
  const lengths = lengthsOf(columns, placed, elements);
  const count = lengths.length;
  const filled = columns.map((column, i) => fill(column, placed[i] as Placed, { count, time }));
  const isThere = Uint8Array.from({ length: count * time }, (_, i) =>
    i % time < (lengths[Math.floor(i / time)] as number) ? 1 : 0,
  );
  return Object.fromEntries([
    ...columns.map((column, i) => {
      const [values, shape, dtype] = filled[i] as Filled;
      const kind = column.kind === 'sequenceNumericColumn' ? 'values' : 'ids';
      return [`${prefix}${column.name}/${kind}`, tensor(values, shape, dtype)];
    }),
    [`${prefix}${SEQUENCE_MASK}`, tensor(isThere, [count, time], 'bool')],
  ]) as Record<string, Tensor>;
}

/** The tensors whose values {@link prepareSequences} asks for. */
export function keyOfSequence(column: SequenceColumn): string {
  return column.kind === 'sequenceNumericColumn' ? column.key : column.categoricalColumn.key;
}

function placedOf(column: SequenceColumn, features: Features, valuesOf: HostValues): Placed {
  const key = keyOfSequence(column);
  const feature = featureOf(features, key);
  const shape = isTensor(feature) ? feature.shape : feature.denseShape;
  const isNumeric = column.kind === 'sequenceNumericColumn';
  const isRight = isTensor(feature) && isNumeric ? isOfSteps(shape, column.shape) : shape.length === 2;
  if (!isRight) {
    const steps = isTensor(feature) && isNumeric ? `[batch,time,${column.shape.join(',')}]` : '[batch,time]';
    throw headError('FEATURES_INVALID', `features[${quote(key)}] must be of shape ${steps}, got ${shapeText(shape)}.`);
  }
  const rows = rowsOf(key, feature, valuesOf);
  if (isNumeric && rows.dtype === 'string')
    throw headError('FEATURES_INVALID', `features[${quote(key)}] must be numbers, got dtype string.`);
  const values = isNumeric
    ? (rows.values as ArrayLike<number>)
    : idsOf(
        column.categoricalColumn.categoricalColumn,
        () => rows,
        () => rows,
      ).ids;
  const { offsets } = rows;
  const isThere = (index: number): boolean => isNumeric || values[index] !== MISSING;
  if (isTensor(feature)) {
    const width = feature.shape.slice(1).reduce((product, size) => product * size, 1);
    const placeOf = (index: number, row: number): number => index - (offsets[row] as number);
    return { values, offsets, placeOf, isThere, width, isRagged: !isNumeric };
  }
  return {
    values,
    offsets,
    placeOf: placesOf(key, feature, valuesOf),
    isThere,
    width: shape[1] as number,
    isRagged: true,
  };
}

/** Whether a shape is `[batch, time, ...step]`, or `[batch, time]` for single numbers. */
function isOfSteps(shape: readonly number[], step: readonly number[]): boolean {
  const rest = shape.slice(2);
  const isSingle = rest.length === 0 && step.every((size) => size === 1);
  return shape.length >= 2 && (isSingle || shapeText(rest) === shapeText(step));
}

function placesOf(key: string, { indices, denseShape }: SparseTensor, valuesOf: HostValues): Placed['placeOf'] {
  const places = valuesOf(indices) as ArrayLike<number>;
  const width = denseShape[1] as number;
  for (let i = 1; i < places.length; i += 2) {
    if ((places[i] as number) >= 0 && (places[i] as number) < width) continue;
    throw headError(
      'FEATURES_INVALID',
      `features[${quote(key)}].indices must have places from 0 to ${width - 1}, got ${places[i]}.`,
    );
  }
  return (index) => places[2 * index + 1] as number;
}

/** How many steps each example has, which all columns must agree on; dense numbers are as long as the others. */
function lengthsOf(
  columns: readonly SequenceColumn[],
  placed: readonly Placed[],
  elements: readonly number[],
): Int32Array {
  const all = placed.map((one, i) => lengthsOfOne(one, elements[i] as number));
  const first = Math.max(
    0,
    placed.findIndex(({ isRagged }) => isRagged),
  );
  const expected = all[first] as Int32Array;
  const name = (i: number): string => quote((columns[i] as SequenceColumn).name);
  for (const [i, lengths] of all.entries()) {
    if (lengths.length !== expected.length) {
      throw headError(
        'FEATURES_INVALID',
        `Batch size (first dimension) of each feature must be same: got ${expected.length} for ${name(first)} and ${lengths.length} for ${name(i)}.`,
      );
    }
    const row = placed[i]?.isRagged ? lengths.findIndex((length, at) => length !== expected[at]) : -1;
    if (row === -1) continue;
    throw headError(
      'FEATURES_INVALID',
      `the sequences of an example must be as long as each other, got ${expected[row]} steps of ${name(first)} and ${lengths[row]} of ${name(i)} in the example ${row}.`,
    );
  }
  return expected;
}

function lengthsOfOne({ offsets, placeOf, isThere }: Placed, elements: number): Int32Array {
  return Int32Array.from({ length: offsets.length - 1 }, (_, row) => {
    let last = -1;
    for (let i = offsets[row] as number; i < (offsets[row + 1] as number); i++)
      if (isThere(i)) last = Math.max(last, placeOf(i, row));
    return Math.ceil((last + 1) / elements);
  });
}

type Filled = readonly [values: Int32Array | Float32Array, shape: number[], dtype: 'int32' | 'float32'];

function fill(
  column: SequenceColumn,
  { values, offsets, placeOf, isThere }: Placed,
  { count, time }: { readonly count: number; readonly time: number },
): Filled {
  const isNumeric = column.kind === 'sequenceNumericColumn';
  const width = time * (isNumeric ? sequenceColumnSize(column) : 1);
  const filled = isNumeric
    ? new Float32Array(count * width).fill(column.defaultValue)
    : new Int32Array(count * width).fill(PADDING);
  for (let row = 0; row < count; row++)
    for (let i = offsets[row] as number; i < (offsets[row + 1] as number); i++)
      if (isThere(i)) filled[row * width + placeOf(i, row)] = values[i] as number;
  return isNumeric ? [filled, [count, time, ...column.shape], 'float32'] : [filled, [count, time], 'int32'];
}
