import { add, cast, fill, getBackend, mul, profile, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { Metrics } from '@tfjs-heads/head-api';
import { beforeAll, expect, it } from 'vitest';
import { type BatchTensors, headAndBatch, inputsOf, startForSuite } from '@tfjs-heads/conformance-kit';
import { queryOf, runCases, suiteOf, type BackendRecord, type Subject } from '../src/index.js';
import { breakHead, inMode, right, withResult, type BrokenHead } from './broken-heads/broken-head.js';
import { brokenHeads } from './broken-heads/index.js';

let record: BackendRecord;
beforeAll(async () => {
  const started = await startForSuite('cpu');
  if ('unavailable' in started) throw new Error(started.unavailable);
  ({ record } = started);
});

/** What the parity checks say of a head: the query without its name to the message, of those that fail. */
async function complaints(subject: Subject): Promise<Record<string, string>> {
  const suite = await suiteOf({ Head: subject });
  const said: Record<string, string> = {};
  const cases = suite.cases.filter(({ family }) => family === 'parity');
  for await (const result of runCases({ suite, cases, backend: record, expectations: [] })) {
    if (result.status !== 'pass') said[queryOf(result).replace('Head:parity:', '')] = result.message ?? '';
  }
  return said;
}

/** 1.0001 on the backend under test, 1 on the reference. */
const factor = (): number => (getBackend() === 'cpu' ? 1.0001 : 1);
const isUnderTest = (): boolean => getBackend() === 'cpu';

const withNumber = (make: (rows: number[]) => Tensor) =>
  breakHead(({ predictions }) => ({
    predictions: (logits, keys) => ({ ...predictions(logits, keys), more: make(logits.shape.slice(0, -1)) }),
  }));

const measured = (metrics: Metrics): Metrics => {
  const by = factor();
  return Object.fromEntries(
    Object.entries(metrics).map(([key, metric]) => [key, withResult(metric, (result) => result * by)]),
  );
};

const [outputs, specs] = ['outputs:rows=33', 'specs:mode='];

it.each<{ wrong: string; subject: Subject; by: string; says: string }>([
  {
    wrong: 'gradient',
    subject: (brokenHeads['GradientOnThisBackend'] as BrokenHead).subject,
    by: outputs,
    says: 'gradient[',
  },
  {
    wrong: 'metrics',
    subject: breakHead(({ updateMetrics }) => ({ updateMetrics: (...args) => measured(updateMetrics(...args)) })),
    by: outputs,
    says: 'metrics/average_loss[0]',
  },
  {
    wrong: 'dtype',
    subject: withNumber((rows) => cast(fill(rows, 1), isUnderTest() ? 'int32' : 'float32')),
    by: outputs,
    says: 'the dtype of predictions/more',
  },
  {
    wrong: 'shape',
    subject: withNumber((rows) => reshape(fill(rows, 1), isUnderTest() ? [...rows, 1] : rows)),
    by: outputs,
    says: 'the shape of predictions/more',
  },
  {
    wrong: 'whole number',
    subject: withNumber((rows) => fill(rows, isUnderTest() ? 1_000_001 : 1_000_000, 'int32')),
    by: outputs,
    says: 'predictions/more[0]',
  },
  {
    wrong: 'key',
    subject: breakHead(({ predictions }) => ({
      predictions: (logits, keys) => ({ ...predictions(logits, keys), ...(isUnderTest() && { more: add(logits, 1) }) }),
    })),
    by: outputs,
    says: 'the names of the outputs',
  },
  {
    wrong: 'loss of weighted rows',
    subject: breakHead(({ loss }, { weightColumn }) => ({
      loss: (...args) => mul(loss(...args), weightColumn === undefined ? 1 : factor()),
    })),
    by: 'outputs:rows=256,weights=rows',
    says: 'loss[0]',
  },
  {
    wrong: 'summary',
    subject: breakHead(
      inMode('train', ({ summaries }) => ({
        summaries: Object.fromEntries(Object.entries(summaries).map(([key, summary]) => [key, mul(summary, factor())])),
      })),
    ),
    by: `${specs}train,rows=33,weights=rows`,
    says: 'summaries/loss[0]',
  },
  {
    wrong: 'metric of an evaluation',
    subject: breakHead(inMode('eval', ({ evalMetricOps }) => ({ evalMetricOps: measured(evalMetricOps) }))),
    by: `${specs}eval,rows=33,weights=rows`,
    says: 'metrics/average_loss[0]',
  },
  {
    wrong: 'export',
    subject: breakHead(
      inMode('infer', ({ predictions }) => ({
        exportOutputs: {
          serving_default: { kind: 'regression', value: mul(predictions['predictions'] as Tensor, factor()) },
        },
      })),
    ),
    by: `${specs}infer,rows=33,weights=rows`,
    says: 'exportOutputs/serving_default/regression/value[',
  },
])('another $wrong on the backend under test is named', async ({ subject, by, says }) => {
  expect((await complaints(subject))[by]).toContain(says);
});

it('what is the same on both is not', async () => {
  expect(await complaints(right)).toEqual({});
});

it.each([
  { madeBy: 'device' as const, kernels: ['Sub'] },
  { madeBy: undefined, kernels: [] },
])('inputs made by $madeBy come from $kernels, with the same values', async ({ madeBy, kernels }) => {
  const { batch } = headAndBatch(right, { rows: 3, weights: 'rows' });
  let inputs: BatchTensors | undefined;
  const { kernelNames } = await profile(() => {
    inputs = inputsOf(batch, madeBy);
  });
  expect(kernelNames).toEqual(kernels); // each name once
  const { logits, labels } = batch as Readonly<Record<'logits' | 'labels', { readonly values: readonly number[] }>>;
  const made = inputs as unknown as Readonly<Record<'logits' | 'labels', Tensor>>;
  expect(Array.from(await made.logits.data())).toEqual(logits.values);
  expect(Array.from(await made.labels.data())).toEqual(labels.values);
});
