import '@tensorflow/tfjs-backend-cpu';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { BinaryClassHead } from '@tfjs-heads/head-classification';
import { random } from '@tfjs-heads/reference';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';
import { arrowMessages } from '../src/cli/arrow-messages.js';
import { Buffers } from '../src/cli/buffers.js';
import { byteInput } from '../src/cli/byte-input.js';
import { partsOf } from '../src/cli/columns.js';
import { Evaluation } from '../src/cli/evaluation.js';
import { FileInput } from '../src/cli/file-input.js';
import { inputParts } from '../src/cli/input-parts.js';
import { rowReader } from '../src/cli/row-reader.js';
import { asArrow, drawRows } from './rows.js';

await tf.setBackend('cpu');

const folder = mkdtempSync(join(tmpdir(), 'cli-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file that stands after its first so many bytes. */
function opened(bytes: Uint8Array, after: number): { readonly file: number; readonly source: FileInput } {
  const path = join(folder, 'bytes');
  writeFileSync(path, bytes);
  const file = openSync(path, 'r');
  readSync(file, new Uint8Array(after));
  return { file, source: new FileInput(file) };
}

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const drawn = random(5);
const bytes = Uint8Array.from({ length: 300_000 }, () => Math.floor(drawn() * 256));

it('a file is read from where it stands, by pieces of any size, as its bytes are', async () => {
  const { file, source } = opened(bytes, 100);
  const read: Uint8Array[] = [];
  for (const size of [1, 4, 20_000, 8, 16_384, 3, 100_000, 16_383, 5, 500_000]) {
    const into = new Uint8Array(size);
    read.push(into.subarray(0, await source.readInto(into)));
  }
  closeSync(file);
  expect(read.slice(0, -1).map(({ length }) => length)).toEqual([1, 4, 20_000, 8, 16_384, 3, 100_000, 16_383, 5]);
  expect(Buffer.compare(Buffer.concat(read), bytes.subarray(100))).toBe(0);
});

it('in chunks, too, of which a reader by pieces has the same', async () => {
  const { file, source } = opened(bytes, 7);
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  closeSync(file);
  expect(Buffer.compare(Buffer.concat(chunks), bytes.subarray(7))).toBe(0);
  const input = byteInput(chunksOf(bytes, 999));
  const into = new Uint8Array(5000);
  expect([await input.readInto(into), await input.readInto(into)]).toEqual([5000, 5000]);
  expect(Buffer.compare(into, bytes.subarray(5000, 10_000))).toBe(0);
});

it('messages of a file are those of a pipe, in memory that is used again', async () => {
  const arrow = asArrow(drawRows(1000), 100);
  const { file, source } = opened(arrow, 0);
  const buffers = Buffers.shared();
  const known = new Set<ArrayBufferLike>();
  const messages: string[] = [];
  for await (const { bytes: message, rows } of arrowMessages(source, 2 ** 20, buffers.take)) {
    messages.push(Buffer.from(message).toString('base64'));
    if (rows === undefined) continue;
    known.add(message.buffer);
    buffers.give(message);
  }
  closeSync(file);
  const piped: string[] = [];
  for await (const { bytes: message } of arrowMessages(chunksOf(arrow, 77), 2 ** 20))
    piped.push(Buffer.from(message).toString('base64'));
  expect(messages).toEqual(piped);
  expect(messages).toHaveLength(11);
  expect(known.size).toBe(1);
});

it('numbers that a model keeps stay as they are, though the memory of others is used again', async () => {
  const parts = [1, 2, 3, 4].map((value) => {
    const x = new Float32Array(10).fill(value);
    return tableToIPC(tableFromArrays({ x, late: new Int32Array(10) }), 'stream');
  });
  const kept: tf.Tensor[] = [];
  const given: ArrayBufferLike[] = [];
  const evaluation = new Evaluation(
    {
      head: new BinaryClassHead(),
      columns: { x: 'float32' },
      labelColumns: { late: 'int32' },
      id: 'keeps',
      logits({ x }) {
        if (given.length === 1) kept.push(tf.keep(tf.clone(x as tf.Tensor)));
        return tf.reshape(x as tf.Tensor, [-1, 1]);
      },
    },
    undefined,
  );
  const buffers = Buffers.ofThread();
  const cut = { format: 'arrow', header: undefined, longestLine: 0, largestMessage: 2 ** 20 } as const;
  for (const part of parts) {
    const reader = await rowReader({ ...cut, types: { x: 'float32', late: 'int32' } });
    for await (const message of inputParts(chunksOf(part, 64), cut, buffers.take)) {
      const isFree = await evaluation.addAll(partsOf(reader.read(message), 4));
      if (message.isShared) continue;
      expect(isFree).toBe(given.length !== 1);
      given.push(message.bytes.buffer);
      if (isFree) buffers.give(message.bytes);
    }
  }
  expect(given[1]).toBe(given[0]);
  expect(given[2]).not.toBe(given[1]);
  expect(given[3]).toBe(given[2]);
  const values = await Promise.all(kept.map((tensor) => tensor.data()));
  expect(values.flatMap((some) => Array.from(some))).toEqual(Array.from({ length: 10 }, () => 2));
  tf.dispose(kept);
  evaluation.dispose();
});

it('a thread that cuts the input for others does not load TensorFlow.js', async () => {
  const cli = new URL('../dist/cli/', import.meta.url).href;
  const script = `
    import { createRequire } from 'node:module';
    for (const name of ['program', 'stdio', 'pool-commands', 'arrow-messages']) await import('${cli}' + name + '.js');
    console.log(Object.keys(createRequire(import.meta.url).cache).join());`;
  const { stdout } = await execa('node', ['--input-type=module', '--eval', script]);
  expect(stdout).toContain('commander');
  expect(stdout).not.toContain('tfjs');
});
