import { describeValue, headError, quote } from '@tfjs-heads/head-kit';

/** A type of numbers that checkpoints have, by the format's name. */
export type SafetensorsDtype = 'F32' | 'I32' | 'I64' | 'BOOL';

/** The numbers of a type. */
type Numbers = Float32Array | Int32Array | BigInt64Array | Uint8Array;

const arrays: Readonly<
  Record<SafetensorsDtype, { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): Numbers }>
> = { F32: Float32Array, I32: Int32Array, I64: BigInt64Array, BOOL: Uint8Array };

/** Numbers with a shape, row-major. */
export interface SavedTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** Tensors by name, and words about them. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SavedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the format's own readers allow a header to be long. */
const MAX_HEADER = 100_000_000;

/** What `__metadata__` is called in a file. */
const METADATA = '__metadata__';

/**
 * Writes the format of https://huggingface.co/docs/safetensors: eight bytes with the length of a header, the header, which is JSON, and
 * the numbers, little-endian, each where the header says.
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries([[METADATA, metadata], ...entries]));
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8; // Filled with spaces, so that the numbers begin at a multiple of eight.
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads the format. Nothing is believed: sizes, shapes and places are held to the number of bytes that there are before anything is
 * made of them.
 *
 * @param where Of which file, for the message.
 * @throws CHECKPOINT_INVALID
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const fail = (what: string, cause?: unknown): Error =>
    headError('CHECKPOINT_INVALID', `${where}: ${what}.`, { cause });
  if (bytes.length < 8) throw fail(`a safetensors file must have at least 8 bytes, got ${bytes.length}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER || length > bytes.length - 8) {
    throw fail(`its header must be within its ${bytes.length} bytes, got one of ${length} bytes`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch (error) {
    throw fail('its header must be JSON', error);
  }
  if (!isRecord(header)) throw fail(`its header must be an object, got ${describeValue(header)}`);
  const numbers = bytes.subarray(8 + length);
  const tensors = new Map<string, SavedTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name !== METADATA)
      tensors.set(
        name,
        readTensor(numbers, entry, (what) => fail(`tensor ${quote(name)}: ${what}`)),
      );
  }
  checkPlaces(header, numbers.length, fail);
  return { tensors, metadata: readMetadata(header[METADATA], fail) };
}

function readTensor(numbers: Uint8Array, entry: unknown, fail: (what: string) => Error): SavedTensor {
  if (!isRecord(entry)) throw fail(`it must be described by an object, got ${describeValue(entry)}`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(arrays, dtype))
    throw fail(`its dtype must be one of ${Object.keys(arrays).join(', ')}, got ${describeValue(dtype)}`);
  if (!isSizes(shape)) throw fail(`its shape must be a list of whole numbers, got ${describeValue(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2 || (offsets[0] as number) > (offsets[1] as number))
    throw fail(`its data_offsets must be a begin and an end, got ${describeValue(offsets)}`);
  const [begin, end] = offsets as [number, number];
  if (end > numbers.length) throw fail(`it must end within ${numbers.length} bytes of numbers, got an end of ${end}`);
  const make = arrays[dtype as SafetensorsDtype];
  const expected = shape.reduce((product, size) => product * size, make.BYTES_PER_ELEMENT);
  if (expected !== end - begin) throw fail(`it must have ${expected} bytes by its dtype and shape, got ${end - begin}`);
  // A copy, since the place may be no multiple of the size of a number; `slice` of a Buffer of Node makes none.
  const { buffer } = new Uint8Array(numbers.subarray(begin, end));
  return { dtype: dtype as SafetensorsDtype, shape, data: new make(buffer) };
}

/** Tensors may not share bytes, and all bytes are some tensor's, as the format has it. */
function checkPlaces(header: Readonly<Record<string, unknown>>, size: number, fail: (what: string) => Error): void {
  const places = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([, entry]) => (entry as { data_offsets: [number, number] }).data_offsets)
    .toSorted(([a, b], [c, d]) => a - c || b - d);
  let at = 0;
  for (const [begin, end] of places) {
    if (begin !== at) throw fail(`its tensors must follow each other without gaps, got one at ${begin} after ${at}`);
    at = end;
  }
  if (at !== size) throw fail(`its tensors must fill the ${size} bytes of numbers, got ${at}`);
}

function readMetadata(given: unknown, fail: (what: string) => Error): Readonly<Record<string, string>> {
  if (given === undefined) return {};
  if (isRecord(given) && Object.values(given).every((value) => typeof value === 'string'))
    return given as Readonly<Record<string, string>>;
  throw fail(`its __metadata__ must be a map of strings, got ${describeValue(given)}`);
}

function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function isSizes(given: unknown): given is readonly number[] {
  return Array.isArray(given) && given.every((size) => Number.isSafeInteger(size) && size >= 0);
}
