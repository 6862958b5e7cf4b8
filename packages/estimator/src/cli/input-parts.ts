import { fresh, type Room } from './byte-input.js';
import type { CutOptions } from './options.js';
import { textBlocks } from './text-blocks.js';

/** A part of the input, of which a reader makes rows: in this thread, or in another. */
export interface InputPart {
  /** Whole lines, or a message of Arrow. They have a buffer of their own. */
  readonly bytes: Uint8Array;
  /** The number of its first line, or of its first row, from 1 on. */
  readonly first: number;
  /** Whether it has no rows but what rows after it are read by: the line with the names, a schema, a dictionary. */
  readonly isShared: boolean;
}

/**
 * Cuts the input into parts, in their order. Nothing is read of them: that is left to a reader.
 *
 * @param room Makes the memory of parts that have rows. Default: fresh memory.
 * @throws INPUT_INVALID
 */
export async function* inputParts(
  source: AsyncIterable<Uint8Array>,
  { format, header, longestLine, largestMessage }: CutOptions,
  room: Room = fresh,
): AsyncGenerator<InputPart, void, void> {
  if (format === 'arrow') {
    const { arrowMessages } = await import('./arrow-messages.js'); // now, when threads that are to read have begun to load
    let first = 1;
    for await (const { bytes, rows } of arrowMessages(source, largestMessage, room)) {
      yield { bytes, first, isShared: rows === undefined };
      first += rows ?? 0;
    }
    return;
  }
  let needsNames = format === 'tsv' && header === undefined;
  for await (const { bytes, line } of textBlocks(source, longestLine, room)) {
    const end = needsNames ? bytes.indexOf(10) + 1 || bytes.length : 0;
    if (needsNames) yield { bytes: bytes.slice(0, end), first: line, isShared: true };
    yield { bytes: needsNames ? bytes.slice(end) : bytes, first: needsNames ? 2 : line, isShared: false };
    needsNames = false;
  }
}
