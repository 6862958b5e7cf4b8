import { open } from '#open';
import { checkOptions, quote } from '@tfjs-heads/head-kit';
import { invalidRows } from '../data/invalid-rows.js';
import { type DataSource, isBlob, named, nameOf } from '../data/source.js';
import {
  checkUnknown,
  type CategoryDtype,
  vocabularyColumn,
  type VocabularyListColumn,
} from './categorical-columns.js';
import { checkKey, checkWhole, columnError } from './check.js';

/** The options of {@link categoricalColumnWithVocabularyFile}. */
export interface VocabularyFileOptions {
  /** Text in UTF-8, a value a line, each once. Their ids are their places. Under Node a path or a URL, in a browser a URL; a `File` in both. */
  readonly vocabularyFile: DataSource;
  /** How many of its lines count, from the first one on. Default: all. */
  readonly vocabularySize?: number | undefined;
  /** Default: `string`. With `int32` the lines are whole numbers. */
  readonly dtype?: CategoryDtype | undefined;
  /** The id of what is not in the file. Default: -1, which leaves it out. */
  readonly defaultValue?: number | undefined;
  /** Into how many buckets more what is not in the file is hashed. Default: 0. */
  readonly numOovBuckets?: number | undefined;
}

const OF = 'categoricalColumnWithVocabularyFile';
const OPTIONS = ['vocabularyFile', 'vocabularySize', 'dtype', 'defaultValue', 'numOovBuckets'] as const;

/** How many values a map can have in V8. */
const MOST_VALUES = 2 ** 24 - 1;
/** In characters: a file without line ends would be one value. */
const LONGEST_VALUE = 2 ** 16;

/**
 * A category with a file of its values, which is read once, to the last line that counts. What comes is the column of a vocabulary list.
 *
 * ```ts
 * const state = await categoricalColumnWithVocabularyFile('state', { vocabularyFile: 'states.txt', numOovBuckets: 5 });
 * ```
 *
 * Lines end with a line feed, with or without a carriage return before it. A mark of UTF-8 at the start belongs to no value; the original takes it for a part of the first.
 *
 * @param key The name of the feature: texts, or int32. In dense features `''` and -1 are missing.
 * @throws FEATURE_COLUMNS_INVALID; INPUT_INVALID for a file that cannot be read, of fewer lines than `vocabularySize`, with an empty line, a value that is there twice or
 *   that is no int32 where `dtype` is, and for other bytes than UTF-8; INVALID_ARGUMENT for options that nobody knows
 */
export async function categoricalColumnWithVocabularyFile(
  key: string,
  options: VocabularyFileOptions,
): Promise<VocabularyListColumn> {
  const { vocabularyFile, vocabularySize, dtype = 'string', ...given } = checkOptions(OF, options, OPTIONS);
  const unknown = { defaultValue: given.defaultValue ?? -1, numOovBuckets: given.numOovBuckets ?? 0 };
  checkKey(OF, key);
  const isText = typeof vocabularyFile === 'string' && vocabularyFile !== '';
  if (!isText && !(vocabularyFile instanceof URL) && !isBlob(vocabularyFile))
    throw columnError(OF, 'vocabularyFile', 'a path, a URL or a File', vocabularyFile);
  if (nameOf(vocabularyFile).endsWith('tfrecord.gz'))
    throw columnError(OF, 'vocabularyFile', 'a file of text, a value a line', vocabularyFile);
  if (vocabularySize !== undefined) checkWhole(OF, 'vocabularySize', vocabularySize, 1);
  if (dtype !== 'string' && dtype !== 'int32') throw columnError(OF, 'dtype', "'string' or 'int32'", dtype);
  checkUnknown(OF, key, unknown);
  const ids = await idsOfLines(vocabularyFile, vocabularySize, dtype).catch((error: unknown) => {
    throw named(`${OF}: ${nameOf(vocabularyFile)}`, error);
  });
  return vocabularyColumn(OF, key, { ids, dtype, ...unknown });
}

async function idsOfLines(
  source: DataSource,
  most: number | undefined,
  dtype: CategoryDtype,
): Promise<ReadonlyMap<string | number, number>> {
  const ids = new Map<string | number, number>();
  for await (const line of linesOf(source)) {
    const place = `line ${ids.size + 1}`;
    if (line === '') throw invalidRows(`${place} must be a value, got an empty line`);
    if (dtype === 'int32' && !isInt32(line)) throw invalidRows(`${place} must be an int32, got ${quote(line)}`);
    const value = dtype === 'int32' ? Number(line) : line;
    if (ids.has(value)) throw invalidRows(`${place} must be a value of its own, got ${quote(line)} again`);
    if (ids.size === MOST_VALUES) throw invalidRows(`there must be ${MOST_VALUES} lines at most, got more`);
    ids.set(value, ids.size);
    if (ids.size === most) return ids;
  }
  if (ids.size > 0 && most === undefined) return ids;
  throw invalidRows(`there must be ${most ?? 'some'} lines, got ${ids.size}`);
}

function isInt32(line: string): boolean {
  return /^\s*-?\d{1,10}\s*$/.test(line) && (Number(line) | 0) === Number(line);
}

async function* linesOf(source: DataSource): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch {
      throw invalidRows('it must be text in UTF-8, got other bytes');
    }
  };
  const opened = await open(source);
  try {
    let rest = '';
    for await (const bytes of opened.stream()) {
      const lines = (rest + decode(bytes)).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) yield whole(line);
      whole(rest);
    }
    rest += decode();
    if (rest !== '') yield whole(rest);
  } finally {
    await opened.close();
  }
}

function whole(line: string): string {
  if (line.length > LONGEST_VALUE)
    throw invalidRows(`a line must be of ${LONGEST_VALUE} characters at most, got ${line.length}`);
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
