import { nodeModule } from '../node-module.js';
import type { Search } from './search.js';

type Fetch = typeof globalThis.fetch;
type Fs = Pick<typeof import('node:fs'), 'readFileSync' | 'readFile'>;

/**
 * Answers the wasm backend's request for its binary out of a search until it is told to stop: by `fetch`, or by `fs`
 * under Node. tfjs has no other way to learn or to change what it asks for without overwriting what the program has set.
 */
export function interceptReading(search: Search): () => void {
  const stops = [interceptFetch(search), interceptFs(search)];
  return () => stops.forEach((stop) => stop());
}

function interceptFetch(search: Search): () => void {
  const original: Fetch | undefined = globalThis.fetch;
  if (original === undefined) return () => {};
  let isOver = false;
  const intercepting: Fetch = (input, init) => {
    const isAsked =
      !isOver && typeof input === 'string' && isBinary(input) && Object.keys(init ?? {}).join() === 'credentials';
    return isAsked ? fetchBinary(absolute(input)) : original(input, init);
  };
  async function fetchBinary(askedFor: string): Promise<Response> {
    for (let address = search.next(askedFor); address !== undefined; address = search.next(askedFor)) {
      const response = await responseFrom(address, original as Fetch);
      if (typeof response !== 'string') return response;
      search.refuse(response);
    }
    throw new Error(String(search));
  }
  globalThis.fetch = intercepting;
  return () => {
    isOver = true;
    // Something else may have taken it over meanwhile.
    if (globalThis.fetch === intercepting) globalThis.fetch = original;
  };
}

/** As the page would resolve it; a worker that was made of a Blob has no address to resolve against. */
function absolute(address: string): string {
  return URL.canParse(address, globalThis.location?.href) ? new URL(address, globalThis.location?.href).href : address;
}

/** The binary, or what was there instead: many servers answer any address with a page. */
async function responseFrom(address: string, fetch: Fetch): Promise<Response | string> {
  try {
    const response = await fetch(address, { credentials: 'same-origin' });
    const type = response.headers.get('content-type') ?? 'no content type';
    if (response.ok && type.startsWith('application/wasm')) return response;
    if (!response.ok) {
      await response.body?.cancel();
      return `status ${response.status}`;
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    // With its right type, or the backend would download it again to compile it in another way.
    return startsLikeWasm(bytes)
      ? new Response(bytes, { headers: { 'content-type': 'application/wasm' } })
      : `no binary: ${type}`;
  } catch (error) {
    return String((error as Error | undefined)?.message);
  }
}

function interceptFs(search: Search): () => void {
  const fs = nodeModule<Fs>('node:fs');
  if (fs === undefined) return () => {};
  const { readFileSync, readFile } = fs;
  let isOver = false;
  // A path, or the URL of a file.
  const isAsked = (file: unknown): boolean => !isOver && typeof file !== 'number' && isBinary(String(file));
  const readBinary = (askedFor: string): Uint8Array => {
    for (let address = search.next(askedFor); address !== undefined; address = search.next(askedFor)) {
      try {
        const bytes = readFileSync(address.startsWith('file:') ? new URL(address) : address);
        if (startsLikeWasm(bytes)) return bytes;
        search.refuse('no binary');
      } catch (error) {
        search.refuse(String((error as NodeJS.ErrnoException).code ?? error));
      }
    }
    throw new Error(String(search));
  };
  const intercepting = {
    readFileSync: (file: unknown, ...rest: []) =>
      isAsked(file) ? readBinary(String(file)) : readFileSync(file as string, ...rest),
    // The backend reads so where there are a document and Node.
    readFile: (file: unknown, ...rest: [callback: (error: unknown, bytes?: Uint8Array) => void]) => {
      if (!isAsked(file) || rest.length !== 1) return readFile(file as string, ...rest);
      try {
        rest[0](null, readBinary(String(file)));
      } catch (error) {
        rest[0](error);
      }
    },
  };
  Object.assign(fs, intercepting);
  return () => {
    isOver = true;
    for (const [key, own] of Object.entries({ readFileSync, readFile })) {
      if (fs[key as keyof Fs] === (intercepting as unknown as Fs)[key as keyof Fs]) Object.assign(fs, { [key]: own });
    }
  };
}

function isBinary(address: string): boolean {
  return /\.wasm($|[?#])/.test(address);
}

function startsLikeWasm(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}
