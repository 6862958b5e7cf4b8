import { add, cast, mul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { Predictions } from '@tfjs-heads/head-api';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type GoldenCase,
  type GoldenFile,
  type GoldenPrediction,
  type GoldenValues,
  startForSuite,
} from '@tfjs-heads/conformance-kit';
import { queryOf, runCases, suiteOf, type BackendRecord, type Subject } from '../src/index.js';
import { breakHead, inMode, right, withResult } from './broken-heads/broken-head.js';

let record: BackendRecord;
beforeAll(async () => {
  const started = await startForSuite('cpu');
  if ('unavailable' in started) throw new Error(started.unavailable);
  ({ record } = started);
});

/** What the golden checks of one case, the evaluations and the trainings say of a head: check to message, of those that fail. */
async function complaints(
  subject: Subject,
  change: (goldens: GoldenFile) => GoldenFile = (same) => same,
): Promise<Record<string, string>> {
  const suite = await suiteOf({ Head: subject });
  const goldens = change(suite.goldens.get('Head') as GoldenFile);
  const isMeant = /^Head:golden:(spec|exports|evaluation:batches=3|training:optimizer=adam|\w+:inputs=43-and-44)/;
  const said: Record<string, string> = {};
  const cases = suite.cases.filter((testCase) => isMeant.test(queryOf(testCase)));
  for await (const { check, message, status } of runCases({
    suite: { ...suite, goldens: new Map([['Head', goldens]]) },
    cases,
    backend: record,
    expectations: [],
  })) {
    if (status !== 'pass') said[check] = message ?? '';
  }
  return said;
}

/** All cases changed in one way. */
const casesWith =
  (change: (golden: GoldenCase) => Partial<GoldenCase>) =>
  (goldens: GoldenFile): GoldenFile => ({
    ...goldens,
    cases: goldens.cases.map((golden) => ({ ...golden, ...change(golden) })),
  });

type Golden = GoldenValues | GoldenPrediction;

/** The first number off by 1e-4 of it, or by as much near 0. */
function off<T extends Golden>(golden: T): T {
  const [first, ...rest] = golden.values.map(Number) as [number, ...number[]];
  return { ...golden, values: [first + 1e-4 * Math.max(1, Math.abs(first)), ...rest] };
}

const eachOff = <T extends Golden>(goldens: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(goldens).map(([key, golden], i, { length }) => [key, i === length - 1 ? off(golden) : golden]),
  );

const turned = <T>(map: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(map).toReversed());

describe('of goldens', () => {
  it('that are right, no check complains', async () => {
    expect(await complaints(right)).toEqual({});
  });

  it.each<{ wrong: string; change: (goldens: GoldenFile) => GoldenFile; said: Record<string, string> }>([
    {
      wrong: 'loss',
      change: casesWith(({ loss }) => ({ loss: off(loss) })),
      said: { loss: 'the loss[0]', gradient: 'the loss under the tape[0]', spec: 'the loss of the train spec[0]' },
    },
    {
      wrong: 'gradient',
      change: casesWith(({ gradient }) => ({ gradient: off(gradient as GoldenValues) })),
      said: { gradient: 'the gradient[0]' },
    },
    {
      wrong: 'prediction',
      change: casesWith(({ predictions }) => ({ predictions: eachOff(predictions) })),
      said: {
        predictions: 'the prediction predictions[0]',
        spec: 'the prediction predictions[0]',
        exports: 'value of serving_default[0]',
      },
    },
    {
      wrong: 'metric',
      change: casesWith(({ metrics }) => ({ metrics: eachOff(metrics) })),
      said: { metrics: 'the metric label/mean[0]', spec: 'the metric label/mean[0]' },
    },
    {
      wrong: 'order of metrics',
      change: casesWith(({ metrics }) => ({ metrics: turned(metrics) })),
      said: { metrics: 'the metric keys', spec: 'the metric keys' },
    },
    {
      wrong: 'metric of an evaluation',
      change: (file) => ({
        ...file,
        evaluations: file.evaluations.map((golden) => ({ ...golden, metrics: eachOff(golden.metrics) })),
      }),
      said: { evaluation: 'the metric label/mean[0]' },
    },
    {
      wrong: 'loss of a step',
      change: (file) => ({
        ...file,
        trainings: file.trainings.map((golden) => ({ ...golden, losses: off(golden.losses) })),
      }),
      said: { training: 'the losses[0]' },
    },
    {
      wrong: 'variable after the steps',
      change: (file) => ({
        ...file,
        trainings: file.trainings.map((golden) => ({
          ...golden,
          end: golden.end.map((end, i) => (i === 3 ? off(end) : end)),
        })),
      }),
      said: { training: 'the last bias[0]' },
    },
    {
      wrong: 'kind of an export',
      change: (file) => ({ ...file, exports: { ...file.exports, regression: { kind: 'predict', outputs: {} } } }),
      said: { exports: 'the kind of regression' },
    },
    {
      wrong: 'order of exports',
      change: (file) => ({ ...file, exports: turned(file.exports ?? {}) }),
      said: { exports: 'the serving keys' },
    },
  ])('a wrong $wrong is named by each check that it stands in', async ({ change, said }) => {
    const complained = await complaints(right, change);
    expect(Object.keys(complained).toSorted()).toEqual(Object.keys(said).toSorted());
    for (const [check, text] of Object.entries(said)) expect(complained[check]).toContain(text);
  });
});

