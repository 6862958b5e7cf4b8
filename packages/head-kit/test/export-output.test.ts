import { dispose, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { classificationOutput, predictOutput, regressionOutput, signaturesOf } from '../src/index.js';

const floats = tensor([[0.5]]);
const integers = tensor([[1]], [1, 1], 'int32');
const strings = {
  shape: [1, 1],
  dtype: 'string' as const,
  data: async () => ['a'],
  array: async () => [['a']],
  dispose: () => undefined,
};
const invalid = expect.objectContaining({ code: 'EXPORT_OUTPUT_INVALID' });

describe('line 32: export outputs', () => {
  it('regression: a float tensor', () => {
    expect(regressionOutput({ value: floats })).toEqual({ kind: 'regression', value: floats });
    for (const value of [integers, strings, 3, undefined])
      expect(() => regressionOutput({ value: value as never })).toThrow(invalid);
  });

  it('classification: float scores, string classes, or both', () => {
    expect(classificationOutput({ scores: floats })).toEqual({ kind: 'classification', scores: floats });
    expect(classificationOutput({ classes: strings })).toEqual({ kind: 'classification', classes: strings });
    expect(classificationOutput({ scores: floats, classes: strings })).toEqual({
      kind: 'classification',
      scores: floats,
      classes: strings,
    });
    const text = tensor(['a']);
    expect(classificationOutput({ classes: text }).classes).toBe(text);
    for (const wrong of [{}, { scores: integers }, { classes: floats }, { scores: floats, classes: integers }]) {
      expect(() => classificationOutput(wrong as never)).toThrow(invalid);
    }
    text.dispose();
  });

  it('predict: a map, or one tensor under the name output', () => {
    expect(predictOutput({ outputs: { a: integers, 'head/classes': strings } }).outputs).toEqual({
      a: integers,
      'head/classes': strings,
    });
    expect(predictOutput({ outputs: floats }).outputs).toEqual({ output: floats });
    for (const outputs of [3, undefined, [floats], { a: 3 }])
      expect(() => predictOutput({ outputs: outputs as never })).toThrow(invalid);
  });
});

describe('line 34: one signature for each export key', () => {
  it('names the method and the outputs', () => {
    const signatures = signaturesOf({
      serving_default: regressionOutput({ value: floats }),
      classification: classificationOutput({ scores: floats, classes: strings }),
      scores: classificationOutput({ scores: floats }),
      predict: predictOutput({ outputs: { predictions: floats } }),
    });
    expect(signatures).toEqual({
      serving_default: { method: 'regress', outputs: { outputs: floats } },
      classification: { method: 'classify', outputs: { scores: floats, classes: strings } },
      scores: { method: 'classify', outputs: { scores: floats } },
      predict: { method: 'predict', outputs: { predictions: floats } },
    });
  });
});

it('nothing is disposed', () => {
  expect(floats.isDisposed || integers.isDisposed).toBe(false);
  dispose([floats, integers]);
});
