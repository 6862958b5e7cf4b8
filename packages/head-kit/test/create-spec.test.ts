import { memory, scalar, tensor } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Metric } from '@tfjs-heads/head-api';
import { createSpec, Mean, predictOutput, regressionOutput, replaceSpec, type SpecFields } from '../src/index.js';

let before = 0;
let loss: Scalar;
let predictions: Tensor;
beforeEach(() => {
  before = memory().numTensors;
  loss = scalar(2);
  predictions = tensor([[1]]);
});
afterEach(() => {
  loss.dispose();
  predictions.dispose();
  expect(memory().numTensors).toBe(before);
});

const trainOp = (): number => 1;
const refuses = (fields: object, code: string, ...fragments: string[]): void => {
  expect(() => createSpec(fields as SpecFields)).toThrow(expect.objectContaining({ code }));
  for (const fragment of fragments) expect(() => createSpec(fields as SpecFields)).toThrow(fragment);
};

describe('line 31: the rules of a spec', () => {
  it('1: training needs a trainOp, which is a function', () => {
    refuses({ mode: 'train', loss }, 'SPEC_INVALID', 'Missing train_op');
    refuses({ mode: 'train', loss, trainOp: 3 }, 'SPEC_INVALID', 'trainOp', 'the number 3');
    refuses({ mode: 'eval', loss, trainOp: 'x' }, 'SPEC_INVALID', 'trainOp');
    expect(createSpec({ mode: 'train', loss, trainOp }).trainOp()).toBe(1);
  });

  it('2: training and evaluation need a loss of one element', () => {
    refuses({ mode: 'train', trainOp }, 'SPEC_INVALID', 'Missing loss');
    refuses({ mode: 'eval' }, 'SPEC_INVALID', 'Missing loss');
    refuses({ mode: 'eval', loss: 2 }, 'SPEC_INVALID', 'loss must be a tensor', 'the number 2');
    const pair = tensor([1, 2]);
    refuses({ mode: 'eval', loss: pair }, 'SPEC_INVALID', 'Loss must be scalar', '[2]');
    pair.dispose();
    const one = tensor([7]);
    const spec = createSpec({ mode: 'eval', loss: one });
    expect(spec.loss.shape).toEqual([]);
    spec.dispose();
  });

  it('3: predicting needs predictions that are tensors', () => {
    refuses({ mode: 'infer' }, 'SPEC_INVALID', 'Missing predictions');
    refuses({ mode: 'infer', predictions: 3 }, 'SPEC_INVALID', 'predictions');
    refuses({ mode: 'infer', predictions: { p: 3 } }, 'SPEC_INVALID', "predictions['p']", 'the number 3');
    expect(createSpec({ mode: 'eval', loss }).predictions).toEqual({});
    expect(createSpec({ mode: 'infer', predictions }).predictions).toEqual({ output: predictions });
  });

  it('4 and line 33: export outputs have a default', () => {
    const map = { p: predictions };
    const value = regressionOutput({ value: predictions });
    expect(createSpec({ mode: 'infer', predictions: map }).exportOutputs).toEqual({
      serving_default: predictOutput({ outputs: map }),
    });
    const one = createSpec({ mode: 'infer', predictions: map, exportOutputs: { mine: value } }).exportOutputs;
    expect(one).toEqual({ mine: value, serving_default: value });
    const named = { a: value, serving_default: predictOutput({ outputs: map }) };
    expect(createSpec({ mode: 'infer', predictions: map, exportOutputs: named }).exportOutputs).toEqual(named);
    refuses(
      { mode: 'infer', predictions: map, exportOutputs: { a: value, b: value } },
      'EXPORT_OUTPUT_INVALID',
      '["a","b"]',
    );
    refuses({ mode: 'infer', predictions: map, exportOutputs: 3 }, 'EXPORT_OUTPUT_INVALID', 'the number 3');
    refuses(
      { mode: 'infer', predictions: map, exportOutputs: { a: predictions } },
      'EXPORT_OUTPUT_INVALID',
      "exportOutputs['a']",
    );
    // Looked at to predict only.
    expect(() => createSpec({ mode: 'eval', loss, exportOutputs: 3 as never })).not.toThrow();
  });

  it('5: hooks are lists of objects with a method of a hook', () => {
    const hook = { begin: (): void => undefined };
    const spec = createSpec({ mode: 'train', loss, trainOp, trainingHooks: [hook] });
    expect([spec.trainingHooks, spec.trainingChiefHooks, spec.evaluationHooks, spec.predictionHooks]).toEqual([
      [hook],
      [],
      [],
      [],
    ]);
    for (const name of ['trainingHooks', 'trainingChiefHooks', 'evaluationHooks', 'predictionHooks']) {
      refuses({ mode: 'train', loss, trainOp, [name]: [{}] }, 'SPEC_INVALID', name);
      refuses({ mode: 'train', loss, trainOp, [name]: hook }, 'SPEC_INVALID', name);
    }
  });

  it('6: metrics have seen a batch', () => {
    refuses({ mode: 'eval', loss, evalMetricOps: 3 }, 'EVAL_METRICS_INVALID', 'the number 3');
    refuses({ mode: 'eval', loss, evalMetricOps: { m: 3 } }, 'EVAL_METRICS_INVALID', "evalMetricOps['m']");
    const mean = new Mean();
    refuses({ mode: 'eval', loss, evalMetricOps: { m: mean } }, 'EVAL_METRICS_INVALID', 'Please call update');
    mean.update(predictions);
    expect(createSpec({ mode: 'eval', loss, evalMetricOps: { m: mean } }).evalMetricOps).toEqual({ m: mean });
  });

  it('6: a metric of somebody else is held to it, too, if it tells of its updates', () => {
    const metric = (updates?: number): Metric => ({
      ...(updates !== undefined && { updates }),
      update: () => undefined,
      result: async () => 0,
      reset: () => undefined,
      state: async () => ({ version: 1, metric: 'mine', settings: {}, rows: 0, sums: [] }),
      merge: () => undefined,
      dispose: () => undefined,
    });
    refuses(
      { mode: 'eval', loss, evalMetricOps: { m: metric(0) } },
      'EVAL_METRICS_INVALID',
      'Please call update',
      "evalMetricOps['m']",
    );
    expect(() =>
      createSpec({ mode: 'eval', loss, evalMetricOps: { told: metric(1), untold: metric() } }),
    ).not.toThrow();
  });

  it('7 and 8: there is no scaffold, nor any other field; tensors are alive', () => {
    refuses({ mode: 'eval', loss, scaffold: {} }, 'SPEC_INVALID', "'scaffold'");
    refuses(3 as never, 'SPEC_INVALID');
    const gone = scalar(1);
    gone.dispose();
    refuses({ mode: 'eval', loss: gone }, 'TENSOR_DISPOSED', 'loss', 'disposed');
    refuses({ mode: 'infer', predictions: { p: gone } }, 'TENSOR_DISPOSED', "predictions['p']", 'disposed');
  });

  it('knows its mode, and is frozen', () => {
    refuses({ mode: 'predict', predictions }, 'MODE_INVALID', 'train, eval, infer', '"predict"');
    refuses({ loss }, 'MODE_INVALID', 'undefined');
    const specs = [
      createSpec({ mode: 'train', loss, trainOp }),
      createSpec({ mode: 'eval', loss }),
      createSpec({ mode: 'infer', predictions }),
    ];
    expect(specs.every(Object.isFrozen)).toBe(true);
    const hooks = ['trainingChiefHooks', 'trainingHooks', 'evaluationHooks', 'predictionHooks'];
    expect(specs.map((spec) => Object.keys(spec))).toEqual([
      ['mode', 'loss', 'trainOp', 'summaries', 'evalMetricOps', ...hooks, 'dispose', 'predictions'],
      ['mode', 'loss', 'evalMetricOps', ...hooks, 'dispose', 'predictions'],
      ['mode', 'exportOutputs', ...hooks, 'dispose', 'predictions'],
    ]);
  });

  it('is replaced field by field, the mode never', () => {
    const spec = createSpec({ mode: 'train', loss, trainOp, predictions });
    const other = replaceSpec(spec, { trainOp: () => 2 });
    expect(other.mode === 'train' && [other.trainOp(), other.loss, other.predictions]).toEqual([
      2,
      loss,
      { output: predictions },
    ]);
    expect(() => replaceSpec(spec, { mode: 'eval' })).toThrow('mode of EstimatorSpec cannot be changed');
    expect(() => replaceSpec(spec, { loss: 3 as never })).toThrow(expect.objectContaining({ code: 'SPEC_INVALID' }));
    expect(() => replaceSpec({} as never, {})).toThrow(expect.objectContaining({ code: 'SPEC_INVALID' }));
  });

  it('releases what it holds, once', () => {
    let released = 0;
    const spec = createSpec({
      mode: 'train',
      loss,
      trainOp,
      predictions: { p: predictions },
      onDispose: () => released++,
    });
    spec.dispose();
    expect([loss.isDisposed, predictions.isDisposed, released]).toEqual([true, true, 1]);
  });

  it('releases exports that are no predictions, and metrics, with the spec', async () => {
    const value = tensor([1]);
    createSpec({
      mode: 'infer',
      predictions: { a: scalar(1) },
      exportOutputs: { only: regressionOutput({ value }) },
    }).dispose();
    expect(value.isDisposed).toBe(true);
    const mean = new Mean();
    mean.merge({ version: 1, metric: 'mean', settings: {}, rows: 2, sums: [6, 2] });
    createSpec({ mode: 'eval', loss: scalar(1), evalMetricOps: { mean } }).dispose();
    expect(await mean.result()).toBe(0);
  });
});
