import type { Metrics } from '@tfjs-heads/head-api';

/** What the metrics have come to, by key. */
export async function results(metrics: Metrics): Promise<Record<string, number>> {
  const entries = Object.entries(metrics).map(async ([key, metric]) => [key, await metric.result()] as const);
  return Object.fromEntries(await Promise.all(entries));
}
