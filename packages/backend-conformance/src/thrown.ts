import { Failure } from './judge.js';
import { reasonOf } from './reason.js';

const suite = new URL('./', import.meta.url).pathname;

/**
 * Why a case failed. What a check found says it all, and so does an error with a code. Anything else comes with the place where it
 * was thrown: the first line of the stack that is neither of an installed package nor of the suite. In a bundle it is a place there, or none.
 */
export function reasonWithPlace(error: unknown): string {
  if (!(error instanceof Error)) return reasonOf(error);
  const { message, stack = '' } = error;
  if (error instanceof Failure) return message;
  if ('code' in error) return `${String(error.code)}: ${message}`;
  const places = stack.split('\n').filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line));
  const place = places.find((line) => !/\/node_modules\/|node:/.test(line) && !line.includes(suite));
  return place === undefined ? message : `${message}\n${place.trim()}`.trim();
}
