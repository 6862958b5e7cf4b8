import { checkMetadata, type MessageFacts } from './arrow-metadata.js';
import { byteInput, type ByteInput, fresh, type Room } from './byte-input.js';
import { invalidRows } from '../data/invalid-rows.js';

/** What the metadata of a message may have at most, in bytes: of thousands of columns. */
const LARGEST_METADATA = 16 * 2 ** 20;
const CONTINUATION = -1;

/** A message, with its prefix. */
export interface ArrowMessage {
  /** They have a buffer of their own. */
  readonly bytes: Uint8Array;
  /** How many rows it claims to have; undefined for a schema and a dictionary. */
  readonly rows: number | undefined;
}

/**
 * The messages of a stream in Arrow's IPC format, each whole and in a chunk of its own, so that a reader need not copy them. How long
 * a message claims to be is checked before anything of it is kept: not more than one message is held.
 *
 * @param largest How many bytes a message may have, and all of those together that come before rows.
 * @param room Makes the memory of messages that have rows. Default: fresh memory.
 * @throws INPUT_INVALID for one that is longer, or ends before its time
 */
export async function* arrowMessages(
  source: AsyncIterable<Uint8Array>,
  largest: number,
  room: Room = fresh,
): AsyncGenerator<ArrowMessage, void, void> {
  const input = byteInput(source);
  let dictionaries = 0;
  let shared = 0;
  try {
    for (;;) {
      const prefix = new Uint8Array(8);
      const start = prefix.subarray(0, 4);
      if ((await fill(input, start, true)) === 0) return; // Writers may leave out the end of the stream.
      const isLong = int32(start) === CONTINUATION;
      if (isLong) await fill(input, prefix.subarray(4));
      const length = int32(isLong ? prefix.subarray(4) : start);
      if (length === 0) return;
      if (length < 0 || length > LARGEST_METADATA)
        throw invalidRows(`a message of Arrow must have 1 to ${LARGEST_METADATA} bytes of metadata, got ${length}`);
      const metadata = new Uint8Array(length);
      await fill(input, metadata);
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
      // Padded, so that the body begins at a multiple of eight bytes and is not copied.
      const before = isLong ? 8 : 4;
      const bytes = (rows === undefined ? fresh : room)(before + length + bodyLength);
      bytes.set(prefix.subarray(0, before));
      bytes.set(metadata, before);
      await fill(input, bytes.subarray(before + length));
      yield { bytes, rows };
    }
  } finally {
    await input.close();
  }
}

/**
 * Reads as many bytes as an array has.
 *
 * @param mayEnd Whether the input may end here: then 0 were read.
 * @throws INPUT_INVALID where it ends before
 */
async function fill(input: ByteInput, into: Uint8Array, mayEnd = false): Promise<number> {
  const have = await input.readInto(into);
  if (have === into.length || (mayEnd && have === 0)) return have;
  throw invalidRows(`a message of Arrow ends after ${have} of ${into.length} bytes`);
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
