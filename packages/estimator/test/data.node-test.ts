import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { arrowInputFn } from '../src/arrow.js';
import { csvInputFn } from '../src/csv.js';
import { type Batch, categoricalColumnWithVocabularyFile, type InputFn, RunConfig } from '../src/index.js';
import { parquetInputFn } from '../src/parquet.js';

const data = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data');
const flights = join(data, 'flights-3m.parquet');
const columns = { delay: 'float32', distance: 'float32', origin: 'string' } as const;

/** Takes so many batches, and gives sums of them. */
async function sumsOf(inputFn: InputFn, most = Infinity): Promise<Record<string, number>> {
  const sums: Record<string, number> = { rows: 0, delay: 0, distance: 0, letters: 0 };
  let count = 0;
  const add = (key: string, value: number): void => {
    sums[key] = (sums[key] as number) + value;
  };
  const batches = (await inputFn({
    mode: 'train',
    params: undefined,
    config: new RunConfig(),
  })) as AsyncIterable<Batch>;
  for await (const batch of batches) {
    const [{ distance, origin }, labels] = batch as unknown as [Record<string, tf.Tensor>, tf.Tensor];
    const read = async (tensor: tf.Tensor | undefined): Promise<number[]> => [...(await tensor!.data())] as number[];
    for (const value of await read(labels)) add('delay', value);
    for (const value of await read(distance)) add('distance', value);
    for (const value of await read(origin)) add('letters', String(value).length);
    add('rows', labels.shape[0] as number);
    tf.dispose([labels, distance as tf.Tensor, origin as tf.Tensor]);
    if (++count === most) break;
  }
  return sums;
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

it('a Parquet file of three million rows is read from its path and over HTTP, of which only what is needed', async () => {
  const options = { columns, label: 'delay', batchSize: 4096 } as const;
  const before = tf.memory().numTensors;
  const ours = await sumsOf(parquetInputFn(flights, options), 5);
  expect(ours).toMatchObject({ rows: 5 * 4096, letters: 3 * 5 * 4096 });

  const bytes = await readFile(flights);
  let sent = 0;
  const server = createServer((request, response) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    if (from === undefined) return void response.writeHead(200).end(bytes);
    const part = bytes.subarray(Number(from), Number(to) + 1);
    sent += part.length;
    response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${bytes.length}` }).end(part);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    expect(await sumsOf(parquetInputFn(`http://127.0.0.1:${port}/flights`, options), 5)).toEqual(ours);
    expect(sent).toBeLessThan(bytes.length / 5);
  } finally {
    server.close();
  }
  expect(tf.memory().numTensors).toBe(before);
});

it('a file of Arrow, and of CSV with missing values', async () => {
  const arrow = arrowInputFn(join(data, 'flights-200k.arrow'), {
    columns: { delay: 'float32', distance: 'float32' },
    label: 'delay',
    batchSize: 10_000,
  });
  const batches = (await arrow({ mode: 'train', params: undefined, config: new RunConfig() })) as AsyncIterable<Batch>;
  let rows = 0;
  for await (const batch of batches) {
    rows += (batch as [unknown, tf.Tensor])[1].shape[0] as number;
    tf.dispose(batch as never);
  }
  expect(rows).toBe(200_000);

  const weather = csvInputFn(join(data, 'seattle-weather.csv'), {
    columns: { weather: 'string', temp_max: 'float32', wind: 'float32' },
    label: 'weather',
    batchSize: 10_000,
  });
  for await (const batch of (await weather({
    mode: 'train',
    params: undefined,
    config: new RunConfig(),
  })) as AsyncIterable<Batch>) {
    expect((batch as [unknown, tf.Tensor])[1].shape).toEqual([1461, 1]);
    tf.dispose(batch as never);
  }
});

it.each([0.2, 0.6, 0.99])(
  'of a Parquet file that ends after a share of %d there is an error with its path',
  async (share) => {
    const path = join(tmpdir(), `tfjs-heads-truncated-${process.pid}.parquet`);
    const bytes = await readFile(flights);
    await writeFile(path, bytes.subarray(0, bytes.length * share));
    expect(await failureOf(sumsOf(parquetInputFn(path, { columns, label: 'delay', batchSize: 10 })))).toThrowCoded(
      'INPUT_INVALID',
      [path, 'Parquet'],
    );
  },
);

it('a file that is not there, and a column that is not in it', async () => {
  const options = { columns: { ...columns, nothing: 'float32' }, label: 'delay', batchSize: 10 } as const;
  expect(await failureOf(sumsOf(parquetInputFn('none.parquet', options)))).toThrowCoded('INPUT_INVALID', [
    'none.parquet',
  ]);
  expect(await failureOf(sumsOf(parquetInputFn(flights, options)))).toThrowCoded('INPUT_INVALID', [
    flights,
    "'nothing'",
    "'origin'",
  ]);
});

it('a vocabulary is read from a path, and one that is not there is named (line 80)', async () => {
  const path = join(tmpdir(), `tfjs-heads-vocabulary-${process.pid}.txt`);
  await writeFile(path, 'oslo\nrome\n');
  const { ids } = await categoricalColumnWithVocabularyFile('city', { vocabularyFile: path });
  expect([...ids]).toEqual([
    ['oslo', 0],
    ['rome', 1],
  ]);
  const missing = categoricalColumnWithVocabularyFile('city', { vocabularyFile: `${path}.none` });
  expect(await failureOf(missing)).toThrowCoded('INPUT_INVALID', ['there must be a file', `${path}.none`]);
});
