import { describeValue, headError, isMap, quote } from '@tfjs-heads/head-kit';
import type { ColumnType } from '../cli/column-types.js';

/** How a column is read: its type, or that and what stands for a value that is missing. */
export type ColumnSpec = ColumnType | { readonly type: ColumnType; readonly missing: number | string | boolean };

/** What of rows becomes a feature, a label and a weight, and how rows become batches. */
export interface DataOptions {
  /**
   * The columns that are read, by name, the label's and the weight's included. Each becomes a feature `[rows]` of its type. A missing text is `''`, as feature columns
   * have it; a missing number is an error, unless it has a stand-in (`{ type: 'float32', missing: 0 }`) or `omitMissing` leaves its row out.
   */
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  /** The column that becomes the labels, `[rows, 1]`. Without one batches are features alone, for predictions. */
  readonly label?: string;
  /** The feature of the weights, as a head is told (`weightColumn`): a column of float32, or what `classWeights` make, or both multiplied. */
  readonly weightColumn?: string;
  /** The weight of each class, by the label as text. A label that has none is an error. */
  readonly classWeights?: Readonly<Record<string, number>>;
  /** How many rows a batch has. */
  readonly batchSize: number;
  /** How many times the rows come; null for ever. Default: 1. */
  readonly epochs?: number | null;
  /**
   * Takes each row at random from so many that are held: in an order that the seed (default: 0) says, another one in each epoch. As many as there are rows make any order
   * as likely as any other; fewer need less memory.
   */
  readonly shuffle?: { readonly bufferSize: number; readonly seed?: number };
  /** Leaves the last batch of an epoch out where it has fewer rows. Default: it is kept. */
  readonly dropRemainder?: boolean;
  /** Leaves out rows that miss a value for which nothing stands in, texts included. Default: an error. */
  readonly omitMissing?: boolean;
}

/** A column that was checked. */
export interface CheckedColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Stands for a value that is missing; undefined where nothing does. */
  readonly missing: number | string | undefined;
}

/** Options that were checked, with what was left out. */
export interface CheckedOptions extends DataOptions {
  readonly read: readonly CheckedColumn[];
  readonly epochs: number | null;
  readonly seed: number;
}

const TYPES: readonly unknown[] = ['float32', 'int32', 'bool', 'string'] satisfies ColumnType[];

/**
 * Checks options before anything is opened.
 *
 * @throws INVALID_ARGUMENT
 */
export function checkOptions(given: DataOptions): CheckedOptions {
  if (!isMap(given)) throw invalid('options', 'a map', given);
  const { columns, label, weightColumn, classWeights, batchSize, epochs = 1, shuffle, omitMissing = false } = given;
  if (!isMap(columns) || Object.keys(columns).length === 0)
    throw invalid('columns', 'a map of names to types with one column at least', columns);
  const read = Object.entries(columns).map(([name, spec]) => checkColumn(name, spec, omitMissing));
  if (label !== undefined && !Object.hasOwn(columns, label))
    throw invalid('label', `one of the columns ${Object.keys(columns).map(quote).join(', ')}`, label);
  if (!isCount(batchSize)) throw invalid('batchSize', 'a whole number above 0', batchSize);
  if (epochs !== null && !isCount(epochs)) throw invalid('epochs', 'a whole number above 0, or null', epochs);
  const seed = shuffle?.seed ?? 0;
  if (shuffle !== undefined && !isCount(shuffle.bufferSize))
    throw invalid('shuffle.bufferSize', 'a whole number above 0', shuffle.bufferSize);
  if (!Number.isSafeInteger(seed)) throw invalid('shuffle.seed', 'a whole number', seed);
  const weights = read.find(({ name }) => name === weightColumn);
  if (weightColumn !== undefined && (typeof weightColumn !== 'string' || weightColumn === label))
    throw invalid('weightColumn', 'the name of a column or feature that is not the label', weightColumn);
  if (weights !== undefined && weights.type !== 'float32')
    throw invalid('weightColumn', `a column of float32 (${quote(weights.name)})`, weights.type);
  if (weightColumn !== undefined && weights === undefined && classWeights === undefined)
    throw invalid('weightColumn', 'one of the columns, where there are no classWeights', weightColumn);
  if (classWeights !== undefined) {
    if (
      !isMap(classWeights) ||
      !Object.values(classWeights).every((weight) => typeof weight === 'number' && weight >= 0)
    )
      throw invalid('classWeights', 'a map of classes to numbers from 0 on', classWeights);
    if (weightColumn === undefined) throw invalid('weightColumn', 'a name, where there are classWeights', weightColumn);
    if (label === undefined) throw invalid('label', 'a column, where there are classWeights', label);
  }
  if (read.every(({ name }) => name === label)) throw invalid('columns', 'a column beside the label', columns);
  return { ...given, read, epochs, seed };
}

function checkColumn(name: string, spec: unknown, omitMissing: boolean): CheckedColumn {
  const { type, missing } = (isMap(spec) ? spec : { type: spec }) as { type: ColumnType; missing?: unknown };
  if (!TYPES.includes(type)) throw invalid(`columns.${name}`, `one of ${TYPES.join(', ')}`, type);
  if (missing === undefined) return { name, type, missing: type === 'string' && !omitMissing ? '' : undefined };
  const isRight =
    type === 'string'
      ? typeof missing === 'string'
      : type === 'bool'
        ? typeof missing === 'boolean'
        : typeof missing === 'number' && (type === 'float32' || (missing | 0) === missing);
  if (!isRight) throw invalid(`columns.${name}.missing`, type, missing);
  return { name, type, missing: typeof missing === 'boolean' ? Number(missing) : (missing as number | string) };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** An error of the caller's. */
export function invalid(name: string, expected: string, got: unknown): Error {
  const shown = typeof got === 'string' ? quote(got) : describeValue(got);
  return headError('INVALID_ARGUMENT', `${name} must be ${expected}, got ${shown}.`);
}
