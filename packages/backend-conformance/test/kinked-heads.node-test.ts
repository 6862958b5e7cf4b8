import { abs, add, cast, greater, less, mul, neg, relu, sign, sub, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startForSuite } from '@tfjs-heads/conformance-kit';
import { runCases, suiteOf, type BackendRecord, type CaseResult, type Subject } from '../src/index.js';
import {
  clipped,
  cubedBeyond,
  hinge,
  huber,
  insensitive,
  kinkedHead,
  pinball,
  squareOrLine,
  type Kinked,
} from './other-heads/kinked-heads.js';

let record: BackendRecord;
beforeAll(async () => {
  const started = await startForSuite('cpu');
  if ('unavailable' in started) throw new Error(started.unavailable);
  ({ record } = started);
});

async function failures(subject: Subject, isMeant: (check: string) => boolean): Promise<string[]> {
  const suite = await suiteOf({ Kinked: subject });
  const cases = suite.cases.filter((testCase) => testCase.subject === 'Kinked' && isMeant(testCase.check));
  const results: CaseResult[] = [];
  for await (const result of runCases({ suite, cases, backend: record, expectations: [] })) results.push(result);
  return results.filter(({ status }) => status !== 'pass').map(({ query, message }) => `${query}: ${message}`);
}

const ofGradients = (check: string): boolean => check.startsWith('gradient');

const deltas = [0.02, 0.25, 0.5, 0.65, 0.75, 1, 1.35, 1.55, 2, 2.5, 4, 5.5];
const families: Readonly<Record<string, (parameter: number) => Kinked>> = {
  huber,
  insensitive,
  clipped,
  hinge,
  squareOrLine,
  cubedBeyond,
};

describe('a right head whose loss has kinks passes what is asked of gradients', () => {
  it.each(Object.entries(families))('%s', async (_, family) => {
    for (const delta of deltas)
      expect(await failures(kinkedHead(family(delta)), ofGradients), `at ${delta}`).toEqual([]);
  });

  it('pinball', async () => {
    for (const quantile of [0.01, 0.05, 0.1, 0.25, 0.5, 0.65, 0.75, 0.9, 0.99]) {
      expect(await failures(kinkedHead(pinball(quantile)), ofGradients), `at ${quantile}`).toEqual([]);
    }
  });

  it.each(Object.entries({ huber: huber(0.65), clipped: clipped(2) }))('and all else: %s', async (_, kinked) => {
    expect(await failures(kinkedHead(kinked), () => true)).toEqual([]);
  });
});

/** 1 where it holds. */
const where = (condition: Tensor): Tensor => cast(condition, 'float32');

/** One side of the slope, off by a share. */
const offAbove =
  (bound: number, share: number) =>
  (slope: Kinked['slope']): Kinked['slope'] =>
  (e) =>
    mul(slope(e), add(1, mul(where(greater(e, bound)), share)));
const offWithin =
  (bound: number, share: number) =>
  (slope: Kinked['slope']): Kinked['slope'] =>
  (e) =>
    mul(slope(e), add(1, mul(where(less(abs(e), bound)), share)));

describe('a head whose slope is wrong on one side of a kink fails', () => {
  it.each<[string, (delta: number) => Kinked]>([
    ['a Huber loss, 1 % off above', (delta) => ({ ...huber(delta), slope: offAbove(delta, 0.01)(huber(delta).slope) })],
    [
      'a Huber loss, 2 % off within',
      (delta) => ({ ...huber(delta), slope: offWithin(delta, 0.02)(huber(delta).slope) }),
    ],
    ['a Huber loss without a bound', (delta) => ({ ...huber(delta), slope: (e) => e })],
    ['a Huber loss that is straight everywhere', (delta) => ({ ...huber(delta), slope: (e) => mul(sign(e), delta) })],
    ['an insensitive loss that is not', (delta) => ({ ...insensitive(delta), slope: sign })],
    ['a hinge, 1 % off', (delta) => ({ ...hinge(delta), slope: (e) => mul(hinge(delta).slope(e), 1.01) })],
    ['a hinge with a slope on both sides', (delta) => ({ ...hinge(delta), slope: () => neg(where(less(0, 1))) })],
    [
      'a hinge whose margin is another for the slope',
      (delta) => ({ ...hinge(delta), slope: hinge(delta + 0.05).slope }),
    ],
    ['a clipped square with the slope of one that is not', (delta) => ({ ...clipped(delta), slope: (e) => mul(e, 2) })],
    ['a square or line with the slope of the square', (delta) => ({ ...squareOrLine(delta), slope: (e) => mul(e, 2) })],
    [
      'a cube, 2 % off',
      (delta) => ({
        ...cubedBeyond(delta),
        slope: (e) => add(e, mul(mul(sign(e), 1.53), mul(relu(sub(abs(e), delta)), relu(sub(abs(e), delta))))),
      }),
    ],
  ])('%s', async (_, family) => {
    for (const delta of [0.25, 0.65, 0.7, 1, 1.55, 2.5])
      expect(await failures(kinkedHead(family(delta)), ofGradients), `at ${delta}`).not.toEqual([]);
  });

  it('a pinball loss, 1 % off below', async () => {
    for (const quantile of [0.1, 0.5, 0.9]) {
      const slope: Kinked['slope'] = (e) => mul(pinball(quantile).slope(e), add(1, mul(where(less(e, 0)), 0.01)));
      expect(await failures(kinkedHead({ ...pinball(quantile), slope }), ofGradients), `at ${quantile}`).not.toEqual(
        [],
      );
    }
  });
});
