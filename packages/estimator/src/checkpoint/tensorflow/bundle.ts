import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { headError, quote, shapeText } from '@tfjs-heads/head-kit';
import crc32c from 'crc-32/crc32c.js';
import { readRange } from '../read-range.js';
import type { SafetensorsDtype, SavedTensor } from '../safetensors.js';
import type { TensorInfo, TensorSource } from '../tensor-source.js';
import { type BundleEntry, decodeEntry, decodeHeader, decodeObjectGraph, type TensorSlice } from './messages.js';
import { sliceKey } from './slice-key.js';
import { Cursor, type Fail, maskedChecksum, readTable } from './table.js';

/** How long an index, and a description of objects, may be: they are read whole. */
const MAX_INDEX = 1 << 28;
/** Where `tf.train.Checkpoint` describes its objects. */
const OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';
/** What follows the path of a variable in the keys of `tf.train.Checkpoint`. */
const VALUE = '/.ATTRIBUTES/VARIABLE_VALUE';
/** The numbers of TensorFlow's `DataType` that can be read. */
const dtypes: Readonly<Record<number, SafetensorsDtype>> = { 1: 'F32', 3: 'I32', 9: 'I64', 10: 'BOOL' };
/** That of strings. */
const STRING = 7;
const sizes: Readonly<Record<SafetensorsDtype, number>> = { F32: 4, I32: 4, I64: 8, BOOL: 1 };

/**
 * Opens a checkpoint in TensorFlow's bundle format (tensorflow/core/util/tensor_bundle), as an Estimator, `tf.train.Saver`, `tf.train.Checkpoint` and a
 * SavedModel have it: an index, and files of numbers. Names are those of the variables; of a `tf.train.Checkpoint` also their paths, `net/kernel`, or
 * `net/kernel/.ATTRIBUTES/VARIABLE_VALUE`.
 *
 * Nothing is believed: checksums, sizes, shapes and places are held to what there is, and numbers are read when they are asked for.
 *
 * @param prefix The path without `.index`.
 * @throws CHECKPOINT_MISSING, CHECKPOINT_INVALID
 */
export async function openBundle(prefix: string): Promise<TensorSource> {
  const file = `${prefix}.index`;
  const fail: Fail = (what) => headError('CHECKPOINT_INVALID', `${file}: ${what}.`);
  const entries = readTable(await readIndex(file, fail), fail);
  const decoded = <T>(key: string, decode: (bytes: Uint8Array) => T): T => {
    try {
      return decode(entries.get(key) as Uint8Array);
    } catch {
      throw fail(`the entry of ${quote(key)} must be a message of TensorFlow`);
    }
  };
  if (!entries.has('')) throw fail('it must begin with a header');
  const { numShards, isBigEndian } = decoded('', decodeHeader);
  if (isBigEndian) throw fail('its numbers must be little-endian');
  if (!(numShards >= 1 && numShards <= 99_999))
    throw fail(`it must have 1 to 99999 files of numbers, got ${numShards}`);
  const shards = new Shards(prefix, numShards);
  const bundle = new Bundle(
    (key) => (entries.has(key) ? decoded(key, decodeEntry) : undefined),
    shards,
    (name, what) => headError('CHECKPOINT_INVALID', `${prefix}: ${quote(name)} ${what}.`),
  );
  const keys = await keysByName(entries, bundle).catch(async (error: unknown) => {
    await shards.close();
    throw error;
  });
  return {
    where: prefix,
    info: (name) => infoOf(keys.get(name), bundle),
    read: (name) => bundle.read(keys.get(name) as string),
    close: () => shards.close(),
  };
}

function infoOf(key: string | undefined, bundle: Bundle): TensorInfo | undefined {
  if (key === undefined) return undefined;
  const { dtype, shape } = bundle.entry(key);
  return { dtype: dtypes[dtype] ?? `type ${dtype} of TensorFlow`, shape };
}

async function readIndex(file: string, fail: Fail): Promise<Uint8Array> {
  const handle = await open(file, 'r').catch(missing(file));
  try {
    const { size } = await handle.stat();
    if (size > MAX_INDEX) throw fail(`an index must have at most ${MAX_INDEX} bytes, got ${size}`);
    return await readRange(handle, 0, size, fail);
  } finally {
    await handle.close();
  }
}

