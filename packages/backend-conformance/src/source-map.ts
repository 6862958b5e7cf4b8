import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { Place } from './place.js';

const TOO_LONG = 10_000; // ms

const maps = new Map<string, Promise<TraceMap | undefined>>();

/** The place in a source of a place in a script that a page has loaded; what has no source map, and a file of Node, stays as it is. */
export async function originalPosition(place: Place): Promise<Place | undefined> {
  if (!/^https?:/.test(place.file)) return place;
  if (!maps.has(place.file)) maps.set(place.file, loadMap(place.file).catch(() => undefined));
  const map = await maps.get(place.file);
  if (map === undefined) return place;
  const { source, line, column } = originalPositionFor(map, { line: place.line, column: place.column - 1 });
  return source === null ? undefined : { file: decodeURIComponent(source.replace(/^https?:\/\/[^/]*/, '')), line, column: column + 1 };
}

/** The map that the script's last line names: another file, or written out there. */
async function loadMap(script: string): Promise<TraceMap | undefined> {
  const text = await textAt(script);
  const address = [...text.matchAll(/^\/\/# sourceMappingURL=(\S+)\s*$/gm)].at(-1)?.[1];
  if (address === undefined) return undefined;
  const url = new URL(address, script).href;
  return new TraceMap(await textAt(url), url.startsWith('data:') ? script : url);
}

async function textAt(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TOO_LONG) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response.text();
}
