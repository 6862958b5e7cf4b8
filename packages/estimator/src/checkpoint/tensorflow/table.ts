import crc32c from 'crc-32/crc32c.js';

/** The last eight bytes of a table. */
const MAGIC = 0xdb4775248b80fb57n;
/** The last bytes, which say where the table's index is. */
const FOOTER = 48;
/** After each block: a byte that says how it was compressed, and a checksum. */
const TRAILER = 5;
/** How long all keys together may be. They share what they begin with, so that a small file can have very long ones. */
const MAX_KEYS = 1 << 26;

/** Makes an error of what is wrong. */
export type Fail = (what: string) => Error;

/** Castagnoli's checksum, turned and shifted as TensorFlow stores it. */
export function maskedChecksum(crc: number): number {
  return ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) >>> 0;
}

/**
 * Reads a sorted table of LevelDB, in which TensorFlow has the index of a checkpoint (tensorflow/core/lib/io/table_format.txt). TensorFlow does not compress it.
 *
 * @returns Values by keys, of which each byte is a character.
 * @throws what `fail` makes, for any byte that is not as it must be
 */
export function readTable(file: Uint8Array, fail: Fail): ReadonlyMap<string, Uint8Array> {
  if (file.length < FOOTER) throw fail(`an index must have at least ${FOOTER} bytes, got ${file.length}`);
  const end = file.length - FOOTER;
  if (new DataView(file.buffer, file.byteOffset + file.length - 8, 8).getBigUint64(0, true) !== MAGIC)
    throw fail('its index must end as tables of TensorFlow do');
  const footer = new Cursor(file.subarray(end, file.length - 8), fail);
  const blockAt = (cursor: Cursor): Uint8Array => block(file.subarray(0, end), cursor.varint(), cursor.varint(), fail);
  blockAt(footer); // What is said about the table: nothing that is needed.
  const entries = new Map<string, Uint8Array>();
  let room = MAX_KEYS;
  for (const [, handle] of entriesOf(blockAt(footer), fail)) {
    for (const [key, value] of entriesOf(blockAt(new Cursor(handle, fail)), fail)) {
      room -= key.length;
      if (room < 0) throw fail(`the names in its index must have at most ${MAX_KEYS} bytes together`);
      if (entries.has(key)) throw fail('each key of its index must be there once');
      entries.set(key, value);
    }
  }
  return entries;
}

/** The bytes of a block, held to their checksum. */
function block(file: Uint8Array, offset: number, size: number, fail: Fail): Uint8Array {
  if (offset + size + TRAILER > file.length)
    throw fail(`a block of its index must end within ${file.length} bytes, got an end of ${offset + size + TRAILER}`);
  const content = file.subarray(offset, offset + size + 1);
  const stored = new DataView(file.buffer, file.byteOffset + offset + size + 1, 4).getUint32(0, true);
  if (maskedChecksum(crc32c.buf(content, 0)) !== stored)
    throw fail('a block of its index must have the checksum that was stored with it');
  if (content[size] !== 0) throw fail(`its index must not be compressed, got compression ${content[size]}`);
  return content.subarray(0, size);
}

/** The entries of a block: each says how much its key shares with the one before. */
function* entriesOf(content: Uint8Array, fail: Fail): Generator<readonly [string, Uint8Array], void, void> {
  if (content.length < 4) throw fail(`a block of its index must have at least 4 bytes, got ${content.length}`);
  const restarts = new DataView(content.buffer, content.byteOffset + content.length - 4, 4).getUint32(0, true);
  const end = content.length - 4 - restarts * 4;
  if (end < 0) throw fail(`a block of its index must have room for its ${restarts} restarts`);
  const cursor = new Cursor(content.subarray(0, end), fail);
  let key = '';
  while (!cursor.isAtEnd) {
    const [shared, own, size] = [cursor.varint(), cursor.varint(), cursor.varint()];
    if (shared > key.length) throw fail('a key of its index must share no more than the one before has');
    key = key.slice(0, shared) + Buffer.from(cursor.bytes(own)).toString('latin1');
    yield [key, cursor.bytes(size)];
  }
}

/** Reads bytes one after another, and none beyond them. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #fail: Fail;
  #at = 0;

  constructor(bytes: Uint8Array, fail: Fail) {
    this.#bytes = bytes;
    this.#fail = fail;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** So many bytes, which are not copied. */
  bytes(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at)
      throw this.#fail(`there must be ${count} more bytes, got ${this.#bytes.length - this.#at}`);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** Seven bits a byte, the lowest first. */
  varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const [byte = 0] = this.bytes(1);
      value += (byte & 127) * factor;
      if (byte < 128 && Number.isSafeInteger(value)) return value;
    }
    throw this.#fail('a number must be below 2^53');
  }
}
