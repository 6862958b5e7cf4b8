import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { expect } from 'vitest';

/** Expects a coded error at once, with a message that has each of the fragments in it. */
export function expectCoded(run: () => unknown, code: HeadErrorCode, fragments: readonly string[] = []): void {
  let error: unknown = 'nothing was thrown';
  try {
    run();
  } catch (reason) {
    error = reason;
  }
  expect(error).toMatchObject({ name: 'HeadError', code });
  for (const fragment of fragments) expect((error as Error).message).toContain(fragment);
}
