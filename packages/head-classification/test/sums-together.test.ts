// The metrics of a binary head, which sums them up in one walk, are to the bit those of one that does so one by one.
import { dispose, memory, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { MetricState } from '@tfjs-heads/head-api';
import { fromEach, type Quantities, updateTogether } from '@tfjs-heads/head-kit';
import { expect, it } from 'vitest';
import { BinaryClassHead } from '../src/index.js';

/** One with quantities of its own, be they the same: what it sums up is not known. */
class OneByOne extends BinaryClassHead {
  protected override quantities(): Quantities {
    return super.quantities();
  }
}

class Undecided extends BinaryClassHead {
  protected override quantities(): Quantities {
    return { logistic: fromEach('logits', () => 0.25) };
  }
}

type Batch = Readonly<Record<'logits' | 'labels' | 'weight', Tensor>>;
const wave = (rows: number, frequency: number, size: number): number[] =>
  Array.from({ length: rows }, (_, i) => size * Math.sin(frequency * (i + 1)));

/** @param soft Of so many labels one is a probability. */
function batchOf(rows: number, soft = Infinity): Batch {
  return {
    logits: tensor(wave(rows, 12.9898, 8), [rows, 1]),
    labels: tensor(
      wave(rows, 78.233, 1).map((value, i) => (i % soft === soft - 1 ? Math.abs(value) : Number(value > 0))),
      [rows, 1],
    ),
    weight: tensor(
      wave(rows, 4.581, 3).map((value, i) => (i % 10 === 0 ? 0 : Math.abs(value))),
      [rows],
    ),
  };
}

async function statesOf(head: BinaryClassHead, batches: readonly Batch[]): Promise<Record<string, MetricState>> {
  const metrics = head.metrics();
  for (const { logits, labels, weight } of batches) head.updateMetrics(metrics, { weight }, logits, labels);
  const states: Record<string, MetricState> = {};
  for (const [key, metric] of Object.entries(metrics)) states[key] = (await metric.state?.()) as MetricState;
  return states;
}

it.each([
  ['no weights', {}],
  ['weights', { weightColumn: 'weight' }],
  ['thresholds', { weightColumn: 'weight', thresholds: [0.1, 0.9] }],
  ['a name', { name: 'a' }],
])('with %s', async (_, options) => {
  const batches = [batchOf(3), batchOf(64), batchOf(300, 9), batchOf(2100), batchOf(1024)];
  const before = memory().numTensors;
  const states = await statesOf(new BinaryClassHead(options), batches);
  expect(states).toEqual(await statesOf(new OneByOne(options), batches));
  expect(Object.values(states).map(({ rows }) => rows)).toEqual(Object.keys(states).map(() => 3491));
  expect(memory().numTensors).toBe(before);
  for (const batch of batches) dispose({ ...batch });
});

it('of several batches in one read, each has its own', async () => {
  const [head, other] = [new BinaryClassHead(), new BinaryClassHead({ name: 'other' })];
  const [first, second] = [batchOf(256), batchOf(1024, 9)];
  const metrics = { ...head.metrics(), ...other.metrics() };
  for (let times = 0; times < 2; times++) {
    updateTogether(() => {
      head.updateMetrics(metrics, {}, first.logits, first.labels);
      other.updateMetrics(metrics, {}, second.logits, second.labels);
    });
  }
  const together = await Promise.all(Object.values(metrics).map((metric) => metric.state?.()));
  const alone = [await statesOf(head, [first, first]), await statesOf(other, [second, second])];
  expect(together).toEqual(alone.flatMap((states) => Object.values(states)));
  dispose([first, second].map((batch) => ({ ...batch })));
});

it('a head with probabilities of its own has metrics of these', async () => {
  const { logits, labels, weight } = batchOf(100);
  const head = new Undecided();
  const metrics = head.updateMetrics(head.metrics(), {}, logits, labels);
  expect(await metrics['prediction/mean']?.result()).toBe(0.25);
  dispose([logits, labels, weight]);
});
