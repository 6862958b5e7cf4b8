import * as tf from '@tensorflow/tfjs-core';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arrowInputFn } from '../src/arrow.js';
import { csvInputFn } from '../src/csv.js';
import { type Batch, type InputFn, RunConfig } from '../src/index.js';
import { parquetInputFn } from '../src/parquet.js';
import { type DataOptions, rowsInputFn } from '../src/rows.js';

/** A batch as plain values, by name; labels under `labels`. */
type Plain = Record<string, unknown>;

async function batchesOf(inputFn: InputFn): Promise<Plain[]> {
  const plain: Plain[] = [];
  const batches = await inputFn({ mode: 'train', params: undefined, config: new RunConfig() });
  for await (const batch of batches as AsyncIterable<Batch>) {
    const [features, labels] = Array.isArray(batch) ? (batch as unknown[]) : [batch, undefined];
    const all = { ...(features as Record<string, tf.Tensor>), ...(labels !== undefined && { labels }) };
    const values: Plain = {};
    for (const [name, tensor] of Object.entries(all as Record<string, tf.Tensor>)) {
      values[name] = await tensor.array();
      values[`${name}:shape`] = `${tensor.dtype} ${tensor.shape.join(' ')}`;
      tensor.dispose();
    }
    plain.push(values);
  }
  return plain;
}

/** A function that throws what a promise is rejected with. */
async function failureOf(run: Promise<unknown>): Promise<() => void> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return () => {
    if (error !== undefined) throw error;
  };
}

const csv = (text: string): File => new File([text], 'cars.csv');
const small = 'name,weight,fast,mpg\n"Ford, ""A""",1.5,true,3\n,2,0,4\nBMW,2.5,1,5\n';
const options = {
  columns: { name: 'string', weight: 'float32', fast: 'bool', mpg: 'int32' },
  label: 'mpg',
  batchSize: 2,
} satisfies DataOptions;
const objects = [
  { name: 'Ford, "A"', weight: 1.5, fast: true, mpg: 3 },
  { weight: 2, fast: false, mpg: 4 },
  { name: 'BMW', weight: 2.5, fast: true, mpg: 5 },
];
const typed = [
  {
    name: ['Ford, "A"', ''],
    'name:shape': 'string 2',
    weight: [1.5, 2],
    'weight:shape': 'float32 2',
    fast: [1, 0],
    'fast:shape': 'bool 2',
    labels: [[3], [4]],
    'labels:shape': 'int32 2 1',
  },
  {
    name: ['BMW'],
    'name:shape': 'string 1',
    weight: [2.5],
    'weight:shape': 'float32 1',
    fast: [1],
    'fast:shape': 'bool 1',
    labels: [[5]],
    'labels:shape': 'int32 1 1',
  },
];

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

describe('rows become the same batches', () => {
  it('of CSV', async () => expect(await batchesOf(csvInputFn(csv(small), options))).toEqual(typed));
  it('of CSV with a mark, CRLF and empty lines', async () =>
    expect(
      await batchesOf(csvInputFn(csv(`\uFEFF${small.replace('BMW', '\nBMW').replaceAll('\n', '\r\n')}`), options)),
    ).toEqual(typed));
  it('of objects', async () => expect(await batchesOf(rowsInputFn(objects, options))).toEqual(typed));

  it('of a table of Arrow, a stream and a file', async () => {
    const table = tableFromArrays({
      name: ['Ford, "A"', null, 'BMW'],
      weight: [1.5, 2, 2.5],
      fast: [true, false, true],
      mpg: Int32Array.of(3, 4, 5),
    });
    expect(await batchesOf(arrowInputFn(table, options))).toEqual(typed);
    for (const kind of ['stream', 'file'] as const)
      expect(await batchesOf(arrowInputFn(new Blob([tableToIPC(table, kind) as never]), options)), kind).toEqual(typed);
  });
});

it('whole numbers of 64 bits are exact as int32 and as texts, and rounded once as float32', async () => {
  const large = [2n ** 24n + 1n, -(2n ** 31n), 2n ** 31n - 1n];
  const table = tableFromArrays({ x: BigInt64Array.from(large) });
  for (const [type, expected] of [
    ['int32', large.map(Number)],
    ['float32', large.map((value) => Math.fround(Number(value)))],
    ['string', large.map(String)],
  ] as const) {
    const [batch] = await batchesOf(arrowInputFn(table, { columns: { x: type }, batchSize: 3 }));
    expect(batch?.['x'], type).toEqual(expected);
  }
});

