import { fresh, type Room } from './byte-input.js';
import { invalidRows } from '../data/invalid-rows.js';

/** Whole lines. */
export interface TextBlock {
  /** With the newline of the last line, unless it is that of the input and has none. */
  readonly bytes: Uint8Array;
  /** The number of the first line, from 1 on. */
  readonly line: number;
}

const NEWLINE = 10;

/**
 * Cuts text into blocks of whole lines. Not more is held than a block and a line.
 *
 * @param longest How many bytes a line may have.
 * @param room Makes the memory of blocks. Default: fresh memory.
 * @param size How many bytes a block has about.
 * @throws INPUT_INVALID for a line that is longer
 */
export async function* textBlocks(
  source: AsyncIterable<Uint8Array>,
  longest: number,
  room: Room = fresh,
  size: number = 2 ** 18,
): AsyncGenerator<TextBlock, void, void> {
  let parts: Uint8Array[] = [];
  let held = 0;
  let line = 1;
  /** How long the line is that has not ended yet. */
  let open = 0;
  const take = (): TextBlock => {
    const bytes = room(held);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return { bytes, line };
  };
  for await (const chunk of source) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      parts.push(chunk);
      held += chunk.length;
      open += chunk.length;
    } else {
      open = chunk.length - end;
      parts.push(chunk.subarray(0, end));
      held += end;
      if (held >= size) {
        const block = take();
        // Whoever takes the bytes may hand them on: then they are gone.
        line += countLines(block.bytes);
        yield block;
        parts = [];
        held = 0;
      }
      if (open > 0) {
        parts.push(chunk.subarray(end));
        held += open;
      }
    }
    if (open > longest) throw tooLong(line, parts, longest);
  }
  if (held > 0) yield take();
}

function tooLong(first: number, parts: readonly Uint8Array[], longest: number): Error {
  const line = parts.reduce((sum, part) => sum + countLines(part), first);
  return invalidRows(`a line must have ${longest} bytes at most, got more in line ${line}`);
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  // Lines are short: looking at each byte takes less time than a search for each line.
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === NEWLINE) count++;
  return count;
}
