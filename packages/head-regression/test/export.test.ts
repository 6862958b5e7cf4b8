import * as tf from '@tensorflow/tfjs-core';
import type { ExportOutputs } from '@tfjs-heads/head-api';
import {
  BaseHead,
  classificationOutput,
  createSpec,
  type ElementLoss,
  Mean,
  type MetricDefinition,
  predictOutput,
  regressionOutput,
  replaceSpec,
  signaturesOf,
  squaredError,
} from '@tfjs-heads/head-kit';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { expect } from './support/expect.js';
import { threeHeads } from './support/heads.js';
import { inMode } from './support/spec.js';

releaseTensors();

const logits = () => tf.tensor2d([[1], [-2], [3]]);
const predict = (head = new RegressionHead({ inverseLinkFn: tf.exp })) => inMode('infer', head.createEstimatorSpec({ mode: 'infer', logits: logits() }));

describe.each(threeHeads)('line 38: the exports of a $head', ({ create }) => {
  it('are serving_default, regression and predict', () => {
    const { exportOutputs, predictions } = predict(create() as RegressionHead);
    expect(Object.keys(exportOutputs)).toEqual(['serving_default', 'regression', 'predict']);
    expect(exportOutputs['serving_default']).toBe(exportOutputs['regression']);
    expect(exportOutputs['regression']).toEqual({ kind: 'regression', value: predictions['predictions'] });
    expect(exportOutputs['predict']).toEqual({ kind: 'predict', outputs: predictions });
  });

  it('have no name of the head in them', () => {
    const { exportOutputs } = predict(create({ name: 'h' }) as RegressionHead);
    expect(Object.keys(exportOutputs)).toEqual(['serving_default', 'regression', 'predict']);
  });
});

describe('line 32: export outputs', () => {
  it('of a regression hold float values', () => {
    const { exportOutputs } = predict();
    const { regression } = exportOutputs;
    expect(regression?.kind === 'regression' && regression.value).toMatchObject({ dtype: 'float32', shape: [3, 1] });
    expect(() => regressionOutput({ value: tf.zeros([3, 1], 'int32') })).toThrowCoded('EXPORT_OUTPUT_INVALID', ['value', 'int32', '[3,1]']);
  });

  it('of a classification hold float scores, string classes, or both', () => {
    const [scores, classes] = [tf.zeros([3, 2]), tf.tensor1d(['a', 'b'])];
    expect(classificationOutput({ scores, classes })).toEqual({ kind: 'classification', scores, classes });
    expect(classificationOutput({ scores })).toEqual({ kind: 'classification', scores });
    expect(() => classificationOutput({})).toThrowCoded('EXPORT_OUTPUT_INVALID', ['scores', 'classes']);
    expect(() => classificationOutput({ classes: tf.zeros([2]) })).toThrowCoded('EXPORT_OUTPUT_INVALID', ['classes', 'float32']);
    expect(() => classificationOutput({ scores: tf.zeros([2], 'bool') })).toThrowCoded('EXPORT_OUTPUT_INVALID', ['scores', 'bool']);
  });

  it('of predictions hold a map, or one tensor under the name output', () => {
    const value = tf.zeros([2]);
    expect(predictOutput({ outputs: value })).toEqual({ kind: 'predict', outputs: { output: value } });
    expect(predictOutput({ outputs: { 'head/logits': value } }).outputs).toHaveProperty(['head/logits'], value);
    expect(() => predictOutput({ outputs: { a: 7 as never } })).toThrowCoded('EXPORT_OUTPUT_INVALID', ["outputs['a']", '7']);
    expect(() => predictOutput({ outputs: 7 as never })).toThrowCoded('EXPORT_OUTPUT_INVALID', ['outputs', '7']);
  });
});

