import type { ColumnMetaData, FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { quote } from '@tfjs-heads/head-kit';
import { invalidRows } from './invalid-rows.js';

/** How many rows a row group may have: its columns are held whole. */
const MOST_ROWS = 2 ** 25;
/** How many bytes a page may have. */
const LARGEST_PAGE = 2 ** 28;

type Header = ReturnType<typeof parquetHeader>;

/** A column as it lies in the file. */
interface Chunk {
  readonly name: string;
  readonly rows: number;
  readonly isOptional: boolean;
  readonly codec: ColumnMetaData['codec'];
}

/** Takes the bytes of a page once they are there as they were before they were compressed. */
export type CheckPage = (compressed: Uint8Array, page: Uint8Array) => void;

/**
 * What a file of Parquet says of itself, looked at before it is believed: its reader makes room for as many values as a header promises, and a run of a few bytes may stand
 * for thousands of millions.
 */
export class ParquetPages {
  readonly #chunks: ReadonlyMap<number, Chunk>;
  /** The headers of the pages of a chunk, by where they begin in what was read of the file. */
  readonly #headers = new WeakMap<ArrayBufferLike, ReadonlyMap<number, readonly [Header, Chunk]>>();

  /** @throws INPUT_INVALID for columns that are nested, row groups that are too large, and numbers of values unlike the rows */
  constructor(metadata: FileMetaData, columns: readonly string[], size: number) {
    const elements = new Map(columns.map((name) => [name, elementOf(metadata, name)] as const));
    const chunks = new Map<number, Chunk>();
    let total = 0;
    for (const group of metadata.row_groups) {
      const rows = rowsOf(group);
      total += rows;
      for (const { meta_data: of } of group.columns) {
        const element = of === undefined ? undefined : elements.get(of.path_in_schema.join('.'));
        if (of === undefined || element === undefined) continue;
        chunks.set(startOf(of, element.name, rows, size), {
          name: element.name,
          rows,
          isOptional: element.repetition_type === 'OPTIONAL',
          codec: of.codec,
        });
      }
    }
    if (total !== Number(metadata.num_rows))
      throw invalidRows(`there must be the ${metadata.num_rows} rows of the file in its row groups, got ${total}`);
    this.#chunks = chunks;
  }

  /** What was read of the file, from a place on. Throws INPUT_INVALID for pages that are larger, or of more values, than they can be. */
  check(start: number, bytes: ArrayBuffer): void {
    const chunk = this.#chunks.get(start);
    if (chunk === undefined) throw invalidRows(`columns must be read whole, got a part at ${start}`);
    const { name, rows, codec } = chunk;
    const headers = new Map<number, readonly [Header, Chunk]>();
    const reader = { view: new DataView(bytes), offset: 0 };
    let values = 0;
    while (values < rows && reader.offset < bytes.byteLength - 1) {
      const header = parquetHeader(reader);
      const { compressed_page_size: size, uncompressed_page_size: whole } = header;
      const isThere = size >= 0 && size <= bytes.byteLength - reader.offset && whole >= 0 && whole <= LARGEST_PAGE;
      if (!isThere || (codec === 'UNCOMPRESSED' && size !== whole))
        throw invalidRows(
          `a page of ${quote(name)} must be in the file, of at most ${LARGEST_PAGE} bytes, got ${size}, of ${whole}`,
        );
      const count = countOf(header);
      values += header.type === 'DICTIONARY_PAGE' ? 0 : count;
      // A value of a dictionary has a bit at least.
      const most = header.type === 'DICTIONARY_PAGE' ? 8 * whole : rows;
      if (!(count >= 0 && count <= most && values <= rows))
        throw invalidRows(`a page of ${quote(name)} must have at most ${most} values, got ${count}`);
      const page = new Uint8Array(bytes, reader.offset, size);
      const levels = header.data_page_header_v2?.definition_levels_byte_length ?? 0;
      if (header.data_page_header_v2 !== undefined) checkLevels(page, header, chunk);
      const data = page.subarray(levels);
      if (codec === 'UNCOMPRESSED' || header.data_page_header_v2?.is_compressed === false)
        checkRuns(data, header, chunk);
      else headers.set(data.byteOffset, [header, chunk]);
      reader.offset += size;
    }
    this.#headers.set(bytes, headers);
  }

  /** See {@link CheckPage}. Throws INPUT_INVALID for runs of more values than the page has. */
  readonly checkPage: CheckPage = (compressed, page) => {
    const [header, chunk] = this.#headers.get(compressed.buffer)?.get(compressed.byteOffset) ?? [];
    if (header === undefined || chunk === undefined) throw invalidRows('a page must be where its column says');
    checkRuns(page, header, chunk);
  };
}

function elementOf({ schema }: FileMetaData, name: string): SchemaElement {
  const element = schema.slice(1).find((one) => one.name === name);
  if (element === undefined || (element.num_children ?? 0) > 0 || element.repetition_type === 'REPEATED')
    throw invalidRows(`${quote(name)} must have one value a row, got a column that is nested`);
  return element;
}

function rowsOf({ num_rows: rows }: RowGroup): number {
  if (rows >= 0n && rows <= BigInt(MOST_ROWS)) return Number(rows);
  throw invalidRows(`a row group must have at most ${MOST_ROWS} rows, got ${rows}: write the file in smaller ones`);
}

function startOf(of: ColumnMetaData, name: string, rows: number, size: number): number {
  const start = Number(of.dictionary_page_offset ?? of.data_page_offset);
  const length = Number(of.total_compressed_size);
  if (!(start >= 0 && length >= 0 && start + length <= size))
    throw invalidRows(`${quote(name)} must end within the ${size} bytes of the file, got ${start + length}`);
  if (of.num_values !== BigInt(rows))
    throw invalidRows(`${quote(name)} must have a value for each of ${rows} rows, got ${of.num_values}`);
  return start;
}

function countOf({
  type,
  data_page_header: one,
  data_page_header_v2: two,
  dictionary_page_header: of,
}: Header): number {
  if (type === 'DATA_PAGE') return one?.num_values ?? Number.NaN;
  if (type === 'DATA_PAGE_V2') return two?.num_values ?? Number.NaN;
  return type === 'DICTIONARY_PAGE' ? (of?.num_values ?? Number.NaN) : Number.NaN;
}

/** The levels of a page of version 2, which stand before its values, as they are. */
function checkLevels(page: Uint8Array, { data_page_header_v2: two }: Header, { name, isOptional }: Chunk): void {
  const [definition = 0, repetition = 0] = [two?.definition_levels_byte_length, two?.repetition_levels_byte_length];
  if (!(definition >= 0 && definition <= page.length && repetition === 0))
    throw invalidRows(`a page of ${quote(name)} must have its levels within its ${page.length} bytes`);
  if (isOptional) checkHybrid(page.subarray(0, definition), 1, two?.num_values ?? 0, name);
}

/** The runs of a page: of levels, where there may be missing values, and of places in the dictionary. */
function checkRuns(page: Uint8Array, header: Header, { name, isOptional }: Chunk): void {
  const { data_page_header: one, data_page_header_v2: two } = header;
  if (header.type === 'DICTIONARY_PAGE') return;
  const count = countOf(header);
  let rest = page;
  const counted = (): Uint8Array => {
    const length = rest.length < 4 ? 0 : new DataView(rest.buffer, rest.byteOffset).getUint32(0, true);
    const part = rest.subarray(4, 4 + length);
    rest = rest.subarray(4 + length);
    return part;
  };
  if (one !== undefined && isOptional) checkHybrid(counted(), 1, count, name);
  const encoding = one?.encoding ?? two?.encoding;
  if (encoding === 'RLE') checkHybrid(counted(), 1, count, name);
  if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY')
    checkPlaces(rest, one !== undefined, count, name);
}

/** A byte that says how many bits a place has, and the runs. Of places without bits, which are all 0, version 1 has no runs read. */
function checkPlaces(bytes: Uint8Array, isFirstVersion: boolean, count: number, name: string): void {
  const [width = 0] = bytes;
  if (width > 0 || !isFirstVersion) checkHybrid(bytes.subarray(1), width, count, name);
}

/** Packed bits end on whole groups, of which writers may fill the last ones up. */
const PADDING = 512;

/** Runs by Parquet's hybrid of run lengths and packed bits. None must be longer than what is left. */
function checkHybrid(bytes: Uint8Array, width: number, count: number, name: string): void {
  let [at, seen] = [0, 0];
  while (seen < count && at < bytes.length) {
    let [header, scale] = [0, 1];
    for (let byte = 128; byte >= 128; scale *= 128) {
      byte = bytes[at++] ?? 0;
      header += (byte & 127) * scale;
    }
    const isPacked = header % 2 === 1;
    const length = Math.floor(header / 2) * (isPacked ? 8 : 1);
    if (length > count - seen + (isPacked ? PADDING : 0))
      throw invalidRows(`a run of ${quote(name)} must have at most ${count - seen} values, got ${length}`);
    seen += length;
    at += Math.ceil((isPacked ? length * width : width) / 8);
  }
}
