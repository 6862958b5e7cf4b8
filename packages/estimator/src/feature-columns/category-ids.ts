import { describeValue, headError, quote } from '@tfjs-heads/head-kit';
import type { BucketizedColumn } from './bucketized-column.js';
import type { CategoryDtype, HashBucketColumn, IdentityColumn, VocabularyListColumn } from './categorical-columns.js';
import type { CrossedColumn, CrossedKey } from './crossed-column.js';
import { concatFingerprints, fingerprint64 } from './fingerprint64.js';
import type { Rows } from './rows.js';
import type { WeighedColumn } from './weighted-categorical-column.js';

/** The id of a value that a vocabulary does not know. */
const UNKNOWN = -1;
/** The id of a value that is not there: a text without characters, or -1, in a dense feature. */
export const MISSING = -2;

/** The ids of a category by example; one below 0 counts nothing. */
export interface Ids {
  readonly ids: ArrayLike<number>;
  readonly offsets: ArrayLike<number>;
}

/** Gives a feature by its name. */
export type RowsByKey = (key: string) => Rows;
/** Gives the numbers of a column whose `normalizerFn` has been called. */
export type NumbersOf = (column: BucketizedColumn['sourceColumn']) => Rows;

/**
 * The ids of a category in a batch.
 *
 * @throws FEATURES_INVALID for values that are no ids, or of a dtype that the column does not take
 */
export function idsOf(column: WeighedColumn, rowsByKey: RowsByKey, numbersOf: NumbersOf): Ids {
  if (column.kind === 'crossedColumn') return crossedIds(column, rowsByKey, numbersOf);
  const rows = rowsByKey(column.key);
  return { ids: idsOfKey(column, rows), offsets: rows.offsets };
}

function idsOfKey(column: VocabularyListColumn | IdentityColumn | HashBucketColumn, rows: Rows): Int32Array {
  checkDtype(column, rows);
  const idOf = lookup(column);
  return Int32Array.from({ length: rows.values.length }, (_, i) => {
    const value = rows.values[i] as string | number;
    return !rows.isSparse && (value === '' || value === -1) ? MISSING : idOf(value);
  });
}

function lookup(column: VocabularyListColumn | IdentityColumn | HashBucketColumn): (value: string | number) => number {
  switch (column.kind) {
    case 'vocabularyListColumn':
      return (value) =>
        column.ids.get(value) ??
        (column.numOovBuckets > 0 ? column.ids.size + bucketOf(value, column.numOovBuckets) : column.defaultValue);
    case 'hashBucketColumn':
      return (value) => bucketOf(value, column.numBuckets);
    case 'identityColumn':
      return (value) => {
        if ((value as number) >= 0 && (value as number) < column.numBuckets) return value as number;
        if (column.defaultValue !== undefined) return column.defaultValue;
        throw headError(
          'FEATURES_INVALID',
          `features[${quote(column.key)}] must be ids from 0 to ${column.numBuckets - 1}, got ${value}.`,
        );
      };
  }
}

/** A number by its digits, as in the original. */
function bucketOf(value: string | number, size: number): number {
  return Number(fingerprint64(String(value)) % BigInt(size));
}

function checkDtype(column: VocabularyListColumn | IdentityColumn | HashBucketColumn, { dtype }: Rows): void {
  const expected: CategoryDtype = column.kind === 'identityColumn' ? 'int32' : column.dtype;
  if (dtype === expected) return;
  throw headError(
    'FEATURES_INVALID',
    `Column dtype and tensor dtype must be compatible: features[${quote(column.key)}] must be of dtype ${expected}, got ${dtype}.`,
  );
}

/** What is crossed of an example: a fingerprint or an id for each of its values. */
interface Crossed {
  readonly isSparse: boolean;
  readonly offsets: ArrayLike<number>;
  /** Undefined for what is missing. */
  readonly of: (index: number) => bigint | undefined;
}