it('nor does it matter on which side of 2^31 and 2^32 they are, with a sign or without', async () => {
  const near = [31n, 32n, 40n, 63n].flatMap((power) => [2n ** power - 1n, 2n ** power, 2n ** power + 1n]);
  const signed = [...near.slice(0, -2), ...near.slice(0, -1).map((value) => -value), -1n, 0n];
  const unsigned = [...near, 2n ** 64n - 1n, 0n];
  for (const x of [BigInt64Array.from(signed), BigUint64Array.from(unsigned)]) {
    const [batch] = await batchesOf(
      arrowInputFn(tableFromArrays({ x }), { columns: { x: 'float32' }, batchSize: x.length }),
    );
    expect(batch?.['x']).toEqual(Array.from(x, (value) => Math.fround(Number(value)) + 0));
  }
});

describe('missing values', () => {
  const rows = [{ x: 1, s: 'a' }, { x: null }, { x: 3, s: 'c' }];
  const columns = { x: 'float32', s: 'string' } as const;
  it('are replaced', async () => {
    const [batch] = await batchesOf(
      rowsInputFn(rows, {
        columns: { x: { type: 'float32', missing: -1 }, s: { type: 'string', missing: '?' } },
        batchSize: 9,
      }),
    );
    expect(batch).toMatchObject({ x: [1, -1, 3], s: ['a', '?', 'c'] });
  });
  it('or their rows are left out', async () => {
    const [batch] = await batchesOf(rowsInputFn(rows, { columns, batchSize: 9, omitMissing: true }));
    expect(batch).toMatchObject({ x: [1, 3], s: ['a', 'c'] });
  });
  it('or refused, by column and row', async () =>
    expect(await failureOf(batchesOf(rowsInputFn(rows, { columns, batchSize: 9 })))).toThrowCoded('INPUT_INVALID', [
      'rows',
      'x',
      'row 2',
      'got nothing',
    ]));
});

