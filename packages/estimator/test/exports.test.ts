import * as tf from '@tensorflow/tfjs-core';
import { toGraphModel } from '@tfjs-heads/tracing/graph-model';
import { toOnnx } from '@tfjs-heads/tracing/onnx';
import { toTflite } from '@tfjs-heads/tracing/tflite';
import { describe, expect, it } from 'vitest';
import { lineEstimator, points } from './models.js';

const isPage = typeof document !== 'undefined';

describe('exports', () => {
  it('are bytes anywhere, by what gives them', async () => {
    const estimator = lineEstimator();
    await estimator.train(() => points(5));
    const example = { x: tf.tensor2d([[0], [1]]) };
    const { numTensors } = tf.memory();
    const made = [
      await estimator.exportWith({ example }, toOnnx),
      await estimator.exportWith({ example }, toTflite),
      await estimator.exportWith({ example }, toGraphModel),
    ];
    expect(tf.memory().numTensors).toBe(numTensors);
    for (const { inputs, outputs, fixedBatch } of made) {
      expect(inputs).toEqual({ x: { shape: [-1, 1], dtype: 'float32' } });
      expect(outputs).toEqual({ predictions: { shape: [-1, 1], dtype: 'float32' } });
      expect(fixedBatch).toBeUndefined();
    }
    estimator.dispose();
    example.x.dispose();
  });

  it.runIf(isPage)('are no files in a page', async () => {
    const estimator = lineEstimator();
    await estimator.train(() => points(2));
    const example = { x: tf.tensor2d([[0], [1]]) };
    for (const name of ['exportOnnx', 'exportTflite', 'exportGraphModel'] as const)
      await expect(estimator[name]('model', { example })).rejects.toMatchObject({ code: 'EXPORT_UNSUPPORTED' });
    estimator.dispose();
    example.x.dispose();
  });

  it('need a checkpoint, and options that there are', async () => {
    const estimator = lineEstimator();
    const example = { x: tf.tensor2d([[0], [1]]) };
    const refused = (made: Promise<unknown>, code: string) => expect(made).rejects.toMatchObject({ code });
    await refused(estimator.exportOnnx('model', { example }), 'CHECKPOINT_MISSING');
    await refused(estimator.exportWith({ example }, toOnnx), 'CHECKPOINT_MISSING');
    await refused(estimator.exportWith({ example }, undefined as never), 'INVALID_ARGUMENT');
    await refused(estimator.exportTflite('model', { example, batchsize: 1 } as never), 'INVALID_ARGUMENT');
    await refused(estimator.exportGraphModel('model', undefined as never), 'INVALID_ARGUMENT');
    for (const name of ['exportSavedModel', 'exportOnnx', 'exportTflite', 'exportGraphModel'] as const) {
      const says = (what: string): Promise<void> =>
        expect(what === 'a path' ? estimator[name]('', { example }) : estimator[name]('m', { example: 3 as never }))
          .rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(what) as string }); // prettier-ignore
      await says('a path');
      await says('a map of features');
    }
    estimator.dispose();
    example.x.dispose();
  });
});