function crossedIds(column: CrossedColumn, rowsByKey: RowsByKey, numbersOf: NumbersOf): Ids {
  const all = column.leaves.map((leaf) => leafOf(leaf, rowsByKey, numbersOf));
  // In the original's order: what is sparse comes first.
  const parts = [...all.filter(({ isSparse }) => isSparse), ...all.filter(({ isSparse }) => !isSparse)];
  const count = (parts[0] as Crossed).offsets.length - 1;
  const unlike = parts.find(({ offsets }) => offsets.length - 1 !== count);
  if (unlike !== undefined) {
    throw headError(
      'FEATURES_INVALID',
      `what ${quote(column.name)} crosses must have one batch size, got ${count} and ${unlike.offsets.length - 1}.`,
    );
  }
  const ids: number[] = [];
  const offsets = new Int32Array(count + 1);
  for (let row = 0; row < count; row++) {
    for (const hash of product(parts, row, column.hashKey)) ids.push(Number(hash % BigInt(column.numBuckets)));
    offsets[row + 1] = ids.length;
  }
  return { ids, offsets };
}

/** The hashes of all combinations of the values of an example. */
function product(parts: readonly Crossed[], row: number, hashKey: bigint): readonly bigint[] {
  let hashes: readonly bigint[] = [hashKey];
  for (const { offsets, of } of parts) {
    const longer: bigint[] = [];
    for (const hash of hashes) {
      for (let i = offsets[row] as number; i < (offsets[row + 1] as number); i++) {
        const value = of(i);
        if (value !== undefined) longer.push(concatFingerprints(hash, value));
      }
    }
    if (longer.length > MOST_CROSSED) {
      throw headError(
        'FEATURES_INVALID',
        `an example must have at most ${MOST_CROSSED} combinations of crossed values, got ${longer.length} in the example ${row}.`,
      );
    }
    hashes = longer;
  }
  return hashes;
}

/** More would fill the memory. */
const MOST_CROSSED = 2 ** 20;

function leafOf(leaf: Exclude<CrossedKey, CrossedColumn>, rowsByKey: RowsByKey, numbersOf: NumbersOf): Crossed {
  if (typeof leaf === 'string') {
    const { values, offsets, isSparse, dtype } = rowsByKey(leaf);
    if (dtype !== 'string' && dtype !== 'int32') {
      throw headError(
        'FEATURES_INVALID',
        `features[${quote(leaf)}] must be of dtype string or int32 to be crossed, got ${dtype}.`,
      );
    }
    const of = (i: number): bigint => {
      const value = values[i] as string | number;
      return typeof value === 'string' ? fingerprint64(value) : BigInt.asUintN(64, BigInt(value));
    };
    return { isSparse, offsets, of };
  }
  const { ids, offsets } =
    leaf.kind === 'bucketizedColumn' ? bucketIds(leaf, numbersOf) : idsOf(leaf, rowsByKey, numbersOf);
  // An unknown value is crossed by its id, which is -1.
  const of = (i: number): bigint | undefined =>
    ids[i] === MISSING ? undefined : BigInt.asUintN(64, BigInt(ids[i] as number));
  return { isSparse: true, offsets, of };
}

function bucketIds({ sourceColumn, boundaries }: BucketizedColumn, numbersOf: NumbersOf): Ids {
  const { values, offsets } = numbersOf(sourceColumn);
  const width = sourceColumn.shape[0] as number;
  const ids = Int32Array.from({ length: values.length }, (_, i) => {
    const value = values[i];
    if (typeof value !== 'number')
      throw headError(
        'FEATURES_INVALID',
        `features[${quote(sourceColumn.key)}] must be numbers, got ${describeValue(value)}.`,
      );
    // As the original searches, NaN lies in the last one.
    const bucket = boundaries.findIndex((bound) => value < bound);
    return (bucket === -1 ? boundaries.length : bucket) + (i % width) * (boundaries.length + 1);
  });
  return { ids, offsets };
}

export { UNKNOWN as PADDING };
