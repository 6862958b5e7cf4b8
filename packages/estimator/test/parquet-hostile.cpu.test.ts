// A file of Parquet whose headers promise what is not there: it is refused by a code, before room is made for it.
import { dispose } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type Batch, RunConfig } from '../src/index.js';
import { parquetInputFn } from '../src/parquet.js';

type Field = readonly [id: number, type: 5 | 6 | 8 | 9 | 12, bytes: readonly number[]];

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

/** A number, as Thrift's compact protocol has it. */
const zigzag = (value: number): number[] => varint(value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value));
const int = (id: number, value: number): Field => [id, 5, zigzag(value)];
const long = (id: number, value: number): Field => [id, 6, zigzag(value)];
const text = (value: string): number[] => [...varint(value.length), ...new TextEncoder().encode(value)];
const list = (type: number, items: readonly (readonly number[])[]): number[] => [
  items.length * 16 + type,
  ...items.flat(),
];

function struct(fields: readonly Field[]): number[] {
  let before = 0;
  const bytes = fields.flatMap(([id, type, content]) => {
    const header = (id - before) * 16 + type;
    before = id;
    return [header, ...content];
  });
  return [...bytes, 0];
}

const float = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];
const uint32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
const RLE_DICTIONARY = 8;
const SNAPPY = 1;

interface Told {
  readonly rows: number;
  readonly groupRows: number;
  readonly values: number;
  readonly pageValues: number;
  readonly size: number;
  readonly uncompressed: number;
  readonly chunk: number;
  readonly at: number;
  readonly repetition: number;
  readonly codec: number;
  readonly encoding: number;
  readonly page: readonly number[];
  readonly metadata: number;
  /** In the place of a page of version 1. */
  readonly second: { readonly levels: number };
  /** How many values a page of a dictionary says that it has, which has one. */
  readonly dictionary: number;
}

/** A file of a column of floats, which says of itself what it is told to; else it is right, and has two rows. */
function parquet(told: Partial<Told>): Blob {
  const page = told.page ?? [...float(1.5), ...float(2)];
  const { rows = 2, encoding = 0, codec = 0, repetition = 0, second } = told;
  const count = told.pageValues ?? rows;
  const header = struct([
    int(1, second === undefined ? 0 : 3),
    int(2, told.uncompressed ?? page.length),
    int(3, told.size ?? page.length),
    second === undefined
      ? [5, 12, struct([int(1, count), int(2, encoding), int(3, 3), int(4, 3)])]
      : [8, 12, struct([int(1, count), int(2, 0), int(3, count), int(4, encoding), int(5, second.levels), int(6, 0)])],
  ]);
  const words = struct([int(1, 2), int(2, 4), int(3, 4), [7, 12, struct([int(1, told.dictionary ?? 1), int(2, 0)])]]);
  const before = encoding === RLE_DICTIONARY ? [...words, ...float(7)] : [];
  const chunk = [...before, ...header, ...page];
  const at = told.at ?? 4;
  const places = encoding === RLE_DICTIONARY ? [long(9, at + before.length), long(11, at)] : [long(9, at)];
  const column = struct([
    long(2, at),
    [
      3,
      12,
      struct([
        int(1, 4),
        [2, 9, list(5, [zigzag(encoding)])],
        [3, 9, list(8, [text('x')])],
        int(4, codec),
        long(5, told.values ?? rows),
        long(6, chunk.length),
        long(7, told.chunk ?? chunk.length),
        ...places,
      ]),
    ],
  ]);
  const schema = [
    struct([[4, 8, text('root')], int(5, 1)]),
    struct([int(1, 4), int(3, repetition), [4, 8, text('x')]]),
  ];
  const group = struct([[1, 9, list(12, [column])], long(2, chunk.length), long(3, told.groupRows ?? rows)]);
  const metadata = struct([int(1, 1), [2, 9, list(12, schema)], long(3, rows), [4, 9, list(12, [group])]]);
  const magic = [...new TextEncoder().encode('PAR1')];
  const bytes = [...magic, ...chunk, ...metadata, ...uint32(told.metadata ?? metadata.length), ...magic];
  return new File([Uint8Array.from(bytes)], 'small.parquet');
}

async function valuesOf(file: Blob): Promise<number[]> {
  const inputFn = parquetInputFn(file, { columns: { x: { type: 'float32', missing: -1 } }, batchSize: 100 });
  const args = { mode: 'infer', params: undefined, config: new RunConfig() } as const;
  const values: number[] = [];
  for await (const batch of (await inputFn(args)) as AsyncIterable<Batch>) {
    const { x } = batch as unknown as { x: { data(): Promise<Float32Array> } };
    values.push(...(await x.data()));
    dispose(x as never);
  }
  return values;
}

const many = 2 ** 31 - 1;
/** A run of so many times 1: a bit each, with or without the length that stands before levels. */
const run = (count: number): number[] => [...varint(2 * count), 1];
const levels = (count: number): number[] => [...uint32(run(count).length), ...run(count)];
/** What snappy makes of few bytes: their number, and a literal. */
const snappy = (bytes: readonly number[]): number[] => [bytes.length, (bytes.length - 1) * 4, ...bytes];

const ZSTD = 6;
const FRAME = [0x28, 0xb5, 0x2f, 0xfd];
/** A block of zstd: bytes as they are, or one of them many times. */
const block = (kind: 0 | 1, size: number, bytes: readonly number[], isLast = false): number[] => {
  const header = size * 8 + kind * 2 + Number(isLast);
  return [header & 255, (header >> 8) & 255, header >> 16, ...bytes];
};
/** A frame that says how long its content is, in a byte. */
const zstd = (bytes: readonly number[]): number[] => [
  ...FRAME,
  0x20,
  bytes.length,
  ...block(0, bytes.length, bytes, true),
];
/** A frame that says nothing of its content, but how much of it may be looked back upon: 2^(10 + exponent) bytes. */
const zstdOf = (exponent: number, blocks: readonly number[][]): number[] => [
  ...FRAME,
  0,
  exponent * 8,
  ...blocks.flat(),
];
const note = [0x50, 0x2a, 0x4d, 0x18, ...uint32(3), 1, 2, 3];