/** A regression that exports what a test wants. */
class ExportingHead extends BaseHead {
  readonly #exports: ExportOutputs;
  protected override readonly elementLoss: ElementLoss = squaredError;
  constructor(exports: ExportOutputs) {
    super({ logitsDimension: 1 });
    this.#exports = exports;
  }
  protected override predictors(given: tf.Tensor): Record<string, () => tf.Tensor> {
    return { predictions: () => given };
  }
  protected override metricDefinitions(): readonly MetricDefinition[] {
    return [{ key: 'mean', create: () => new Mean(), inputs: ({ logits: given }) => [given] }];
  }
  protected override exportsOf(): ExportOutputs {
    return this.#exports;
  }
}

describe('line 33: the default serving entry of a head', () => {
  const output = () => predictOutput({ outputs: tf.zeros([1]) });
  const exportsOf = (exports: ExportOutputs) => inMode('infer', new ExportingHead(exports).createEstimatorSpec({ mode: 'infer', logits: logits() })).exportOutputs;

  it('is its only entry', () => {
    const only = output();
    expect(exportsOf({ mine: only })).toEqual({ mine: only, serving_default: only });
  });

  it('is the one of that name among several', () => {
    const exports = { mine: output(), serving_default: output() };
    expect(exportsOf(exports)).toEqual(exports);
  });

  it('is wanted among several, and among none', () => {
    expect(() => exportsOf({ a: output(), b: output() })).toThrowCoded('EXPORT_OUTPUT_INVALID', ['serving_default', '"a","b"']);
    expect(() => exportsOf({})).toThrowCoded('EXPORT_OUTPUT_INVALID', ['serving_default']);
  });

  it('has to be an export output', () => {
    expect(() => exportsOf({ serving_default: tf.zeros([1]) as never })).toThrowCoded('EXPORT_OUTPUT_INVALID', ["exportOutputs['serving_default']"]);
  });
});

describe('line 34: the signatures of a head', () => {
  it('are one for each export', () => {
    const { exportOutputs, predictions } = predict();
    expect(signaturesOf(exportOutputs)).toEqual({
      serving_default: { method: 'regress', outputs: { outputs: predictions['predictions'] } },
      regression: { method: 'regress', outputs: { outputs: predictions['predictions'] } },
      predict: { method: 'predict', outputs: predictions },
    });
  });
});

describe('line 31: the spec of a head', () => {
  const loss = () => tf.scalar(1);
  const trainOp = () => 0;

  it('is checked as the original checks it', () => {
    expect(() => createSpec({ mode: 'train', trainOp })).toThrowCoded('SPEC_INVALID', ['Missing loss']);
    expect(() => createSpec({ mode: 'train', loss: loss() })).toThrowCoded('SPEC_INVALID', ['Missing train_op']);
    expect(() => createSpec({ mode: 'eval' })).toThrowCoded('SPEC_INVALID', ['Missing loss']);
    expect(() => createSpec({ mode: 'infer' })).toThrowCoded('SPEC_INVALID', ['Missing predictions']);
    expect(() => createSpec({ mode: 'eval', loss: tf.zeros([2]) })).toThrowCoded('SPEC_INVALID', ['Loss must be scalar', '[2]']);
    const evalMetricOps = new RegressionHead().metrics();
    expect(() => createSpec({ mode: 'eval', loss: loss(), evalMetricOps })).toThrowCoded('EVAL_METRICS_INVALID', ['call update first']);
  });

  it('can have fields replaced, but not its mode', () => {
    const spec = new RegressionHead().createEstimatorSpec({ mode: 'train', logits: logits(), labels: tf.zeros([3]), trainOpFn: () => 'head' });
    const hook = { end: () => undefined };
    const replaced = inMode('train', replaceSpec(spec, { trainOp: () => 'mine', trainingHooks: [hook] }));
    expect(replaced.trainOp()).toBe('mine');
    expect(replaced.trainingHooks).toEqual([hook]);
    expect(replaced.loss).toBe(inMode('train', spec).loss);
    expect(() => replaceSpec(spec, { mode: 'eval' })).toThrowCoded('SPEC_INVALID', ['mode', 'train', 'eval']);
  });

  it('cannot be changed in place', () => {
    const spec = predict();
    expect(() => Object.assign(spec, { predictions: {} })).toThrow(TypeError);
  });
});
