import '@tensorflow/tfjs-backend-cpu';
import { isDeepStrictEqual } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { BinaryClassHead } from '@tfjs-heads/head-classification';
import { random } from '@tfjs-heads/reference';
import { Field, Float64, RecordBatchStreamWriter, Schema } from 'apache-arrow';
import { expect, it } from 'vitest';
import { Evaluation } from '../src/cli/evaluation.js';
import { contentHash, sealed, settingsOf, writeEvaluation } from '../src/cli/evaluation-state.js';
import { mergeStates } from '../src/cli/merge.js';
import type { LoadedModel } from '../src/cli/model-module.js';
import { partsOf } from '../src/cli/columns.js';
import { inputParts } from '../src/cli/input-parts.js';
import type { CutOptions } from '../src/cli/options.js';
import { type ReadOptions, rowReader } from '../src/cli/row-reader.js';
import { asArrow, asJsonl, asTsv, drawRows } from './rows.js';

await tf.setBackend('cpu');

const model: LoadedModel = {
  head: new BinaryClassHead({ weightColumn: 'weight' }),
  columns: { x: 'float32', weight: 'float32' },
  labelColumns: { late: 'int32' },
  id: 'own',
  logits: ({ x }) => tf.reshape(x as tf.Tensor, [-1, 1]),
};
const options = {
  types: { ...model.columns, ...model.labelColumns, origin: 'string' },
  header: undefined,
  longestLine: 10_000,
  largestMessage: 100_000,
} as const;
const rows = drawRows(200);

/** Counts rows; the source is closed in any case. */
async function evaluated(
  source: Iterable<Uint8Array>,
  given: CutOptions & ReadOptions,
  slices?: number,
): Promise<Evaluation> {
  const evaluation = new Evaluation(model, slices === undefined ? undefined : { by: 'origin', limit: slices });
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    yield* source;
  };
  const reader = await rowReader(given);
  for await (const part of inputParts(chunks(), given))
    for (const batch of partsOf(reader.read(part), 50)) await evaluation.add(batch);
  return evaluation;
}

async function stateOf(part: readonly (typeof rows)[number][], partition?: string, slices?: number): Promise<string> {
  const bytes = new TextEncoder().encode(asTsv(part));
  const content = await (await evaluated([bytes], { ...options, format: 'tsv' }, slices)).content();
  const partitions = partition === undefined ? [] : ([[partition, contentHash(content)]] as const);
  return writeEvaluation(sealed({ model: model.id, settings: await settingsOf(model) }, partitions, content));
}

/** Bytes of which some were changed, left out or doubled. */
function spoilt(bytes: Uint8Array, next: () => number): Uint8Array {
  const at = (): number => Math.floor(next() * bytes.length);
  const kind = Math.floor(next() * 4);
  if (kind === 0) return bytes.slice(0, at());
  if (kind === 1) {
    const [start, end] = [at(), at()].toSorted((a, b) => a - b) as [number, number];
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  }
  const changed = bytes.slice();
  for (let i = 0; i < 1 + next() * 8; i++) changed[at()] = kind === 2 ? Math.floor(next() * 256) : 0xff;
  return changed;
}

/** Still JSON, but for leading zeros. */
function withAnotherDigit(text: string, next: () => number): string {
  const places = Array.from(text.matchAll(/\d/g), ({ index }) => index);
  const place = places[Math.floor(next() * places.length)] as number;
  return text.slice(0, place) + String(Math.floor(next() * 10)) + text.slice(place + 1);
}

/** How it ended: `fine`, or the code of the error. */
async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'fine';
  } catch (error) {
    return (error as { code?: string }).code ?? `no code: ${String((error as Error).stack)}`;
  }
}

it('600 inputs that were spoilt are rows all the same, or are refused by a code', async () => {
  const next = random(1);
  const inputs = {
    tsv: new TextEncoder().encode(asTsv(rows)),
    jsonl: new TextEncoder().encode(asJsonl(rows)),
    arrow: asArrow(rows, 64),
  };
  const ended = new Map<string, number>();
  for (let i = 0; i < 200; i++) {
    for (const [format, bytes] of Object.entries(inputs)) {
      const input = spoilt(bytes, next);
      const cut = Math.floor(next() * input.length);
      const chunks = [input.subarray(0, cut), input.subarray(cut)];
      const before = tf.memory().numTensors;
      const code = await codeOf(() => evaluated(chunks, { ...options, format: format as keyof typeof inputs }, 5));
      expect(tf.memory().numTensors, code).toBe(before);
      ended.set(code, (ended.get(code) ?? 0) + 1);
    }
  }
  const known = new Set(['fine', 'INPUT_INVALID', 'LABELS_RANGE']);
  expect([...ended.keys()].filter((code) => !known.has(code))).toEqual([]);
  expect(ended.get('INPUT_INVALID')).toBeGreaterThan(300);
});

