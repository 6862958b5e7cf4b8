import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { parseStack } from 'error-stack-parser-es/lite';

/** A place in a file, as editors count. */
export interface Place {
  /** An absolute path; the address where there is none. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** Enough to get out of tfjs and the suite again. */
const LONGEST_STACK = 20_000;

/** V8 keeps ten frames, which tfjs fills by itself: the user's come after those. */
export function keepWholeStacks(): void {
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit ?? 0, 100);
}

/**
 * Where an error came from, for who wrote the head: the first place of its stack that is in no installed package and not in this
 * suite. In a bundle it is looked up in the source map; undefined where there is no such place.
 */
export async function placeOf(stack: string): Promise<Place | undefined> {
  for (const { file, line, col } of parseStack(framesIn(stack))) {
    if (file === undefined || line === undefined || col === undefined) continue;
    const place = await originalPosition({ file: pathOf(file), line, column: col });
    if (place !== undefined && isUsers(place.file)) return place;
  }
  return undefined;
}

/** The message of an error stands in its stack, too, and may hold what looks like a place. */
function framesIn(stack: string): string {
  const lines = stack.slice(0, LONGEST_STACK).split('\n');
  return lines.filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line) || /^[^@\s]*@\S+:\d+:\d+$/.test(line)).join('\n');
}

function pathOf(file: string): string {
  return file.startsWith('file:') ? decodeURIComponent(new URL(file).pathname) : file.replace(/^async /, '');
}

function isUsers(file: string): boolean {
  return !/\/node_modules\/|^node:|^<|^native\b|\/(?:backend-conformance|conformance-kit)\/(?:src|dist|browser)\/|\0|^conformance:/.test(
    file,
  );
}

const TOO_LONG = 10_000; // ms

const maps = new Map<string, Promise<TraceMap | undefined>>();

/** The place in a source of a place in a script that a page has loaded; what has no source map, and a file of Node, stays as it is. */
async function originalPosition(place: Place): Promise<Place | undefined> {
  if (!/^https?:/.test(place.file)) return place;
  if (!maps.has(place.file))
    maps.set(
      place.file,
      loadMap(place.file).catch(() => undefined),
    );
  const map = await maps.get(place.file);
  if (map === undefined) return place;
  const { source, line, column } = originalPositionFor(map, { line: place.line, column: place.column - 1 });
  return source === null
    ? undefined
    : { file: decodeURIComponent(source.replace(/^https?:\/\/[^/]*/, '')), line, column: column + 1 };
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
