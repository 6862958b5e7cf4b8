import { engine } from '@tensorflow/tfjs-core';
import type { HeadErrorCode, Metrics } from '@tfjs-heads/head-api';
import { type Scaled, ULPS, usedTolerance } from '@tfjs-heads/reference';
import { afterEach, beforeEach, expect } from 'vitest';

/** Releases the tensors of each test of a file. */
export function releaseTensors(): void {
  beforeEach(() => engine().startScope());
  afterEach(() => engine().endScope());
}

/** Expects numbers as close as float32 allows, each judged by its scale where it has one. NaN is near NaN only. */
export function expectNear(actual: ArrayLike<number>, expected: readonly (number | Scaled)[]): void {
  const off = expected.flatMap((one, i) => {
    const { value, scale } = typeof one === 'number' ? { value: one, scale: 0 } : one;
    const used = usedTolerance(actual[i] as number, value, { k: ULPS.REDUCE, unit: 2 ** -24, scale });
    return used <= 1 ? [] : [`expected ${value} at ${i}, got ${actual[i]}, off by ${used} times what is allowed`];
  });
  expect([actual.length, off]).toEqual([expected.length, []]);
}

/** Expects a coded error, whose message has each of the fragments in it. */
export function expectCoded(run: () => unknown, code: HeadErrorCode, fragments: readonly string[]): void {
  let error: unknown = 'nothing was thrown';
  try {
    run();
  } catch (reason) {
    error = reason;
  }
  expect(error).toMatchObject({ name: 'HeadError', code });
  for (const fragment of fragments) expect((error as Error).message).toContain(fragment);
}

/** What the metrics have come to, by key. */
export async function results(metrics: Metrics): Promise<Record<string, number>> {
  const entries = Object.entries(metrics).map(async ([key, metric]) => [key, await metric.result()] as const);
  return Object.fromEntries(await Promise.all(entries));
}
