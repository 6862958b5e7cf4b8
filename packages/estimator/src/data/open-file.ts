import { open as openFile } from 'node:fs/promises';
import { invalidRows } from './invalid-rows.js';
import { type DataSource, isBlob, type Opened, openBlob, openUrl } from './source.js';

const CHUNK = 2 ** 18;

/**
 * Opens a file by its path, a URL or a blob.
 *
 * @throws INPUT_INVALID for a file that cannot be opened
 */
export async function open(source: DataSource): Promise<Opened> {
  if (isBlob(source)) return openBlob(source);
  if (/^https?:\/\//.test(String(source))) return openUrl(String(source));
  let handle: Awaited<ReturnType<typeof openFile>>;
  try {
    handle = await openFile(source);
    if (!(await handle.stat()).isFile()) {
      await handle.close();
      throw new Error('something else than a file');
    }
  } catch (error) {
    throw invalidRows(`there must be a file, got ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    size: async () => (await handle.stat()).size,
    stream: async function* () {
      for (;;) {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(CHUNK), 0, CHUNK);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    },
    slice: async (start, end) => {
      const bytes = new Uint8Array(Math.max(0, end - start));
      let have = 0;
      while (have < bytes.length) {
        const { bytesRead } = await handle.read(bytes, have, bytes.length - have, start + have);
        if (bytesRead === 0) break;
        have += bytesRead;
      }
      return bytes.buffer.slice(0, have);
    },
    close: () => handle.close(),
  };
}
