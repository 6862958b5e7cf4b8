import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '@tfjs-heads/backends';
import type { EstimatorSpec, EstimatorSpecArgs, Head } from '@tfjs-heads/head-api';
import { LogisticRegressionHead, type LogisticRegressionHeadOptions } from '@tfjs-heads/head-regression';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordBackend, runCases, suiteOf } from '@tfjs-heads/conformance-kit';
import { regressionSubjects } from '@tfjs-heads/head-regression/conformance';
import { type HeadFactory, parseQueries, type Subject } from '@tfjs-heads/conformance-kit/host';

beforeAll(async () => {
  await startBackend({ prefer: ['cpu'], allow: ['cpu'], selfTest: false });
});

/** The checks that a head fails. */
async function failed(create: HeadFactory, ...filters: readonly string[]): Promise<string[]> {
  const subject: Subject = { ...(regressionSubjects['LogisticRegressionHead'] as Subject), create };
  const suite = await suiteOf({ Broken: subject });
  const cases = suite.cases.filter(parseQueries(filters));
  const checks = new Set<string>();
  for await (const { status, check } of runCases({ suite, cases, backend: await recordBackend([]), expectations: [] }))
    if (status !== 'pass') checks.add(check);
  return [...checks];
}

/** A head with some of its methods replaced. */
function broken(changes: (head: Head) => Partial<Pick<Head, 'loss' | 'predictions' | 'updateMetrics'>>): HeadFactory {
  return (options) => {
    const head: Head = new LogisticRegressionHead(options as LogisticRegressionHeadOptions);
    const original = {
      loss: head.loss.bind(head),
      predictions: head.predictions.bind(head),
      updateMetrics: head.updateMetrics.bind(head),
    };
    return Object.assign(head, changes(Object.assign(Object.create(head) as Head, original)));
  };
}

describe('the golden checks', () => {
  it('pass a sound head', async () => {
    expect(await failed((options) => new LogisticRegressionHead(options), '*:golden')).toEqual([]);
  });

  it('find a loss that is a little off, with its gradient', async () => {
    const create = broken((head) => ({ loss: (...given) => tf.mul(head.loss(...given), 1 + 1e-5) }));
    expect(await failed(create, '*:golden:loss:inputs=extreme', '*:golden:gradient:shape=33x1')).toEqual(
      expect.arrayContaining(['loss', 'gradient']),
    );
  });

  it('find predictions in a wrong order, and one that is too much', async () => {
    const turned = broken((head) => ({
      predictions: (logits) => Object.fromEntries(Object.entries(head.predictions(logits)).toReversed()),
    }));
    expect(await failed(turned, '*:golden:predictions:inputs=soft')).toContain('predictions');
    const more = broken((head) => ({ predictions: (logits) => ({ ...head.predictions(logits), more: tf.scalar(0) }) }));
    expect(await failed(more, '*:golden:predictions:inputs=soft')).toContain('predictions');
  });

  it('find weights that metrics overlook', async () => {
    const create = broken((head) => ({
      updateMetrics: (metrics, _, logits, labels) =>
        head.updateMetrics(metrics, { weight: tf.onesLike(labels as tf.Tensor) }, logits, labels),
    }));
    expect(await failed(create, '*:golden:metrics:weights=rows', '*:golden:evaluation')).toEqual([
      'metrics',
      'evaluation',
    ]);
  });

  it('find a spec of another head', async () => {
    const create: HeadFactory = (options) => {
      const other = new LogisticRegressionHead({
        ...options,
        lossReduction: options.lossReduction === 'sum' ? 'auto' : 'sum',
      });
      return Object.assign(new LogisticRegressionHead(options), {
        createEstimatorSpec: other.createEstimatorSpec.bind(other),
      });
    };
    expect(await failed(create, '*:golden:*:shape=5x1', '*:golden:spec', '*:golden:training')).toEqual([
      'spec',
      'training',
    ]);
  });

  it('find exports that lack a key, in the order of the original', async () => {
    const create: HeadFactory = (options) => {
      const head = new LogisticRegressionHead(options);
      const createEstimatorSpec = (given: EstimatorSpecArgs<tf.Tensor, tf.Tensor>): EstimatorSpec => {
        const spec = LogisticRegressionHead.prototype.createEstimatorSpec.call(head, given);
        if (spec.mode !== 'infer') return spec;
        const { serving_default: _, ...exportOutputs } = spec.exportOutputs;
        return { ...spec, exportOutputs };
      };
      return Object.assign(Object.create(head) as LogisticRegressionHead, { createEstimatorSpec });
    };
    expect(await failed(create, '*:golden:spec', '*:golden:exports')).toEqual(['exports']);
  });
});
