import { engine } from '@tensorflow/tfjs-core';
import type { Metrics } from '@tfjs-heads/head-api';
import { afterEach, beforeEach } from 'vitest';

/** Releases the tensors of each test of a file. */
export function releaseTensors(): void {
  beforeEach(() => engine().startScope());
  afterEach(() => engine().endScope());
}

/** What the metrics have come to, by key. */
export async function results(metrics: Metrics): Promise<Record<string, number>> {
  const entries = Object.entries(metrics).map(async ([key, metric]) => [key, await metric.result()] as const);
  return Object.fromEntries(await Promise.all(entries));
}
