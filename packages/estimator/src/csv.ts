import { open } from '#open';
import Papa from 'papaparse';
import { headError } from '@tfjs-heads/head-kit';
import { invalidRows } from './data/invalid-rows.js';
import { inputFnOf } from './data/batches.js';
import { placesOf } from './data/columns-there.js';
import { type DataOptions, invalid } from './data/options.js';
import { type DataSource, nameOf } from './data/source.js';
import type { RawRows } from './data/typed-columns.js';
import type { InputFn } from './input.js';

export type { ColumnSpec, DataOptions } from './data/options.js';
export type { DataSource } from './data/source.js';

/** How a CSV file is written. */
export interface CsvOptions extends DataOptions {
  /** Between fields. Default: a comma; `'\t'` for TSV. */
  readonly delimiter?: string;
  /** The names of the columns, where the first record does not have them. */
  readonly header?: readonly string[];
  /** Texts that stand for a missing value. Default: the empty one. */
  readonly missingTexts?: readonly string[];
}

/** How long a record may be, in characters: a quote that is never closed would take the whole file. */
const LONGEST = 2 ** 24;

/**
 * An input function of a CSV file in UTF-8, by RFC 4180: fields in quotes may have delimiters and line ends. It is read piece by piece, anew in each epoch; a piece of
 * 256 KiB and the buffer of `shuffle` are held.
 *
 * ```ts
 * const inputFn = csvInputFn('cars.csv', {
 *   columns: { weight: 'float32', horsepower: { type: 'float32', missing: 0 }, origin: 'string', mpg: 'float32' },
 *   label: 'mpg',
 *   batchSize: 32,
 *   epochs: 10,
 *   shuffle: { bufferSize: 10_000, seed: 1 },
 * });
 * ```
 *
 * @throws INVALID_ARGUMENT; its batches throw INPUT_INVALID for a column that is missing, a record of more or fewer fields, a value of another type, a quote that is not closed, other bytes than UTF-8
 * and a file without rows
 */
export function csvInputFn(source: DataSource, options: CsvOptions): InputFn {
  const { delimiter = ',', header, missingTexts = [''] } = options;
  if (typeof delimiter !== 'string' || delimiter === '' || Papa.BAD_DELIMITERS.includes(delimiter))
    throw invalid('delimiter', 'a text that is no quote and no line end', delimiter);
  const missing = new Set(missingTexts);
  return inputFnOf(nameOf(source), (columns) => csvRows(source, columns, { delimiter, header, missing }), options);
}

interface Format {
  readonly delimiter: string;
  readonly header: readonly string[] | undefined;
  readonly missing: ReadonlySet<string>;
}

async function* csvRows(
  source: DataSource,
  columns: readonly string[],
  { delimiter, header: given, missing }: Format,
): AsyncGenerator<RawRows, void, void> {
  let header = given;
  let places = given === undefined ? undefined : placesOf(columns, given);
  let first = 1;
  for await (const records of csvRecords(source, delimiter)) {
    let start = 0;
    if (header === undefined) {
      header = records[0] as readonly string[];
      places = placesOf(columns, header);
      start = 1;
    }
    const width = header.length;
    const values: string[][] = columns.map(() => []);
    let rows = 0;
    for (let i = start; i < records.length; i++) {
      const record = records[i] as readonly string[];
      if (record.length === 1 && record[0] === '' && width > 1) continue; // An empty line.
      if (record.length !== width)
        throw invalidRows(`row ${first + rows} must have ${width} fields, got ${record.length}`);
      for (let c = 0; c < values.length; c++)
        (values[c] as string[])[rows] = record[(places as number[])[c] as number] as string;
      rows++;
    }
    if (rows > 0)
      yield {
        rows,
        first,
        columns: new Map(columns.map((name, c) => [name, values[c] as string[]])),
        missingTexts: missing,
      };
    first += rows;
  }
  if (header === undefined) throw invalidRows('there must be a header and one row at least, got an empty file');
}

/** The records of a file, as many at a time as a piece of it has. */
async function* csvRecords(source: DataSource, delimiter: string): AsyncGenerator<readonly string[][], void, void> {
  const opened = await open(source);
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let parser: Papa.Parser | undefined;
    let rest = '';
    let number = 0;
    const parse = (isLast: boolean): readonly string[][] => {
      parser ??= new Papa.Parser({ delimiter, newline: rest.includes('\r\n') ? '\r\n' : '\n' });
      const { data, errors, meta } = parser.parse(rest, 0, !isLast) as Papa.ParseResult<string[]>;
      const error = isLast ? errors[0] : errors.find(({ code }) => code !== 'MissingQuotes');
      if (error !== undefined)
        throw invalidRows(
          `record ${number + (error.row ?? 0) + 1} must have quotes around whole fields, got: ${error.message}`,
        );
      rest = isLast ? '' : rest.slice(meta.cursor);
      // Papa takes the end of the file after a line end for one more record.
      if (isLast && data.at(-1)?.length === 1 && data.at(-1)?.[0] === '') data.pop();
      number += data.length;
      return data;
    };
    for await (const bytes of opened.stream()) {
      rest += decode(() => decoder.decode(bytes, { stream: true }));
      if (!rest.includes('\n')) {
        if (rest.length <= LONGEST) continue;
      }
      const records = parse(false);
      if (rest.length > LONGEST)
        throw invalidRows(`a record must have ${LONGEST} characters at most, got more: is a quote not closed?`);
      if (records.length > 0) yield records;
    }
    rest += decode(() => decoder.decode());
    const records = rest === '' ? [] : parse(true);
    if (records.length > 0) yield records;
  } finally {
    await opened.close();
  }
}

function decode(run: () => string): string {
  try {
    return run();
  } catch (error) {
    throw headError('INPUT_INVALID', 'Rows: text must be UTF-8, got other bytes.', { cause: error });
  }
}
