import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { largest } from '@tfjs-heads/reference';
import { expect } from 'vitest';
import { difference, ROUNDING, type Tolerance } from './tolerance.js';

interface HeadMatchers {
  /** All numbers are as close as float32 allows. */
  toBeNear(expected: ArrayLike<number>, tolerance?: Tolerance): void;
  /** No number is off by more than 1e-5 of the largest. */
  toBeWithin1e5(expected: ArrayLike<number>): void;
  /** The function throws a coded error at once, with a message that has each of the fragments in it. */
  toThrowCoded(code: HeadErrorCode, fragments?: readonly string[]): void;
}

declare module 'vitest' {
  interface Matchers extends HeadMatchers {}
}

expect.extend({
  toBeNear: (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance?: Tolerance) =>
    verdict(difference(actual, expected, tolerance)),

  toBeWithin1e5: (actual: ArrayLike<number>, expected: ArrayLike<number>) =>
    verdict(difference(actual, expected, { roundings: 1e-5 / ROUNDING, scale: largest(expected) })),

  toThrowCoded: (run: () => unknown, code: HeadErrorCode, fragments: readonly string[] = []) =>
    verdict(wrongError(run, code, fragments)),
});

/** The `expect` of vitest with the matchers above. */
export { expect };

function verdict(complaint: string | undefined): { pass: boolean; message: () => string } {
  return { pass: complaint === undefined, message: () => complaint ?? 'It was not to match, but did.' };
}

function wrongError(run: () => unknown, code: HeadErrorCode, fragments: readonly string[]): string | undefined {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) return `Not a coded error: ${String(error)}`;
    if (error.name !== 'HeadError' || error.code !== code) return `${String(error.code)} instead of ${code}: ${error.message}`;
    const absent = fragments.filter((fragment) => !error.message.includes(fragment));
    return absent.length === 0 ? undefined : `Without ${JSON.stringify(absent)}: ${error.message}`;
  }
  return `It threw nothing, but should have: ${code}`;
}
