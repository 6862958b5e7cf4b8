import { arrowRows } from './arrow-rows.js';
import { type ColumnBatch, partsOf } from './columns.js';
import type { ColumnTypes } from './model-module.js';
import { type TextBlock, textBlocks } from './text-blocks.js';
import { linesOf, readBlock, type TextFormat } from './text-rows.js';

/** The formats of rows. */
export const FORMATS = ['arrow', 'tsv', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** How rows are read. */
export interface RowOptions {
  readonly format: Format;
  readonly types: ColumnTypes;
  /** The names of the columns of `tsv` that has no first line with them. */
  readonly header: readonly string[] | undefined;
  /** How many bytes a line may have. */
  readonly longestLine: number;
  /** How many bytes a message of Arrow may have. */
  readonly largestMessage: number;
}

/** A part of the input, of which {@link batchesOf} makes rows: in this thread or another. */
export type Unit = { readonly batch: ColumnBatch } | { readonly block: TextBlock; readonly text: TextFormat };

/**
 * The input in parts, in their order. What takes time is left to {@link batchesOf}.
 *
 * @throws INPUT_INVALID
 */
export async function* unitsOf(
  source: AsyncIterable<Uint8Array>,
  { format, types, header, longestLine, largestMessage }: RowOptions,
): AsyncGenerator<Unit, void, void> {
  if (format === 'arrow') {
    for await (const batch of arrowRows(source, types, largestMessage)) yield { batch };
    return;
  }
  let names = format === 'tsv' ? header : [];
  for await (const given of textBlocks(source, longestLine)) {
    let block = given;
    if (names === undefined) {
      const end = block.bytes.indexOf(10) + 1 || block.bytes.length;
      names = headerOf(block.bytes.subarray(0, end));
      block = { bytes: block.bytes.slice(end), line: 2 };
    }
    yield { block, text: { format, types, longest: longestLine, header: names } };
  }
}

/** The rows of a part, in batches of so many at most. */
export function* batchesOf(unit: Unit, size: number): Generator<ColumnBatch, void, void> {
  yield* partsOf('batch' in unit ? unit.batch : readBlock(unit.block, unit.text), size);
}

function headerOf(bytes: Uint8Array): readonly string[] {
  const [line = ''] = linesOf(bytes, 1);
  return line.replace(/^\uFEFF/, '').split('\t');
}