const allMoved = (predictions: Predictions): Predictions =>
  Object.fromEntries(Object.entries(predictions).map(([key, values]) => [key, add(values as Tensor, 1)]));

describe('of a head', () => {
  it.each<{ wrong: string; change: Parameters<typeof breakHead>[0]; check: string; says: string }>([
    {
      wrong: 'shape of the loss',
      change: ({ loss }) => ({ loss: (...args) => reshape(loss(...args), [1]) as never }),
      check: 'loss',
      says: 'the shape of the loss',
    },
    {
      wrong: 'dtype of predictions',
      change: ({ predictions }) => ({
        predictions: (...args) => ({ predictions: cast(predictions(...args).predictions as Tensor, 'int32') }),
      }),
      check: 'predictions',
      says: 'the dtype of the prediction',
    },
    {
      wrong: 'loss to train',
      change: inMode('train', ({ loss }) => ({ loss: mul(loss, 2) })),
      check: 'spec',
      says: 'the loss of the train spec',
    },
    {
      wrong: 'result of trainOp',
      change: inMode('train', () => ({ trainOp: () => undefined })),
      check: 'spec',
      says: 'what trainOp returned',
    },
    {
      wrong: 'metrics to train',
      change: inMode('train', () => ({ evalMetricOps: { loss: {} } })),
      check: 'spec',
      says: 'the metrics of the train spec',
    },
    {
      wrong: 'loss to evaluate',
      change: inMode('eval', ({ loss }) => ({ loss: mul(loss, 2) })),
      check: 'spec',
      says: 'the loss of the eval spec',
    },
    {
      wrong: 'predictions to evaluate',
      change: inMode('eval', ({ predictions }) => ({ predictions: allMoved(predictions) })),
      check: 'spec',
      says: 'the prediction predictions',
    },
    {
      wrong: 'metrics to evaluate',
      change: inMode('eval', ({ evalMetricOps }) => ({
        evalMetricOps: Object.fromEntries(
          Object.entries(evalMetricOps).map(([key, metric]) => [key, withResult(metric, (result) => 2 * result)]),
        ),
      })),
      check: 'spec',
      says: 'the metric average_loss',
    },
    {
      wrong: 'predictions to predict',
      change: inMode('infer', ({ predictions }) => ({ predictions: allMoved(predictions) })),
      check: 'spec',
      says: 'the prediction predictions',
    },
    { wrong: 'mode', change: inMode('infer', () => ({ mode: 'eval' })), check: 'spec', says: 'the mode of the spec' },
  ])('a wrong $wrong is named by the check $check', async ({ change, check, says }) => {
    expect((await complaints(breakHead(change)))[check]).toContain(says);
  });
});