describe('shuffling', () => {
  const rows = Array.from({ length: 100 }, (_, x) => ({ x, s: `${x}` }));
  const orders = async (bufferSize: number, seed: number): Promise<number[][]> => {
    const inputFn = rowsInputFn(rows, {
      columns: { x: 'int32', s: 'string' },
      batchSize: 7,
      epochs: 2,
      shuffle: { bufferSize, seed },
    });
    const all = await batchesOf(inputFn);
    expect(all.map(({ s }) => s)).toEqual(all.map(({ x }) => (x as number[]).map(String))); // Rows stay whole.
    const flat = all.flatMap(({ x }) => x as number[]);
    return [flat.slice(0, 100), flat.slice(100)];
  };

  it.each([1, 13, 100, 1000])('by a buffer of %i gives every row once an epoch, by the seed', async (size) => {
    const [[one, two], [again], [other]] = await Promise.all([orders(size, 3), orders(size, 3), orders(size, 4)]);
    const sorted = rows.map(({ x }) => x);
    for (const order of [one, two]) expect(order?.toSorted((a, b) => a - b)).toEqual(sorted);
    expect(again).toEqual(one);
    if (size === 1) return; // In their order.
    expect(two).not.toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('takes any row to any place', async () => {
    const firsts = await Promise.all(Array.from({ length: 40 }, async (_, seed) => (await orders(1000, seed))[0]?.[0]));
    expect(new Set(firsts).size).toBeGreaterThan(20);
  });
});

it('batches are cut again for each epoch, the last one kept or left out', async () => {
  const rows = Array.from({ length: 5 }, (_, x) => ({ x }));
  const lengths = async (more: Partial<DataOptions>): Promise<number[]> =>
    (await batchesOf(rowsInputFn(rows, { columns: { x: 'float32' }, batchSize: 2, epochs: 2, ...more }))).map(
      ({ x }) => (x as number[]).length,
    );
  expect(await lengths({})).toEqual([2, 2, 1, 2, 2, 1]);
  expect(await lengths({ dropRemainder: true })).toEqual([2, 2, 2, 2]);
});

it('weights are those of rows, of classes, or both multiplied', async () => {
  const rows = [
    { x: 1, y: 'a', w: 2 },
    { x: 2, y: 'b', w: 3 },
  ];
  const both = {
    columns: { x: 'float32', y: 'string', w: 'float32' },
    label: 'y',
    weightColumn: 'w',
    batchSize: 2,
  } as const;
  const { w, ...without } = both.columns;
  const classWeights = { a: 0.5, b: 10 };
  expect(w).toBe('float32');
  expect(await batchesOf(rowsInputFn(rows, both))).toMatchObject([{ w: [2, 3], labels: [['a'], ['b']] }]);
  expect(await batchesOf(rowsInputFn(rows, { ...both, classWeights }))).toMatchObject([{ w: [1, 30] }]);
  expect(await batchesOf(rowsInputFn(rows, { ...both, columns: without, classWeights }))).toMatchObject([
    { w: [0.5, 10] },
  ]);
  expect(await failureOf(batchesOf(rowsInputFn(rows, { ...both, classWeights: { a: 1 } })))).toThrowCoded(
    'INPUT_INVALID',
    ['classWeights', "'b'"],
  );
});

describe('what is wrong with a file is said with its name', () => {
  it.each([
    ['a column that is missing', 'name,weight\na,1\n', ['cars.csv', "'fast'", "got 'name', 'weight'"]],
    ['a ragged record', 'name,weight,fast,mpg\na,1,1,1\nb,2,1\n', ['cars.csv', 'row 2', '4 fields', 'got 3']],
    ['a text for a number', 'name,weight,fast,mpg\na,1,1,1\nb,light,1,1\n', ['weight', 'row 2', 'float32', "'light'"]],
    ['a number that is not whole', 'name,weight,fast,mpg\na,1,1,1.5\n', ['mpg', 'row 1', 'int32', "'1.5'"]],
    ['a quote that is not closed', 'name,weight,fast,mpg\n"a,1,1,1\n', ['cars.csv', 'record 2', 'quote']],
    ['no rows', 'name,weight,fast,mpg\n', ['cars.csv', 'one row at least', 'got none']],
    ['nothing', '', ['cars.csv', 'got an empty file']],
  ])('%s', async (_, text, parts) =>
    expect(await failureOf(batchesOf(csvInputFn(csv(text), options)))).toThrowCoded('INPUT_INVALID', parts),
  );

  it('bytes that are no UTF-8', async () =>
    expect(
      await failureOf(batchesOf(csvInputFn(new File([Uint8Array.of(97, 255, 10)], 'cars.csv'), options))),
    ).toThrowCoded('INPUT_INVALID', ['cars.csv', 'UTF-8']));
  it('a file that is none of Parquet', async () =>
    expect(await failureOf(batchesOf(parquetInputFn(csv(small), options)))).toThrowCoded('INPUT_INVALID', [
      'cars.csv',
      'Parquet',
    ]));
  it('a file that is none of Arrow', async () =>
    expect(await failureOf(batchesOf(arrowInputFn(csv(small), options)))).toThrowCoded('INPUT_INVALID', [
      'cars.csv',
      'Arrow',
    ]));
  it('a row that is no object', async () =>
    expect(await failureOf(batchesOf(rowsInputFn([1] as never, options)))).toThrowCoded('INPUT_INVALID', [
      'row 1',
      'object',
    ]));
});

it.each([
  ['columns', { ...options, columns: {} }],
  ['columns.x', { ...options, columns: { x: 'float' } }],
  ['columns.x.missing', { ...options, columns: { x: { type: 'int32', missing: 0.5 } } }],
  ['label', { ...options, label: 'none' }],
  ['batchSize', { ...options, batchSize: 0 }],
  ['epochs', { ...options, epochs: 0 }],
  ['shuffle.bufferSize', { ...options, shuffle: { bufferSize: 0 } }],
  ['weightColumn', { ...options, weightColumn: 'w' }],
  ['classWeights', { ...options, weightColumn: 'w', classWeights: { 3: -1 } }],
])('%s is checked before anything is opened', (name, given) =>
  expect(() => csvInputFn('none.csv', given as DataOptions)).toThrowCoded('INVALID_ARGUMENT', [name]),
);

it('a record may span pieces of a file', async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => `"line\n${i}",${i},1,${i}`);
  const batches = await batchesOf(
    csvInputFn(csv(`name,weight,fast,mpg\n${rows.join('\n')}`), { ...options, batchSize: 1000 }),
  );
  expect(batches.flatMap(({ name }) => name)).toEqual(rows.map((_, i) => `line\n${i}`));
  expect(batches.flatMap(({ labels }) => labels)).toEqual(rows.map((_, i) => [i]));
});