/** From the names of tensors to their keys. */
async function keysByName(
  entries: ReadonlyMap<string, Uint8Array>,
  bundle: Bundle,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const key of entries.keys()) {
    if (key === '' || key.startsWith('\u0000')) continue; // The header, and parts.
    const name = Buffer.from(key, 'latin1').toString('utf8');
    names.set(name, key);
    if (name.endsWith(VALUE)) names.set(name.slice(0, -VALUE.length), key);
  }
  const graph = names.get(OBJECT_GRAPH);
  if (graph === undefined) return names;
  const fullNames = [...(await bundle.objectGraph(graph))];
  const count = new Map<string, number>();
  for (const [, name] of fullNames) count.set(name, (count.get(name) ?? 0) + 1);
  for (const [path, name] of fullNames) {
    const key = names.get(path);
    // A name that two have says nothing.
    if (key !== undefined && count.get(name) === 1 && !names.has(name)) names.set(name, key);
  }
  return names;
}

/** Reads tensors by their keys. */
class Bundle {
  readonly #entryAt: (key: string) => BundleEntry | undefined;
  readonly #shards: Shards;
  readonly #fail: (name: string, what: string) => Error;

  constructor(
    entryAt: (key: string) => BundleEntry | undefined,
    shards: Shards,
    fail: (name: string, what: string) => Error,
  ) {
    this.#entryAt = entryAt;
    this.#shards = shards;
    this.#fail = fail;
  }

  entry(key: string): BundleEntry {
    const entry = this.#entryAt(key);
    if (entry === undefined) throw this.#fail(key, 'must have each of its parts in the index');
    return entry;
  }

  /** The names of variables by the keys of `tf.train.Checkpoint`. */
  async objectGraph(key: string): Promise<ReadonlyMap<string, string>> {
    const entry = this.entry(key);
    const fail: Fail = (what) => this.#fail(key, what);
    if (entry.dtype !== STRING || entry.shape.length > 0 || entry.size > MAX_INDEX)
      throw fail(`must be a string of at most ${MAX_INDEX} bytes`);
    const bytes = await this.#shards.read(entry, fail);
    // A string is its length, a checksum of that, and its bytes; the whole is held to a checksum in which the length has four bytes.
    const cursor = new Cursor(bytes, fail);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(cursor.varint() >>> 0);
    const rest = cursor.bytes(4 + length.readUInt32LE());
    if (!cursor.isAtEnd || maskedChecksum(crc32c.buf(rest, crc32c.buf(length, 0))) !== entry.crc32c)
      throw fail('must have the checksum that was stored with it');
    try {
      return decodeObjectGraph(rest.subarray(4));
    } catch {
      throw fail('must be a description of objects');
    }
  }

  async read(key: string): Promise<SavedTensor> {
    const entry = this.entry(key);
    const { shape, slices } = entry;
    const fail: Fail = (what) => this.#fail(key, what);
    const dtype = dtypes[entry.dtype];
    if (dtype === undefined) throw fail(`must be of one of the types ${Object.values(dtypes).join(', ')}`);
    const size = bytesOf(shape, dtype);
    if (slices.length === 0) return { dtype, shape, data: numbersOf(dtype, await this.#numbers(entry, size, fail)) };
    await this.#shards.checkTotal(size, fail);
    const whole = new Uint8Array(size);
    const isFilled = new Uint8Array(size / sizes[dtype]);
    let filled = 0;
    for (const slice of slices) {
      const { starts, lengths } = placeOf(slice, shape, fail);
      const part = this.entry(sliceKey(key, slice));
      if (part.dtype !== entry.dtype || shapeText(part.shape) !== shapeText(lengths))
        throw fail(`must have parts of its type and of the shapes that it says, got ${shapeText(part.shape)}`);
      const bytes = await this.#numbers(part, bytesOf(lengths, dtype), fail);
      if (!copyPart(whole, isFilled, shape, bytes, { starts, lengths, itemSize: sizes[dtype] }))
        throw fail('must have parts of which none lies on another');
      filled += bytes.length;
    }
    if (filled !== size) throw fail(`must be filled by its parts, ${size} bytes, got ${filled}`);
    return { dtype, shape, data: numbersOf(dtype, whole) };
  }

  async #numbers(entry: BundleEntry, size: number, fail: Fail): Promise<Uint8Array<ArrayBuffer>> {
    if (entry.size !== size) throw fail(`must have ${size} bytes by its type and shape, got ${entry.size}`);
    const bytes = await this.#shards.read(entry, fail);
    if (maskedChecksum(crc32c.buf(bytes, 0)) !== entry.crc32c)
      throw fail('must have the checksum that was stored with it');
    return bytes;
  }
}

/** The files of numbers, each opened when it is needed. */
class Shards {
  readonly #prefix: string;
  readonly #count: number;
  readonly #open = new Map<number, FileHandle>();

