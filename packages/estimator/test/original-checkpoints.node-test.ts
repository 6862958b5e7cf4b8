import '@tensorflow/tfjs-backend-cpu';
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { RegressionHead } from '@tfjs-heads/head-regression';
import crc32c from 'crc-32/crc32c.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sliceKey } from '../src/checkpoint/tensorflow/slice-key.js';
import { DNNEstimator, numericColumn, type WarmStartSettings } from '../src/index.js';
import { freshDir, lineEstimator, quiet } from './models.js';
import golden from './original-checkpoints.json' with { type: 'json' };

await tf.setBackend('cpu');

let folder = '';
beforeEach(() => {
  folder = freshDir();
  for (const [name, { files }] of Object.entries(golden)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (const [file, base64] of Object.entries(files))
      writeFileSync(join(folder, name, file), Buffer.from(base64, 'base64'));
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Shapes = Readonly<Record<string, readonly number[]>>;

/** What variables have that are warm-started, before the first step. */
async function started(shapes: Shapes, warmStartFrom: string | WarmStartSettings): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  const estimator = lineEstimator({
    warmStartFrom,
    modelFn: ({ store, features, labels, mode }) => {
      for (const [name, shape] of Object.entries(shapes)) store.variable(name, { shape: [...shape] });
      return new RegressionHead().createEstimatorSpec({
        features,
        labels: labels as tf.Tensor,
        mode,
        logits: () => tf.zeros([1, 1]),
        trainOpFn: () => undefined,
      });
    },
  });
  const batch = () => [[{ x: tf.zeros([1, 1]) }, tf.zeros([1, 1])]] as const;
  try {
    await estimator.train(batch);
    for (const name of Object.keys(shapes)) {
      const value = await estimator.getVariableValue(name);
      values[name] = await value.array();
      value.dispose();
    }
  } finally {
    estimator.dispose();
  }
  return values;
}

describe('line 81: warm start from checkpoints of the original', () => {
  it.each(['estimator', 'estimator/model.ckpt-5', 'estimator/model.ckpt-5.index'])(
    'an Estimator goes on where that of Python was: %s',
    async (path) => {
      const { x, loss } = golden.estimator.evaluated;
      const estimator = new DNNEstimator({
        head: new RegressionHead(),
        hiddenUnits: [3],
        featureColumns: [numericColumn('x', { shape: [2] })],
        config: quiet(),
        warmStartFrom: join(folder, path),
      });
      let first = Number.NaN;
      const labels = x.map((row) => [row.reduce((sum, value) => sum + value, 0)]);
      await estimator.train(() => [[{ x: tf.tensor2d(x) }, tf.tensor2d(labels)]], {
        hooks: [{ afterRun: async (run) => void (first = (await run.loss?.()) ?? first) }],
      });
      expect(first).toBeCloseTo(loss, 5);
      estimator.dispose();
    },
  );

  it('variables that were saved in parts are whole', async () => {
    const shapes = { axis_0: [100, 3], axis_1: [2, 5] };
    expect(await started(shapes, join(folder, 'parts'))).toEqual(golden.parts.values);
  });

  it('of tf.train.Checkpoint by the paths of objects', async () => {
    const { values } = golden.objects;
    const path = 'net/layer_with_weights-0';
    const [kernel, bias] = [
      values[`${path}/kernel/.ATTRIBUTES/VARIABLE_VALUE`],
      values[`${path}/bias/.ATTRIBUTES/VARIABLE_VALUE`],
    ];
    const names = { [`${path}/kernel`]: [3, 2], [`${path}/bias/.ATTRIBUTES/VARIABLE_VALUE`]: [2] };
    expect(Object.values(await started(names, join(folder, 'objects')))).toEqual([kernel, bias]);
    // And by the names of the variables, which the description of the objects has.
    const byName = { 'hidden/kernel': [3, 2], 'hidden/bias': [2] };
    expect(Object.values(await started(byName, join(folder, 'objects')))).toEqual([kernel, bias]);
  });

  it('under other names, and some of them', async () => {
    const { values } = golden.estimator;
    const settings: WarmStartSettings = {
      ckptToInitializeFrom: join(folder, 'estimator'),
      varsToWarmStart: ['^mine$', 'bias$'],
      varNameToPrevVarName: { mine: 'dnn/logits/kernel' },
    };
    const shapes = { mine: [3, 1], 'dnn/hiddenlayer_0/bias': [3], other: [2] };
    const got = await started(shapes, settings);
    expect(got).toMatchObject({
      mine: values['dnn/logits/kernel'],
      'dnn/hiddenlayer_0/bias': values['dnn/hiddenlayer_0/bias'],
    });
  });
});

describe('what is no such checkpoint is refused', () => {
  const index = (): string => join(folder, 'parts', 'model.ckpt-3.index');
  const data = (): string => join(folder, 'parts', 'model.ckpt-3.data-00000-of-00001');
  const changed = (file: string, change: (bytes: Buffer) => void): void => {
    const bytes = readFileSync(file);
    change(bytes);
    writeFileSync(file, bytes);
  };
  const start = (shapes: Shapes = { axis_0: [100, 3] }, from = 'parts') => started(shapes, join(folder, from));

  it('where a bit of the index or of the numbers was changed', async () => {
    const size = readFileSync(index()).length;
    for (let at = 0; at < size - 48; at += 7) {
      changed(index(), (bytes) => void (bytes[at] = (bytes[at] as number) ^ 4));
      await expect(start(), `byte ${at}`).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
      changed(index(), (bytes) => void (bytes[at] = (bytes[at] as number) ^ 4));
    }
    changed(data(), (bytes) => void (bytes[11] = (bytes[11] as number) ^ 1));
    await expect(start()).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID', message: /checksum/ as never });
  });

  it('where files are cut off or missing', async () => {
    truncateSync(data(), 100);
    await expect(start()).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
    rmSync(data());
    await expect(start()).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
    for (const size of [300, 47, 0]) {
      truncateSync(index(), size);
      await expect(start()).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
    }
    rmSync(index());
    await expect(start()).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
  });

  it.each([
    ['an absurd shape', { dtype: 1, shape: [2 ** 40, 2 ** 40], offset: 0, size: 4 }],
    ['a place outside of the file', { dtype: 1, shape: [2], offset: 2 ** 40, size: 8 }],
    ['a file of numbers that there is not', { dtype: 1, shape: [2], shardId: 7, offset: 0, size: 8 }],
    ['a size unlike the shape', { dtype: 1, shape: [2], offset: 0, size: 12 }],
    ['another type', { dtype: 2, shape: [2], offset: 0, size: 16 }],
    ['a place below 0', { dtype: 1, shape: [2], offset: -4, size: 8 }],
    ['a shape below 0', { dtype: 1, shape: [-2], offset: 0, size: 8 }],
    ['parts that are not there', { dtype: 1, shape: [2], offset: 0, size: 0, slices: [[[0, 2]]] }],
  ] as const)('%s', async (_name, entry) => {
    const { shape } = entry;
    writeFileSync(index(), tableOf([['', header(1)], ['v', entryBytes(entry)]])); // prettier-ignore
    await expect(start({ v: shape.every((size) => size > 0 && size < 10) ? shape : [2] })).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
    });
  });

  it.each([
    ['no header', [['v', entryBytes({ dtype: 1, shape: [2], offset: 0, size: 8 })]]],
    ['millions of files', [['', header(2 ** 30)]]],
    ['an entry that is no message', [['', header(1)], ['v', new Uint8Array(9).fill(255)]]], // prettier-ignore
    ['a key twice', [['', header(1)], ['v', new Uint8Array()], ['v', new Uint8Array()]]], // prettier-ignore
  ] as [string, [string, Uint8Array][]][])('%s', async (_name, entries) => {
    writeFileSync(index(), tableOf(entries));
    await expect(start({ v: [2] })).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });

  it('parts that lie on each other, which leave a part of the whole empty', async () => {
    const bytes = new Uint8Array(8).fill(1);
    const part = { dtype: 1, shape: [2], offset: 0, size: 8, bytes };
    const inParts = (...starts: number[]): Uint8Array => {
      const slices = starts.map((from) => [[from, 2]] as [number, number][]);
      const keyed = slices.map((slice) => {
        const key = sliceKey('v', slice.map(([from, length]) => ({ start: from, length }))); // prettier-ignore
        return [key, entryBytes(part)] as const;
      });
      const whole = entryBytes({ dtype: 1, shape: [4], offset: 0, size: 0, slices });
      return tableOf([['', header(1)], ...keyed, ['v', whole]]);
    };
    writeFileSync(data(), bytes);
    appendFileSync(data(), bytes); // No more is believed than there are bytes.
    writeFileSync(index(), inParts(0, 2));
    const [one = 0] = new Float32Array(bytes.buffer);
    expect(await start({ v: [4] })).toEqual({
      v: [one, one, one, one].map((value) => expect.closeTo(value) as number),
    });
    writeFileSync(index(), inParts(0, 1));
    await expect(start({ v: [4] })).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
      message: /lies on another/ as never,
    });
  });

  it.each([
    ['a description of objects of 2^40 bytes', { dtype: 7, shape: [], offset: 0, size: 2 ** 40 }, []],
    ['a description whose text is longer than it', { dtype: 7, shape: [], offset: 0, size: 9 }, varint(2 ** 31)],
    ['a description whose text is longer than any', { dtype: 7, shape: [], offset: 0, size: 9 }, varint(2n ** 63n)],
  ] as const)('%s', async (_name, entry, bytes) => {
    writeFileSync(data(), Uint8Array.from([...bytes, ...new Uint8Array(16)]));
    writeFileSync(index(), tableOf([['', header(1)], ['_CHECKPOINTABLE_OBJECT_GRAPH', entryBytes(entry)]])); // prettier-ignore
    await expect(start({ v: [2] })).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });

  it('a shape of 100,000 dimensions, in a short message', async () => {
    const shape = Array.from({ length: 100_000 }, () => 1);
    writeFileSync(index(), tableOf([['', header(1)], ['v', entryBytes({ dtype: 1, shape, offset: 0, size: 4 })]])); // prettier-ignore
    const failure = (await start({ v: [2] }).catch((error: unknown) => error)) as { code: string; message: string };
    expect(failure.code).toBe('CHECKPOINT_INVALID');
    expect(failure.message.length).toBeLessThan(1000);
  });

  it('does not follow a path out of its folder', async () => {
    for (const path of ['../estimator/model.ckpt-5', '/etc/passwd', '..', '']) {
      writeFileSync(join(folder, 'parts', 'checkpoint'), `model_checkpoint_path: "${path}"\n`);
      const code = expect.stringMatching(/^CHECKPOINT_(?:INVALID|MISSING)$/) as string;
      await expect(start({ 'dnn/logits/bias': [1] })).rejects.toMatchObject({ code });
    }
  });
});

