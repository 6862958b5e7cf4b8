// What the heads read of a device, and when.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { Head, StringValues } from '@tfjs-heads/head-api';
import { BinaryClassHead, MultiClassHead, MultiLabelHead } from '@tfjs-heads/head-classification';
import { afterEach, describe, it, vi } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { results } from './support.js';

afterEach(() => vi.restoreAllMocks());

const isOnDevice = ['webgl', 'webgpu'].includes(tf.getBackend());
/** A tensor whose values are where the backend computes. */
const computed = (shape: number[], dtype: 'float32' | 'int32' = 'float32'): tf.Tensor =>
  tf.tidy(() => tf.add(tf.ones(shape, dtype), tf.zeros(shape, dtype)));
const names = ['a', 'b', 'c'];
const rows = 5;

/** From here on a blocking read is an error, and the numbers that others give are counted. */
function watchReads(): { readonly sizes: number[] } {
  const { backend } = tf.engine();
  const sizes: number[] = [];
  const read = backend.read.bind(backend);
  vi.spyOn(backend, 'readSync').mockImplementation(() => {
    throw new Error('a blocking read');
  });
  vi.spyOn(backend, 'read').mockImplementation(async (dataId) => {
    const values = await read(dataId);
    sizes.push(values.length);
    return values;
  });
  return { sizes };
}

const sparse = (values: tf.Tensor = computed([2], 'int32')): object => ({
  indices: computed([2, 2], 'int32'),
  values,
  denseShape: [rows, 2],
});
const cases: readonly [name: string, head: Head, logits: number, labels: () => unknown][] = [
  ['BinaryClassHead', new BinaryClassHead({ thresholds: [0.5] }), 1, () => computed([rows, 1])],
  [
    'BinaryClassHead of names',
    new BinaryClassHead({ labelVocabulary: ['a', 'b'] }),
    1,
    () => tf.tensor([...'ababa'], [rows, 1]),
  ],
  ['MultiClassHead', new MultiClassHead({ nClasses: 3 }), 3, () => computed([rows, 1], 'int32')],
  [
    'MultiClassHead of names',
    new MultiClassHead({ nClasses: 3, labelVocabulary: names }),
    3,
    () => tf.tensor([...'abcab']),
  ],
  [
    'MultiLabelHead',
    new MultiLabelHead({ nClasses: 3, classesForClassBasedMetrics: [1] }),
    3,
    () => computed([rows, 3]),
  ],
  ['MultiLabelHead of sparse ids', new MultiLabelHead({ nClasses: 3 }), 3, sparse],
  [
    'MultiLabelHead of sparse names',
    new MultiLabelHead({ nClasses: 3, labelVocabulary: names }),
    3,
    () => sparse(tf.tensor1d(['a', 'c'])),
  ],
];

/** Native TensorFlow has its data in this process: there labels are read with a blocking call, and its asynchronous read is one. */
const canWatch = tf.getBackend() !== 'tensorflow';

describe('nothing is read with a blocking call', () => {
  it.each(cases)('%s', async (_, head, k, makeLabels) => {
    const before = tf.memory();
    const labels = makeLabels() as tf.Tensor;
    const logits = computed([rows, k]);
    const watched = isOnDevice ? watchReads() : undefined; // elsewhere a read is a view, or one in this process
    const optimizer = { applyGradients: (): void => undefined };
    const bias = tf.tidy(() => tf.variable(tf.ones([k])));
    head.loss(labels, logits).dispose();
    const metrics = head.updateMetrics(head.metrics(), {}, logits, labels);
    const predictions = head.predictions(logits);
    const training = head.createEstimatorSpec({
      mode: 'train',
      labels,
      logits: () => tf.add(logits, bias),
      optimizer,
      trainableVariables: [bias],
    });
    const evaluation = head.createEstimatorSpec({ mode: 'eval', labels, logits });
    const serving = head.createEstimatorSpec({ mode: 'infer', logits });
    if (training.mode === 'train') tf.dispose(training.trainOp() as tf.Tensor);
    if (isOnDevice) expect(watched?.sizes.length).toBeLessThanOrEqual(2); // one for each update of metrics
    await results(metrics);
    if (evaluation.mode === 'eval') await results(evaluation.evalMetricOps);
    const { classes } = predictions as { classes: StringValues };
    expect((await classes.data()).length).toBe(classes.shape.reduce((size, each) => size * each));
    for (const spec of [training, evaluation, serving]) spec.dispose();
    tf.dispose([logits, labels, bias, ...Object.values(metrics), ...Object.values(predictions)] as never);
    await expect.poll(() => tf.memory().numTensors).toBe(before.numTensors);
  });
});

describe('class names', () => {
  it('are read of a device when they are asked for, and then alone', async () => {
    const logits = computed([rows, 3]);
    const { sizes } = canWatch ? watchReads() : { sizes: [rows] };
    const { classes, all_classes } = new MultiClassHead({ nClasses: 3 }).predictions(logits, [
      'classes',
      'all_classes',
    ]);
    if (canWatch) expect(sizes).toEqual([]);
    vi.restoreAllMocks();
    const { sizes: read } = canWatch && isOnDevice ? watchReads() : { sizes: [rows] };
    expect(await all_classes.data()).toHaveLength(3 * rows);
    expect(await classes.data()).toEqual([...'00000']);
    expect(read).toEqual([rows]);
    tf.dispose([logits, classes, all_classes] as never);
  });

  it('are released with what they are made of, by dispose and by tidy', async () => {
    const logits = computed([rows, 3]);
    const before = tf.memory();
    const head = new MultiClassHead({ nClasses: 3 });
    const { classes } = head.predictions(logits, ['classes']);
    classes.dispose();
    await expect(classes.data()).rejects.toMatchObject({ code: 'TENSOR_DISPOSED' });
    tf.tidy(() => void head.predictions(logits));
    const kept = tf.tidy(() => head.predictions(logits, ['classes']).classes as never) as StringValues;
    expect(await kept.data()).toEqual([...'00000']);
    kept.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    logits.dispose();
  });
});

it('line 51: of 1,000 classes the accuracy reads ids and losses, not all logits', async () => {
  const k = 1000;
  const [logits, labels] = [computed([rows, k]), computed([rows, 1], 'int32')];
  const head = new MultiClassHead({ nClasses: k });
  const { sizes } = isOnDevice ? watchReads() : { sizes: [3 * rows] };
  const metrics = await results(head.updateMetrics(head.metrics(), {}, logits, labels));
  expect(metrics['accuracy']).toBe(0);
  expect(metrics['average_loss']).toBeCloseTo(Math.log(k), 5);
  expect(sizes).toEqual([3 * rows]); // labels, ids, losses
  tf.dispose([logits, labels]);
});

it('strings cannot be had of a tensor that is gone', () => {
  const labels = tf.tensor(['a', 'b']);
  labels.dispose();
  expect(() => new BinaryClassHead({ labelVocabulary: ['a', 'b'] }).loss(labels, tf.zeros([2, 1]))).toThrowCoded(
    'TENSOR_DISPOSED',
    ['labels'],
  );
});
