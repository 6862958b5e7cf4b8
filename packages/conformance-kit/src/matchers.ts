import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { type Scaled, ULPS, usedTolerance } from '@tfjs-heads/reference';
import { expect } from 'vitest';

/** A number is to be had to its own digits, one with a scale to those of the terms that it was combined from. */
type Expected = number | Scaled;

interface HeadMatchers {
  /** All numbers are as close as float32 allows. NaN is near NaN only, an infinity only itself. */
  toBeNear(expected: readonly Expected[]): void;
  /** The function throws a coded error at once, with a message that has each of the fragments in it. */
  toThrowCoded(code: HeadErrorCode, fragments?: readonly string[]): void;
}

declare module 'vitest' {
  interface Matchers extends HeadMatchers {}
}

expect.extend({
  toBeNear: (actual: ArrayLike<number>, expected: readonly Expected[]) => verdict(complaintOf(actual, expected)),
  toThrowCoded: (run: () => unknown, code: HeadErrorCode, fragments: readonly string[] = []) =>
    verdict(wrongError(run, code, fragments)),
});

/**
 * The `expect` of vitest with matchers for tests of heads beside the suite: numbers as near as float32 allows, and coded errors.
 *
 * ```ts
 * import { expect } from '@tfjs-heads/conformance-kit/matchers';
 * expect(await head.loss(labels, logits).data()).toBeNear([6.5]);
 * expect(() => head.loss(labels, wrong)).toThrowCoded('LOGITS_SHAPE', ['[2,3]']);
 * ```
 */
export { expect };

function verdict(complaint: string | undefined): { pass: boolean; message: () => string } {
  return { pass: complaint === undefined, message: () => complaint ?? 'expected no match, got one' };
}

function complaintOf(actual: ArrayLike<number>, expected: readonly Expected[]): string | undefined {
  if (actual.length !== expected.length) return `expected ${expected.length} values, got ${actual.length}`;
  for (const [i, entry] of expected.entries()) {
    const { value, scale } = typeof entry === 'number' ? { value: entry, scale: 0 } : entry;
    const used = usedTolerance(actual[i] as number, value, { k: ULPS.REDUCE, unit: 2 ** -24, scale });
    if (!(used <= 1))
      return `expected ${value} at ${i}, got ${actual[i]}, which is off by ${used} times what is allowed`;
  }
  return undefined;
}

function wrongError(run: () => unknown, code: HeadErrorCode, fragments: readonly string[]): string | undefined {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) return `expected an error with a code, got ${String(error)}`;
    if (error.name !== 'HeadError' || error.code !== code)
      return `expected ${code}, got ${String(error.code)}: ${error.message}`;
    const absent = fragments.filter((fragment) => !error.message.includes(fragment));
    return absent.length === 0 ? undefined : `expected ${JSON.stringify(absent)} in the message, got: ${error.message}`;
  }
  return `expected ${code}, got no error`;
}