  constructor(prefix: string, count: number) {
    this.#prefix = prefix;
    this.#count = count;
  }

  async read({ shardId, offset, size }: BundleEntry, fail: Fail): Promise<Uint8Array<ArrayBuffer>> {
    if (!(shardId >= 0 && shardId < this.#count))
      throw fail(`must be in one of ${this.#count} files of numbers, got ${shardId}`);
    if (!(offset >= 0 && size >= 0)) throw fail(`must have a place, got ${offset} and ${size}`);
    const file = this.#path(shardId);
    const handle = this.#open.get(shardId) ?? (await open(file, 'r').catch(missing(file)));
    this.#open.set(shardId, handle);
    const { size: total } = await handle.stat();
    if (offset + size > total) throw fail(`must end within the ${total} bytes of ${file}, got ${offset + size}`);
    return readRange(handle, offset, size, fail);
  }

  /** Refuses more bytes than there are in all files. */
  async checkTotal(size: number, fail: Fail): Promise<void> {
    let total = 0;
    for (let id = 0; id < this.#count && total < size; id++)
      total += await stat(this.#path(id)).then(
        (found) => found.size,
        () => 0,
      );
    if (!(size <= total)) throw fail(`must have at most the ${total} bytes of numbers that there are, got ${size}`);
  }

  async close(): Promise<void> {
    for (const handle of this.#open.values()) await handle.close();
    this.#open.clear();
  }

  #path(id: number): string {
    const digits = (value: number): string => String(value).padStart(5, '0');
    return `${this.#prefix}.data-${digits(id)}-of-${digits(this.#count)}`;
  }
}

function bytesOf(shape: readonly number[], dtype: SafetensorsDtype): number {
  return shape.reduce((product, size) => (size >= 0 ? product * size : Number.NaN), sizes[dtype]);
}

function numbersOf(dtype: SafetensorsDtype, { buffer }: Uint8Array<ArrayBuffer>): SavedTensor['data'] {
  if (dtype === 'BOOL') return new Uint8Array(buffer);
  if (dtype === 'I64') return new BigInt64Array(buffer);
  return dtype === 'F32' ? new Float32Array(buffer) : new Int32Array(buffer);
}

interface Place {
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
}

function placeOf(slice: TensorSlice, shape: readonly number[], fail: Fail): Place {
  const lengths = shape.map((size, i) => (slice[i]?.length === -1 ? size : (slice[i]?.length ?? Number.NaN)));
  const starts = slice.map(({ start }) => start);
  const isWithin = shape.every(
    (size, i) => (starts[i] ?? -1) >= 0 && (starts[i] as number) + (lengths[i] as number) <= size,
  );
  if (slice.length !== shape.length || !isWithin || lengths.some((length) => length < 0))
    throw fail(`must have parts within its shape ${shapeText(shape)}`);
  return { starts, lengths };
}

/** Copies a part to its place, a run of the last dimension at a time. False where another one is already. */
function copyPart(
  whole: Uint8Array,
  isFilled: Uint8Array,
  shape: readonly number[],
  part: Uint8Array,
  { starts, lengths, itemSize }: Place & { readonly itemSize: number },
): boolean {
  const run = (lengths.at(-1) ?? 1) * itemSize;
  for (let at = 0; at < part.length; at += run) {
    let [rest, stride, to] = [at / run, itemSize * (shape.at(-1) ?? 1), itemSize * (starts.at(-1) ?? 0)];
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      const length = lengths[axis] as number;
      to += ((rest % length) + (starts[axis] as number)) * stride;
      rest = Math.floor(rest / length);
      stride *= shape[axis] as number;
    }
    const [first, end] = [to / itemSize, (to + run) / itemSize];
    if (isFilled.subarray(first, end).includes(1)) return false;
    isFilled.fill(1, first, end);
    whole.set(part.subarray(at, at + run), to);
  }
  return true;
}

function missing(file: string): (cause: unknown) => never {
  return (cause) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw headError('CHECKPOINT_MISSING', `The checkpoint ${quote(file)} cannot be read: ${why}.`, { cause });
  };
}
