import { headError } from '@tfjs-heads/head-kit';
import { invalidRows } from './invalid-rows.js';

/** Where data are: under Node the path of a file or a URL, in a browser a URL; a `File` or `Blob` in both. */
export type DataSource = string | URL | Blob;

/** Data that were opened. */
export interface Opened {
  /** How many bytes there are. */
  size(): Promise<number>;
  /** All of them, in order. */
  stream(): AsyncIterable<Uint8Array>;
  /** Some of them. */
  slice(start: number, end: number): Promise<ArrayBuffer>;
  close(): Promise<void>;
}

/** What errors call a source. */
export function nameOf(source: DataSource): string {
  if (typeof source === 'string') return source;
  if (source instanceof URL) return source.href;
  return (source as Partial<File>).name ?? 'blob';
}

/** An error of what is read, with the name of where that is. Others stay what they are. */
export function named(name: string, error: unknown): unknown {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: string };
  if (code !== 'INPUT_INVALID' || message === undefined) return error;
  return headError('INPUT_INVALID', `${name}: ${message.replace(/^Rows: /, '')}`, { cause: error });
}

export function isBlob(source: unknown): source is Blob {
  return typeof Blob === 'function' && source instanceof Blob;
}

export function openBlob(blob: Blob): Opened {
  return {
    size: async () => blob.size,
    stream: () => chunks(blob.stream()),
    slice: (start, end) => blob.slice(start, end).arrayBuffer(),
    close: async () => undefined,
  };
}

/** By ranges where the server gives them; one that does not is read whole, once. */
export function openUrl(url: string): Opened {
  let whole: ArrayBuffer | undefined;
  const get = async (headers: Record<string, string> = {}): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(url, { headers });
    } catch (error) {
      throw invalidRows(`the server must answer, got ${String(error).slice(0, 200)}`);
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw invalidRows(`the server must answer with 200 or 206, got ${response.status}`);
  };
  return {
    size: async () => {
      const response = await get({ range: 'bytes=0-0' });
      const total = Number(response.headers.get('content-range')?.split('/')[1]);
      const bytes = await response.arrayBuffer();
      if (response.status === 206 && Number.isSafeInteger(total)) return total;
      whole = bytes;
      return whole.byteLength;
    },
    stream: async function* () {
      const { body } = await get();
      if (body !== null) yield* chunks(body);
    },
    slice: async (start, end) => {
      if (whole !== undefined) return whole.slice(start, end);
      const response = await get({ range: `bytes=${start}-${end - 1}` });
      const bytes = await response.arrayBuffer();
      if (response.status === 206) return bytes;
      whole = bytes;
      return whole.slice(start, end);
    },
    close: async () => undefined,
  };
}

/** By its reader: not every browser iterates over streams. */
async function* chunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
