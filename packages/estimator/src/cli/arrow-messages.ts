import { checkMetadata, type MessageFacts } from './arrow-metadata.js';
import { invalidRows } from '../data/invalid-rows.js';

/** What the metadata of a message may have at most, in bytes: of thousands of columns. */
const LARGEST_METADATA = 16 * 2 ** 20;
const CONTINUATION = -1;

/** A message, with its prefix. */
export interface ArrowMessage {
  /** They have a buffer of their own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many rows it claims to have; undefined for a schema and a dictionary. */
  readonly rows: number | undefined;
}

/**
 * The messages of a stream in Arrow's IPC format, each whole and in a chunk of its own, so that a reader need not copy them. How long
 * a message claims to be is checked before anything of it is kept: not more than one message is held.
 *
 * @param largest How many bytes a message may have, and all of those together that come before rows.
 * @throws INPUT_INVALID for one that is longer, or ends before its time
 */
export async function* arrowMessages(
  source: AsyncIterable<Uint8Array>,
  largest: number,
): AsyncGenerator<ArrowMessage, void, void> {
  const bytes = new Bytes(source);
  let dictionaries = 0;
  let shared = 0;
  try {
    for (;;) {
      const start = await bytes.take(4, true);
      if (start === undefined) return; // Writers may leave out the end of the stream.
      let prefix = start;
      let length = int32(start);
      if (length === CONTINUATION) {
        const next = (await bytes.take(4)) as Uint8Array;
        prefix = joined([start, next]);
        length = int32(next);
      }
      if (length === 0) return;
      if (length < 0 || length > LARGEST_METADATA)
        throw invalidRows(`a message of Arrow must have 1 to ${LARGEST_METADATA} bytes of metadata, got ${length}`);
      const metadata = (await bytes.take(length)) as Uint8Array;
      const { bodyLength, isDelta, rows } = factsOf(metadata);
      if (!(bodyLength >= 0 && bodyLength <= largest))
        throw invalidRows(
          `a message of Arrow must have ${largest} bytes at most, got ${bodyLength}: write smaller batches`,
        );
      if (isDelta) dictionaries += bodyLength;
      if (dictionaries > largest)
        throw invalidRows(`what is added to dictionaries must have ${largest} bytes at most, got ${dictionaries}`);
      shared = rows === undefined ? shared + length + bodyLength : 0;
      if (shared > Math.max(largest, LARGEST_METADATA))
        throw invalidRows(`what comes before rows must have ${largest} bytes at most, got ${shared}`);
      const body = await bytes.parts(bodyLength);
      // Padded, so that the body begins at a multiple of eight bytes and is not copied.
      yield { bytes: joined([prefix, metadata, ...body]), rows };
    }
  } finally {
    await bytes.close();
  }
}

function factsOf(metadata: Uint8Array): MessageFacts {
  try {
    return checkMetadata(metadata);
  } catch (error) {
    throw invalidRows(
      `a stream in Arrow's IPC format was expected, got a message that is none (${String(error).slice(0, 100)})`,
    );
  }
}

function int32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Bytes out of chunks. */
class Bytes {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /**
   * The next so many bytes.
   *
   * @param mayEnd Whether the source may end here: then undefined.
   * @throws INPUT_INVALID where it ends before
   */
  async take(length: number, mayEnd = false): Promise<Uint8Array | undefined> {
    const parts = await this.parts(length, mayEnd);
    return parts.length <= 1 ? parts[0] : joined(parts);
  }

  /** The same in parts, as they come: none where the source may end and does. */
  async parts(length: number, mayEnd = false): Promise<readonly Uint8Array[]> {
    const parts: Uint8Array[] = [];
    let have = 0;
    while (have < length) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#chunks.next();
        if (done === true) {
          if (mayEnd && have === 0) return [];
          throw invalidRows(`a message of Arrow ends after ${have} of ${length} bytes`);
        }
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, length - have);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      have += part.length;
    }
    return parts;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
