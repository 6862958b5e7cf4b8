import { Failure } from './judge.js';
import { placeOf, type Place } from './place.js';

/** Why a case failed, and where. */
export interface Fault {
  readonly message: string;
  readonly place?: Place;
}

/** What a check found says it all. Whatever else was thrown comes with its code, if it has one, and with the place in the user's file. */
export async function faultOf(error: unknown): Promise<Fault> {
  const message = reasonOf(error);
  if (attempt(() => error instanceof Failure) === true) return { message };
  const code = textOf(error, 'code');
  const place = await placeIn(error);
  return { message: code === undefined ? message : `${code}: ${message}`, ...(place && { place }) };
}

/** Of what was thrown first: the others say more of it. */
async function placeIn(thrown: unknown, depth = 0): Promise<Place | undefined> {
  const cause = depth < 5 ? attempt(() => (thrown as Error | undefined)?.cause) : undefined;
  const inCause = cause === undefined ? undefined : await placeIn(cause, depth + 1);
  const stack = textOf(thrown, 'stack');
  return inCause ?? (stack === undefined ? undefined : placeOf(stack).catch(() => undefined));
}

/** A property of whatever was thrown, where it can be had and is a text. */
function textOf(thrown: unknown, key: 'code' | 'stack'): string | undefined {
  const value = attempt(() => (thrown as Readonly<Record<string, unknown>>)[key]);
  return typeof value === 'string' ? value : undefined;
}

/** More of a reason helps nobody, and an error may hold a whole tensor as text. */
const LONGEST = 4000;

/**
 * What an error says, or whatever else was thrown. It never throws itself: what a head throws may have no prototype, getters that
 * throw, or be a proxy that refuses everything; and an error of another realm is an error, too.
 */
export function reasonOf(thrown: unknown): string {
  const text = sayings.map((say) => attempt(() => say(thrown))).find((said) => typeof said === 'string' && said !== '');
  return shortened(
    typeof text === 'string' ? text : `something was thrown that cannot be read (${typeof thrown})`,
    LONGEST,
  );
}

/** A text of at most so many characters; of a longer one the beginning, and how long it was. */
export function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}

/** What tells most comes first. A plain object says nothing but `[object Object]` of itself. */
const sayings: readonly ((thrown: unknown) => unknown)[] = [
  (thrown) => (isObject(thrown) ? thrown.message : undefined),
  (thrown) => (Object.prototype.toString.call(thrown) === '[object Error]' ? (thrown as Error).name : undefined),
  (thrown) => (isObject(thrown) && String(thrown).startsWith('[object ') ? JSON.stringify(thrown) : undefined),
  (thrown) => (thrown === '' ? 'an empty text was thrown' : String(thrown)),
  (thrown) => (isObject(thrown) ? JSON.stringify(thrown) : undefined),
];

/** Undefined where it throws. */
export function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