interface Entry {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly shardId?: number;
  readonly offset: number;
  readonly size: number;
  readonly slices?: readonly (readonly (readonly [number, number])[])[];
  /** Whose checksum it has. Default: none. */
  readonly bytes?: Uint8Array;
}

const varint = (value: number | bigint): number[] => {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
};
const message = (field: number, bytes: readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];
const number = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];

function header(shards: number): Uint8Array {
  return Uint8Array.from(number(1, shards));
}

function entryBytes({ dtype, shape, shardId = 0, offset, size, slices = [], bytes }: Entry): Uint8Array {
  const dims = shape.flatMap((length) => message(2, number(1, length)));
  const parts = slices.flatMap((slice) =>
    message(
      7,
      slice.flatMap(([start, length]) => message(1, [...number(1, start), ...number(2, length)])),
    ),
  );
  const place = [...number(3, shardId), ...number(4, offset), ...number(5, size)];
  const checksum = bytes === undefined ? [] : [6 * 8 + 5, ...maskedChecksumOf(bytes)];
  return Uint8Array.from([...number(1, dtype), ...message(2, dims), ...place, ...checksum, ...parts]);
}

function maskedChecksumOf(bytes: number[] | Uint8Array): number[] {
  const crc = crc32c.buf(bytes) >>> 0;
  const masked = ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) >>> 0;
  return [masked & 255, (masked >>> 8) & 255, (masked >>> 16) & 255, masked >>> 24];
}

/** A table with right checksums, of one block. */
function tableOf(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const blockOf = (items: readonly (readonly [string, Uint8Array])[]): number[] => {
    const content = items.flatMap(([key, value]) => [
      ...varint(0),
      ...varint(key.length),
      ...varint(value.length),
      ...Buffer.from(key, 'latin1'),
      ...value,
    ]);
    return [...content, 0, 0, 0, 0, 1, 0, 0, 0];
  };
  const sealed = (content: number[]): number[] => {
    return [...content, 0, ...maskedChecksumOf([...content, 0])];
  };
  const data = blockOf(entries);
  const handle = Uint8Array.from([...varint(0), ...varint(data.length)]);
  const indexed = blockOf([[entries.at(-1)?.[0] ?? '', handle]]);
  const at = data.length + 5;
  // What it says of itself is looked at, but for nothing: any block will do.
  const footer = [...handle, ...varint(at), ...varint(indexed.length)];
  const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
  return Uint8Array.from([
    ...sealed(data),
    ...sealed(indexed),
    ...footer,
    ...Array.from({ length: 40 - footer.length }, () => 0),
    ...magic,
  ]);
}