describe('files that are right', () => {
  it.each<[string, Partial<Told>, number[]]>([
    ['plain', {}, [1.5, 2]],
    ['with levels', { repetition: 1, page: [...levels(2), ...float(3), ...float(4)] }, [3, 4]],
    ['with a dictionary', { encoding: RLE_DICTIONARY, page: [1, ...varint(4), 0] }, [7, 7]],
    ['with a dictionary of one value, without bits', { encoding: RLE_DICTIONARY, page: [0] }, [7, 7]],
    ['compressed', { codec: SNAPPY, page: snappy([...float(5), ...float(6)]), uncompressed: 8 }, [5, 6]],
    ['by zstd', { codec: ZSTD, page: zstd([...float(5), ...float(6)]), uncompressed: 8 }, [5, 6]],
    [
      'by zstd, in frames, with a note',
      { codec: ZSTD, page: [...zstd(float(5)), ...note, ...zstdOf(7, [block(0, 4, float(6), true)])], uncompressed: 8 },
      [5, 6],
    ],
    [
      'by zstd, in blocks',
      { codec: ZSTD, page: zstdOf(0, [block(0, 4, float(5)), block(1, 4, [0], true)]), uncompressed: 8 },
      [5, 0],
    ],
    ['of version 2', { repetition: 1, second: { levels: 2 }, page: [...run(2), ...float(3), ...float(4)] }, [3, 4]],
  ])('are read: %s', async (_, told, expected) => expect(await valuesOf(parquet(told))).toEqual(expected));
});

describe('what a file promises and does not have', () => {
  it.each<[string, Partial<Told>]>([
    ['a description longer than the file', { metadata: 2 ** 31 }],
    ['2^40 rows', { rows: 2 ** 40 }],
    ['2^40 rows of a group', { groupRows: 2 ** 40 }],
    ['fewer than no rows', { rows: -5 }],
    ['other rows in its groups', { groupRows: 3 }],
    ['2^31 values of a column', { values: many }],
    ['2^31 values of a page', { pageValues: many }],
    ['fewer than no values', { pageValues: -1 }],
    ['a page of 2^31 bytes', { size: many, uncompressed: many }],
    ['a page of 2^31 bytes, compressed', { codec: SNAPPY, page: snappy([1]), uncompressed: many }],
    ['a page of fewer than no bytes', { size: -8, uncompressed: -8 }],
    ['a column longer than the file', { chunk: 2 ** 40 }],
    ['a column before the file', { at: -100 }],
    ['a column behind the file', { at: 2 ** 50 }],
    ['a run of 2^30 levels', { repetition: 1, page: [...levels(2 ** 30), ...float(3), ...float(4)] }],
    ['a run of 2^30 places', { encoding: RLE_DICTIONARY, page: [1, ...run(2 ** 30)] }],
    [
      'a run of 2^30 places of version 2',
      { encoding: RLE_DICTIONARY, page: [1, ...run(2 ** 30)], second: { levels: 0 } },
    ],
    [
      'a run of 2^30 levels, compressed',
      { repetition: 1, codec: SNAPPY, page: snappy(levels(2 ** 30)), uncompressed: levels(2 ** 30).length },
    ],
    [
      'a run of 2^30 places without bits',
      { encoding: RLE_DICTIONARY, page: [0, ...run(2 ** 30)], second: { levels: 0 } },
    ],
    ['a window of 2 GB', { codec: ZSTD, page: zstdOf(21, [block(0, 8, zstd([0]), true)]), uncompressed: 8 }],
    [
      'a window of 2 GB in a second frame',
      { codec: ZSTD, page: [...zstd(float(1)), ...zstdOf(21, [block(0, 4, float(2), true)])], uncompressed: 8 },
    ],
    [
      'a frame of 2^40 bytes',
      { codec: ZSTD, page: [...FRAME, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0], uncompressed: 8 },
    ],
    ['fewer bytes of zstd', { codec: ZSTD, page: zstd(float(5)), uncompressed: 8 }],
    ['more bytes of zstd', { codec: ZSTD, page: zstd([...float(5), ...float(6), 0]), uncompressed: 8 }],
    ['frames of zstd that do not end', { codec: ZSTD, page: zstdOf(7, [block(1, 4, [7])]), uncompressed: 8 }],
    ['other bytes than zstd', { codec: ZSTD, page: [1, 2, 3, 4, 5], uncompressed: 8 }],
    ['levels longer than their page', { repetition: 1, second: { levels: 2 ** 30 } }],
    ['a dictionary of 2^31 values', { encoding: RLE_DICTIONARY, page: [1, ...varint(4), 0], dictionary: many }],
    ['a list in each row', { repetition: 2 }],
  ])('is refused: %s', async (_, told) => {
    await expect(valuesOf(parquet(told))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/^small\.parquet: .{1,400}$/) as string,
    });
  });
});

it('takes no more memory than a page says, whatever zstd has of it', async () => {
  const page = zstdOf(7, [...Array.from({ length: 2 ** 15 }, () => block(1, 2 ** 17, [7])), block(1, 8, [7], true)]);
  await expect(valuesOf(parquet({ codec: ZSTD, page, uncompressed: 8 }))).rejects.toThrow(
    'must come to 8 bytes, got 131072 or more',
  );
});
