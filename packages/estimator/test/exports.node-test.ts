import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  categoricalColumnWithVocabularyList,
  DNNClassifier,
  embeddingColumn,
  numericColumn,
  type Predicted,
} from '../src/index.js';
import { quiet } from './models.js';

let parent = '';
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'exports-'))));
afterEach(() => rmSync(parent, { recursive: true }));

it('line 69: a canned estimator becomes a model of ONNX, of TFLite and of tfjs, and ONNX Runtime answers as it does', async () => {
  const vocabularyList = ['red', 'green', 'blue'];
  const estimator = new DNNClassifier({
    hiddenUnits: [4],
    featureColumns: [
      numericColumn('x'),
      embeddingColumn(categoricalColumnWithVocabularyList('colour', { vocabularyList }), { dimension: 2 }),
    ],
    nClasses: 3,
    labelVocabulary: ['low', 'mid', 'high'],
    config: quiet(),
  });
  const features = () => ({ x: tf.tensor2d([[0], [1], [2]]), colour: tf.tensor1d(['red', 'blue', 'grey']) });
  await estimator.train(() => [[features(), tf.tensor1d(['low', 'high', 'mid'])]], { steps: 1 });
  const example = features();
  const [onnx, tflite, graphModel] = ['model.onnx', 'model.tflite', 'model'].map((name) => join(parent, name)) as [
    string,
    string,
    string,
  ];
  const { numTensors } = tf.memory();
  const { inputs, outputs, fixedBatch } = await estimator.exportOnnx(onnx, { example });
  expect(fixedBatch).toBeUndefined();
  const classes = await estimator.exportOnnx(join(parent, 'classes.onnx'), { example, signature: 'classification' });
  expect(Object.keys(classes.outputs)).toEqual(['scores', 'classes']);
  const { strings } = await estimator.exportTflite(tflite, { example, batchSize: 3 });
  expect(strings['classes']).toEqual(['low', 'mid', 'high']);
  await estimator.exportGraphModel(graphModel, { example });
  expect(tf.memory().numTensors).toBe(numTensors);
  for (const again of [
    estimator.exportOnnx(onnx, { example }),
    estimator.exportTflite(tflite, { example }),
    estimator.exportGraphModel(graphModel, { example }),
  ])
    await expect(again).rejects.toMatchObject({ code: 'EXPORT_EXISTS' });

  const expected: Predicted[] = [];
  for await (const row of estimator.predict(() => [features()])) expected.push(row);
  const session = await ort.InferenceSession.create(onnx);
  expect(Object.keys(inputs)).toEqual(['x', 'dnn/colour_embedding/ids']); // strings are ids by then
  const got = await session.run({
    x: new ort.Tensor('float32', [0, 1, 2], [3, 1]),
    'dnn/colour_embedding/ids': new ort.Tensor('int32', [0, 2, -1], [3, 1]),
  });
  for (const name of Object.keys(outputs)) {
    const values = expected.flatMap((row) => row[name] as unknown[]);
    const actual = Array.from(got[name]?.data as ArrayLike<unknown>);
    if (typeof values[0] === 'string') expect(actual).toEqual(values);
    else actual.forEach((value, index) => expect(value, name).toBeCloseTo(values[index] as number, 6));
    expect(actual).toHaveLength(values.length);
  }
  await session.release();
  estimator.dispose();
});
