import type { ColumnBatch } from './columns.js';
import type { InputPart } from './input-parts.js';
import type { Format } from './options.js';
import type { ColumnTypes } from './column-types.js';

/** Reads parts of an input; what they share it is given, too, before those that need it. */
export interface RowReader {
  /**
   * The rows of a part: none of what is shared.
   *
   * @throws INPUT_INVALID
   */
  read(part: InputPart): ColumnBatch;
}

/** How rows are read. */
export interface ReadOptions {
  readonly format: Format;
  readonly types: ColumnTypes;
  /** The names of the columns of `tsv` that has no first line with them. */
  readonly header: readonly string[] | undefined;
  /** How many bytes a line may have. */
  readonly longestLine: number;
}

/** What reads a format. Of Arrow's library nothing is loaded for text. */
export async function rowReader({ format, types, header, longestLine }: ReadOptions): Promise<RowReader> {
  if (format === 'arrow') return new (await import('./arrow-rows.js')).ArrowRows(types);
  return new (await import('./text-rows.js')).TextRows({ format, types, header, longest: longestLine });
}
