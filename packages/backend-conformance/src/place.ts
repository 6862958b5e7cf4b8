import { parseStack } from 'error-stack-parser-es/lite';
import { originalPosition } from './source-map.js';

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
  return !/\/node_modules\/|^node:|^<|^native\b|\/backend-conformance\/(?:src|dist|browser)\/|\0|^conformance:/.test(file);
}
