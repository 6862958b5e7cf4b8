import type { Metrics } from '@tfjs-heads/head-api';
import type { GoldenCase } from '../../goldens/format.js';
import type { Judge } from '../../judge.js';
import type { Check } from '../check.js';
import { updated } from '../outcome.js';
import { goldenOf, loadCase, tensorsOfGolden } from './load-case.js';
import { near } from './near.js';

export const metrics: Check = {
  states: 'The metrics of one batch are the golden ones, and no others come.',
  cases: (_, goldens) => goldens?.cases.filter(hasMetrics).map(({ parameters }) => parameters) ?? [],
  async run(context, parameters) {
    const { golden, head, tensors } = loadCase(context, parameters);
    await metricsNear(context.judge, updated(head, head.metrics(), tensors), golden.metrics);
  },
};

export const evaluation: Check = {
  states: 'The metrics over several batches are the golden ones, however the batches are cut and weighed.',
  cases: (_, goldens) => goldens?.evaluations.map(({ parameters }) => parameters) ?? [],
  async run({ subject, goldens, judge }, parameters) {
    const golden = goldenOf(goldens?.evaluations, parameters);
    const head = subject.create(golden.options);
    const running = head.metrics();
    for (const batch of golden.batches) updated(head, running, tensorsOfGolden(subject, batch));
    await metricsNear(judge, running, golden.metrics);
  },
};

export function hasMetrics({ metrics: expected }: GoldenCase): boolean {
  return Object.keys(expected).length > 0;
}

/** Metrics have the golden keys in order, and the golden results. */
export async function metricsNear(judge: Judge, actual: Metrics, expected: GoldenCase['metrics']): Promise<void> {
  judge.equal('the metric keys', Object.keys(actual), Object.keys(expected));
  for (const [key, values] of Object.entries(expected)) near(judge, `the metric ${key}`, [(await actual[key]?.result()) ?? NaN], values);
  for (const metric of Object.values(actual)) metric.dispose();
}
