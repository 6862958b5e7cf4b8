import { type Code, get, i32, smaller } from '../code.js';

/** A loop that is divided into parts: which one is computed is the argument of the function, and so its first local. */
export interface Division {
  readonly parts: number;
  /** How much of the loop each part has, but for the last one. */
  readonly each: number;
  /** How long the whole loop is. */
  readonly size: number;
}

/** How many parts each thread has, so that one that comes late has the others wait for a quarter of its share. */
const PARTS_A_THREAD = 4;
/** A ticket has no room for more (see `WORDS`). */
const MOST_PARTS = 254;

/**
 * Divides a loop, if that pays.
 *
 * @param unit What parts are multiples of.
 * @param work How much is to do in all of it, and how much there must be to do.
 */
export function divide(
  size: number,
  unit: number,
  { threads, work, least }: { readonly threads: number; readonly work: number; readonly least: number },
): Division | undefined {
  if (threads === 1 || work < least) return undefined;
  const units = Math.ceil(size / unit);
  const most = Math.min(PARTS_A_THREAD * threads, MOST_PARTS, units, Math.ceil((4 * work) / Math.max(least, 1)));
  if (most < 2) return undefined;
  const each = Math.ceil(units / most) * unit;
  return { parts: Math.ceil(size / each), each, size };
}

/** Where the part begins. */
export function beginOf({ each }: Division): Code {
  return [get(0), i32(each), 0x6c];
}

/** Where it ends, and at most there. */
export function endOf(division: Division, limit: number = division.size): Code {
  return smaller([beginOf(division), i32(division.each), 0x6a], i32(limit));
}

export function isLast({ parts }: Division): Code {
  return [get(0), i32(parts - 1), 0x46];
}
