import { Failure } from './judge.js';
import { attempt, reasonOf } from './reason.js';

const suite = new URL('./', import.meta.url).pathname;

/**
 * Why a case failed. What a check found says it all, and so does an error with a code. Anything else comes with the place where it
 * was thrown: the first line of the stack that is neither of an installed package nor of the suite. In a bundle it is a place there, or none.
 */
export function reasonWithPlace(error: unknown): string {
  const message = reasonOf(error);
  if (attempt(() => error instanceof Failure) === true) return message;
  const { code, stack } = { code: textOf(error, 'code'), stack: textOf(error, 'stack') };
  if (code !== undefined) return `${code}: ${message}`;
  const places = (stack ?? '').split('\n').filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line));
  const place = places.find((line) => !/\/node_modules\/|node:/.test(line) && !line.includes(suite));
  return place === undefined ? message : `${message}\n${place.trim()}`.trim();
}

/** A property of whatever was thrown, where it can be had and is a text. */
function textOf(thrown: unknown, key: 'code' | 'stack'): string | undefined {
  const value = attempt(() => (thrown as Readonly<Record<string, unknown>>)[key]);
  return typeof value === 'string' ? value : undefined;
}
