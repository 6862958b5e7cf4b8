import { Failure } from './judge.js';
import { placeOf, type Place } from './place.js';
import { attempt, reasonOf } from './reason.js';

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
