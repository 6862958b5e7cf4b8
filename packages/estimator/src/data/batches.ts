import { dispose, tensor1d, tensor2d, type Tensor } from '@tensorflow/tfjs-core';
import { headError, quote } from '@tfjs-heads/head-kit';
import { invalidRows } from './invalid-rows.js';
import { type Column, type ColumnBatch, columnOf } from '../cli/columns.js';
import type { Batch, InputFn } from '../input.js';
import { type CheckedColumn, type CheckedOptions, checkOptions, type DataOptions } from './options.js';
import { shuffled } from './shuffle.js';
import { named } from './source.js';
import { type RawRows, typedRows } from './typed-columns.js';

/** Reads rows from the first on, each time it is called. Only the columns that are named; what they will be read as is told besides. */
export type ReadRows = (names: readonly string[], columns: readonly CheckedColumn[]) => AsyncIterable<RawRows>;

/**
 * An input function of what a reader reads.
 *
 * @param name What errors call the data, such as the path of a file.
 * @throws INVALID_ARGUMENT for options; the input throws INPUT_INVALID, which names data, column and row
 */
export function inputFnOf(name: string, read: ReadRows, given: DataOptions): InputFn {
  const options = checkOptions(given);
  return () => batches(name, read, options);
}

async function* batches(name: string, read: ReadRows, options: CheckedOptions): AsyncGenerator<Batch, void, void> {
  const { epochs, shuffle, seed, read: columns } = options;
  for (let epoch = 0; epoch < (epochs ?? Infinity); epoch++) {
    const rows = typed(name, read, options);
    const ordered =
      shuffle === undefined ? rows : shuffled(rows, columns, shuffle.bufferSize, seed * 7919 + epoch * 104_729 + 1);
    for await (const batch of cut(ordered, columns, options)) yield tensorsOf(batch, options, name);
  }
}

/** Typed rows; what is wrong with them is said with the name of the data. */
async function* typed(name: string, read: ReadRows, options: CheckedOptions): AsyncGenerator<ColumnBatch, void, void> {
  const { read: columns, omitMissing = false } = options;
  let rows = 0;
  try {
    for await (const raw of read(
      columns.map((column) => column.name),
      columns,
    )) {
      const batch = typedRows(raw, columns, omitMissing);
      rows += batch.rows;
      if (batch.rows > 0) yield batch;
    }
    if (rows === 0) throw invalidRows('there must be one row at least, got none');
  } catch (error) {
    throw named(name, error);
  }
}

/** Batches of the same number of rows, the last one perhaps of fewer. */
async function* cut(
  source: AsyncIterable<ColumnBatch>,
  columns: readonly CheckedColumn[],
  { batchSize, dropRemainder = false }: CheckedOptions,
): AsyncGenerator<ColumnBatch, void, void> {
  const start = (): Map<string, Column> => new Map(columns.map(({ name, type }) => [name, columnOf(type, batchSize)]));
  let open = start();
  let rows = 0;
  for await (const batch of source) {
    for (let from = 0; from < batch.rows;) {
      const count = Math.min(batchSize - rows, batch.rows - from);
      for (const { name } of columns)
        copy(batch.columns.get(name) as Column, from, count, open.get(name) as Column, rows);
      rows += count;
      from += count;
      if (rows < batchSize) continue;
      yield { rows, columns: open };
      open = start();
      rows = 0;
    }
  }
  if (rows === 0 || dropRemainder) return;
  yield { rows, columns: new Map([...open].map(([name, column]) => [name, column.slice(0, rows) as Column] as const)) };
}

function copy(from: Column, start: number, count: number, to: Column, at: number): void {
  if (Array.isArray(to)) for (let i = 0; i < count; i++) to[at + i] = from[start + i] as string;
  else if (count < 64) for (let i = 0; i < count; i++) to[at + i] = from[start + i] as number;
  else (to as Float32Array).set((from as Float32Array).subarray(start, start + count), at);
}

/** The tensors of a batch, which whoever takes it owns. */
function tensorsOf({ rows, columns }: ColumnBatch, options: CheckedOptions, name: string): Batch {
  const { read, label, weightColumn, classWeights } = options;
  // Before there is any tensor.
  const weights = classWeights && weightsOf(columns, rows, options, name);
  const features: Record<string, Tensor> = {};
  let labels: Tensor | undefined;
  try {
    for (const { name: column, type } of read) {
      const values = columns.get(column) as Float32Array;
      if (column === label) labels = tensor2d(values, [rows, 1], type);
      else if (column !== weightColumn || weights === undefined) features[column] = tensor1d(values, type);
    }
    if (weights !== undefined) features[weightColumn as string] = tensor1d(weights, 'float32');
  } catch (error) {
    dispose([...Object.values(features), ...(labels === undefined ? [] : [labels])]);
    throw error;
  }
  return labels === undefined ? features : [features, labels];
}

/** The weight of each row: of its class, times its own where there is one. */
function weightsOf(
  columns: ColumnBatch['columns'],
  rows: number,
  { label, weightColumn, classWeights = {} }: CheckedOptions,
  name: string,
): Float32Array {
  const labels = columns.get(label as string) as Column;
  const own = columns.get(weightColumn as string) as Float32Array | undefined;
  const weights = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    const key = String(labels[i]);
    const weight = Object.hasOwn(classWeights, key) ? classWeights[key] : undefined;
    if (weight === undefined) {
      const known = Object.keys(classWeights)
        .map((one) => quote(one))
        .join(', ');
      throw headError(
        'INPUT_INVALID',
        `${name}: label ${quote(label as string)} must be one of the classes of classWeights, ${known}, got ${quote(key)}.`,
      );
    }
    weights[i] = weight * (own?.[i] ?? 1);
  }
  return weights;
}
