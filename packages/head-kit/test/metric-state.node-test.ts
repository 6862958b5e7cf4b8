import { tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { MetricState } from '@tfjs-heads/head-api';
import { sumValue } from '@tfjs-heads/reference';
import { describe, expect, it } from 'vitest';
import { accuracy, buckets, confusion, Mean, precision, prAuc, rocAuc, StreamingMetric } from '../src/index.js';
import { ToyHead } from './toy-head.js';

const accuracyAt = (threshold: number): StreamingMetric =>
  new StreamingMetric(confusion(threshold), accuracy, { metric: 'accuracy' });

async function example(): Promise<{ metric: StreamingMetric; state: MetricState }> {
  const metric = accuracyAt(0.25);
  metric.update(tensor([0.1, 0.9, 0.4]), tensor([0, 1, 0]), tensor([0.1, 0.2, 0.3]));
  return { metric, state: await metric.state() };
}

describe('a state', () => {
  it('names its version, metric, settings and number of rows', async () => {
    const { state } = await example();
    expect(state).toMatchObject({ version: 1, metric: 'accuracy', settings: { threshold: 0.25 }, rows: 3 });
    expect(await new Mean().state()).toEqual({ version: 1, metric: 'mean', settings: {}, rows: 0, sums: [0, 0] });
    const auc = new StreamingMetric(buckets(), rocAuc, { metric: 'auc', settings: { curve: 'ROC' } });
    expect((await auc.state()).settings).toEqual({ numThresholds: 200, curve: 'ROC' });
    const head = new ToyHead({ name: 'mine' });
    expect(await Object.values(head.metrics())[0]?.state()).toMatchObject({ metric: 'average_loss', rows: 0 });
  });

  it('is of numbers, and in full where no double is', async () => {
    const mean = new Mean();
    mean.update(tensor([0.1, 3e9]), tensor([0.1, 0.3]));
    const { sums } = await mean.state();
    expect(sums).toEqual([expect.stringMatching(/^0x[0-9a-f]+p-\d+$/), Math.fround(0.1) + Math.fround(0.3)]);
    expect(mean.total).toBeCloseTo(Math.fround(0.1) ** 2 + 3e9 * Math.fround(0.3), 6);
    expect(sumValue(sums[0] ?? NaN)).toBe(mean.total);
  });

  it('is the same after JSON and a merge, and goes on counting', async () => {
    const { metric, state } = await example();
    const merged = accuracyAt(0.25);
    merged.merge(JSON.parse(JSON.stringify(state)));
    expect(await merged.state()).toEqual(state);
    merged.merge(state);
    metric.update(tensor([0.1, 0.9, 0.4]), tensor([0, 1, 0]), tensor([0.1, 0.2, 0.3]));
    expect(await merged.state()).toEqual(await metric.state());
    expect((await merged.state()).rows).toBe(6);
  });

  it('of both areas under curves of 100,000 weighted rows takes less than 20 kB', async () => {
    const rows = 100_000;
    const column = (of: (i: number) => number) => tensor(Float32Array.from({ length: rows }, (_, i) => of(i)));
    const random = (seed: number) => (i: number) => (Math.sin(i * seed) * 1e4) % 1;
    const inputs = [
      column((i) => Math.abs(random(12.9898)(i))),
      column((i) => i % 3 && 1),
      column((i) => Math.exp(3 * random(78.233)(i))),
    ];
    const curves = [rocAuc, prAuc].map((result) => new StreamingMetric(buckets(), result));
    for (const curve of curves) curve.update(...inputs);
    const text = JSON.stringify(await Promise.all(curves.map((curve) => curve.state())));
    expect(text.length).toBeLessThanOrEqual(20_000);
  });
});

describe('a merge refuses', () => {
  const state: MetricState = {
    version: 1,
    metric: 'accuracy',
    settings: { threshold: 0.25 },
    rows: 4,
    sums: [1, 2, 1, 1, 0],
  };
  const sparse: unknown[] = [];
  sparse.length = 2 ** 32 - 1;
  const wrong: Readonly<Record<string, unknown>> = {
    'no state': undefined,
    null: null,
    'an empty one': {},
    'a list': [],
    text: JSON.stringify(state),
    'one without a version': { ...state, version: undefined },
    'the format before': { metric: 'accuracy', sums: state.sums },
    'a later version': { ...state, version: 2 },
    'a version that is text': { ...state, version: '1' },
    'another metric': { ...state, metric: 'precision' },
    'a metric of inherited name': { ...state, metric: 'toString' },
    'another threshold': { ...state, settings: { threshold: 0.5 } },
    'no settings': { ...state, settings: undefined },
    'settings that are null': { ...state, settings: null },
    'settings that are a list': { ...state, settings: [0.25] },
    'a threshold too few': { ...state, settings: {} },
    'a setting too many': { ...state, settings: { threshold: 0.25, curve: 'ROC' } },
    'a setting of another name': { ...state, settings: { constructor: 0.25 } },
    'a prototype for settings': JSON.parse(
      '{"version":1,"metric":"accuracy","settings":{"__proto__":{"threshold":0.25}},"rows":4,"sums":[1,2,1,1,0]}',
    ),
    'what it has inherited': Object.create(state),
    'a prototype from JSON': JSON.parse(`{"__proto__":${JSON.stringify(state)}}`),
    'negative rows': { ...state, rows: -4 },
    'a half row': { ...state, rows: 3.5 },
    'rows that are text': { ...state, rows: '4' },
    'rows that are NaN': { ...state, rows: NaN },
    'rows that are infinite': { ...state, rows: JSON.parse('1e999') },
    'more rows than can be counted': { ...state, rows: 2 ** 53 },
    'more rows than can be counted with what is there': { ...state, rows: Number.MAX_SAFE_INTEGER },
    'sums of no rows': { ...state, rows: 0 },
    'no sums': { ...state, sums: undefined },
    'a sum too few': { ...state, sums: [1, 2, 1, 1] },
    'a sum too many': { ...state, sums: [1, 2, 1, 1, 0, 0] },
    'sums that are an object': { ...state, sums: { length: 5, 0: 1, 1: 2, 2: 1, 3: 1, 4: 0 } },
    'four billion sums': { ...state, sums: sparse },
    'a hole': { ...state, sums: Object.assign([1, 2, 1, 1], { length: 5 }) },
    ...Object.fromEntries(
      [
        null,
        undefined,
        '1',
        '',
        'nan',
        'NaN ',
        '-NaN',
        '0x1',
        '0x1p99999',
        '0x1p-1075',
        true,
        [1],
        {},
        1n,
        NaN,
        Infinity,
        JSON.parse('1e999'),
      ].map((sum) => [`the sum ${typeof sum} ${String(sum)}`, { ...state, sums: [1, 2, 1, 1, sum] }]),
    ),
  };

  it.each(Object.keys(wrong))('%s, by a code, and has changed nothing', async (name) => {
    const { metric, state: before } = await example();
    expect(() => metric.merge(wrong[name] as MetricState)).toThrow(
      expect.objectContaining({
        code: 'METRIC_STATE_INVALID',
        message: expect.stringMatching(/^state must be .*'accuracy'.*"threshold":0.25.* 5 sums, got .{1,200}\.$/s),
      }),
    );
    expect(await metric.state()).toEqual(before);
    expect(metric.updates).toBe(1);
  });

  it('nothing of what it gave', async () => {
    const { metric } = await example();
    metric.merge(state);
    expect((await metric.state()).rows).toBe(7);
  });

  it('by telling what is wrong', () => {
    const refuse = (got: string): unknown => expect.objectContaining({ message: expect.stringContaining(got) });
    const metric = new StreamingMetric(confusion(0.5), precision, { metric: 'precision' });
    expect(() => metric.merge(state)).toThrow(refuse("got the metric 'accuracy'"));
    expect(() => accuracyAt(0.5).merge(state)).toThrow(refuse("got the setting 'threshold' 0.25"));
    expect(() => accuracyAt(0.25).merge({ ...state, sums: [1, 2, null as never, 1, 0] })).toThrow(
      refuse('got the sum null at 2'),
    );
    expect(() => accuracyAt(0.25).merge({ ...state, rows: -4 })).toThrow(refuse('got the number of rows -4'));
    expect(() => accuracyAt(0.25).merge({ ...state, sums: [1] })).toThrow(refuse('got as sums an array of 1'));
  });
});
