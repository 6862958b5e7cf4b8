import type { FileHandle } from 'node:fs/promises';

/** So many bytes from a place of a file, in memory of their own. Throws what `fail` makes where the file ends before. */
export async function readRange(
  file: FileHandle,
  offset: number,
  size: number,
  fail: (what: string) => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await file.read(bytes, at, size - at, offset + at);
    if (bytesRead === 0) throw fail(`must have ${size} bytes at ${offset}, got ${at}`);
    at += bytesRead;
  }
  return bytes;
}