it('400 states that were changed are refused by a code, and add nothing', async () => {
  const next = random(2);
  const good = await stateOf(rows.slice(0, 100), 'a', 5);
  const ended = new Map<string, number>();
  for (let i = 0; i < 400; i++) {
    const text =
      i % 2 === 0
        ? new TextDecoder().decode(spoilt(new TextEncoder().encode(good), next))
        : withAnotherDigit(good, next);
    let code = await codeOf(() => mergeStates(model, [text], () => {}));
    // Of a number a digit may be wrong that a double does not have.
    if (code === 'fine' && isDeepStrictEqual(JSON.parse(text), JSON.parse(good))) code = 'the same';
    ended.set(code, (ended.get(code) ?? 0) + 1);
  }
  expect([...ended.keys()].filter((code) => code !== 'the same')).toEqual(['METRIC_STATE_INVALID']);
  expect(ended.get('METRIC_STATE_INVALID')).toBeGreaterThan(340);
});

it('what is endless is refused when it is too long, not when memory is full', async () => {
  let given = 0;
  const endless = function* (bytes: Uint8Array): Generator<Uint8Array> {
    for (;;) {
      given += bytes.length;
      yield bytes;
    }
  };
  const refused = async (format: 'tsv' | 'jsonl' | 'arrow', bytes: Uint8Array): Promise<void> => {
    given = 0;
    expect(await codeOf(() => evaluated(endless(bytes), { ...options, format }))).toBe('INPUT_INVALID');
    expect(given).toBeLessThanOrEqual(200_000);
  };
  await refused('tsv', new Uint8Array(4096).fill(97));
  await refused('jsonl', new Uint8Array(4096).fill(91));
  await refused('arrow', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127)); // 2 GiB of metadata
  await refused('arrow', asArrow(rows, 200).fill(127, 16));
});

it('schemas without end are refused before they fill the memory', async () => {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, new Schema([new Field('x'.repeat(100_000), new Float64())]));
  writer.finish();
  const schema = writer.toUint8Array(true).slice(0, -8); // without the end
  let given = 0;
  const schemas = function* (): Generator<Uint8Array> {
    for (; given < 50e6; given += schema.length) yield schema;
  };
  expect(await codeOf(() => evaluated(schemas(), { ...options, format: 'arrow' }))).toBe('INPUT_INVALID');
  expect(given).toBeLessThan(20e6);
});

it('states of another model, other settings, other slices or other contents of a partition are refused', async () => {
  const [state, other, sliced] = [
    await stateOf(rows.slice(0, 9), 'a'),
    await stateOf(rows.slice(9), 'a'),
    await stateOf(rows, 'b', 3),
  ];
  const merge = (of: LoadedModel, ...texts: string[]): Promise<string> =>
    codeOf(() => mergeStates(of, texts, () => {}));
  expect(await merge(model, state, state)).toBe('fine');
  expect(await merge({ ...model, id: 'another' }, state)).toBe('METRIC_STATE_INVALID');
  expect(await merge({ ...model, head: new BinaryClassHead() }, state)).toBe('fine'); // The same metrics.
  expect(await merge({ ...model, head: new BinaryClassHead({ thresholds: [0.3] }) }, state)).toBe(
    'METRIC_STATE_INVALID',
  );
  expect(await merge({ ...model, columns: { x: 'int32', weight: 'float32' } }, state)).toBe('METRIC_STATE_INVALID');
  expect(await merge(model, state, sliced)).toBe('METRIC_STATE_INVALID');
  expect(await merge(model, state, other)).toBe('METRIC_STATE_INVALID');
});

it('of more values than there may be slices the same are kept, and come to the same, in any order and parts', async () => {
  const whole = await stateOf(rows, undefined, 4);
  const parts = [rows.slice(150), rows.slice(20, 150).toReversed(), [], rows.slice(0, 20)];
  const states = await Promise.all(parts.map((part) => stateOf(part, undefined, 4)));
  const { evaluation } = await mergeStates(model, states, () => {});
  expect(await evaluation.content()).toEqual(
    (({ rows: all, metrics, slices }) => ({ rows: all, metrics, slices }))(
      JSON.parse(whole) as Awaited<ReturnType<Evaluation['content']>>,
    ),
  );
  expect(evaluation.rest).toBeGreaterThan(0);
  expect((await evaluation.content()).slices?.of).toHaveLength(4);
});
