import { arrowMessages } from './arrow-messages.js';
import { textBlocks } from './text-blocks.js';

/** The formats of rows. */
export const FORMATS = ['arrow', 'tsv', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** How the input is cut. */
export interface CutOptions {
  readonly format: Format;
  /** The names of the columns of `tsv` that has no first line with them. */
  readonly header: readonly string[] | undefined;
  /** How many bytes a line may have. */
  readonly longestLine: number;
  /** How many bytes a message of Arrow may have. */
  readonly largestMessage: number;
}

/** A part of the input, of which a reader makes rows: in this thread, or in another that the bytes are handed to. */
export interface InputPart {
  /** Whole lines, or a message of Arrow. They have a buffer of their own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The number of its first line, or of its first row, from 1 on. */
  readonly first: number;
  /** Whether it has no rows but what rows after it are read by: the line with the names, a schema, a dictionary. */
  readonly isShared: boolean;
}

/**
 * Cuts the input into parts, in their order. Nothing is read of them: that is left to a reader.
 *
 * @throws INPUT_INVALID
 */
export async function* inputParts(
  source: AsyncIterable<Uint8Array>,
  { format, header, longestLine, largestMessage }: CutOptions,
): AsyncGenerator<InputPart, void, void> {
  if (format === 'arrow') {
    let first = 1;
    for await (const { bytes, rows } of arrowMessages(source, largestMessage)) {
      yield { bytes, first, isShared: rows === undefined };
      first += rows ?? 0;
    }
    return;
  }
  let needsNames = format === 'tsv' && header === undefined;
  for await (const { bytes, line } of textBlocks(source, longestLine)) {
    const end = needsNames ? bytes.indexOf(10) + 1 || bytes.length : 0;
    if (needsNames) yield { bytes: bytes.slice(0, end), first: line, isShared: true };
    yield { bytes: needsNames ? bytes.slice(end) : bytes, first: needsNames ? 2 : line, isShared: false };
    needsNames = false;
  }
}
