import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { node } from '@tensorflow/tfjs-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceStep } from '../src/index.js';
import { exportSavedModel } from '../src/saved-model.js';
import { exportAndRun, makeFolder } from './saved-model-support.js';
import { draw, variable } from './support.js';

const { dense, conv2d, maxPooling2d, flatten, batchNormalization, embedding, lstm, gru, simpleRNN, dropout } =
  layers.layers;

/** Networks of tfjs-layers with seeds, and the shape of what each takes. */
const networks: Readonly<Record<string, readonly [shape: number[], make: () => layers.layers.Layer[], isInt?: true]>> =
  {
    linear: [[5], () => [dense({ units: 1, inputShape: [5] })]],
    'dense, with dropout': [
      [5],
      () => [
        dense({ units: 8, activation: 'relu', inputShape: [5] }),
        dropout({ rate: 0.5 }),
        dense({ units: 3, activation: 'softmax' }),
      ],
    ],
    convolutional: [
      [8, 8, 2],
      () => [
        conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 2] }),
        batchNormalization(),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        dense({ units: 2 }),
      ],
    ],
    embedding: [
      [4],
      () => [embedding({ inputDim: 10, outputDim: 3, inputShape: [4] }), flatten(), dense({ units: 1 })],
      true,
    ],
    'batch norm of rows': [[5], () => [dense({ units: 4, inputShape: [5] }), batchNormalization()]],
    'simple recurrent': [[6, 3], () => [simpleRNN({ units: 4, inputShape: [6, 3] })]],
    LSTM: [[6, 3], () => [lstm({ units: 4, inputShape: [6, 3], returnSequences: true })]],
    GRU: [[6, 3], () => [gru({ units: 4, inputShape: [6, 3] }), dense({ units: 1 })]],
  };

describe('a model of tfjs-layers', () => {
  it.each(Object.entries(networks))('%s', async (_, [shape, make, isInt]) => {
    const model = layers.sequential({ layers: make() });
    const inputs = [4, 1, 7].map((rows) => ({
      x: isInt ? tf.randomUniform([rows, ...shape], 0, 10, 'int32', rows) : draw([rows, ...shape], rows),
    }));
    const predict = ({ x }: { x: tf.Tensor }): tf.Tensor => model.predict(x) as tf.Tensor;
    const { exported, got } = await exportAndRun(predict, [inputs[0] as { x: tf.Tensor }], inputs);
    expect(exported.fixedBatch).toBeUndefined();
    expect(exported.signatures['serving_default']?.inputs['x']?.shape).toEqual([-1, ...shape]);
    for (const [index, input] of inputs.entries()) {
      const expected = tf.tidy(() => predict(input));
      expect(got[index]?.['output']?.shape).toEqual(expected.shape);
      expectClose(got[index]?.['output']?.values, await expected.data());
      tf.dispose([expected, input]);
    }
    model.dispose();
  });
});

describe('signatures', () => {
  it('are named by the arguments, nested ones and those of several too', async () => {
    const x = draw([2, 3], 1);
    const one = (tensor: tf.Tensor) => tf.neg(tensor);
    expect((await exportAndRun(one, [x], [{ input: x }])).exported.signatures).toEqual({
      serving_default: {
        inputs: { input: { shape: [-1, 3], dtype: 'float32' } },
        outputs: { output: { shape: [-1, 3], dtype: 'float32' } },
      },
    });
    const nested = ({ a: { b, c } }: { a: { b: tf.Tensor; c: tf.Tensor } }) => ({ sums: { all: tf.add(b, c) }, b });
    const { exported, got } = await exportAndRun(nested, [{ a: { b: x, c: x } }], [{ 'a/b': x, 'a/c': x }]);
    expect(Object.keys(exported.signatures['serving_default']?.outputs ?? {})).toEqual(['sums/all', 'b']);
    expectClose(got[0]?.['b']?.values, await x.data());
    const several = await exportAndRun(
      (a: tf.Tensor, b: readonly tf.Tensor[]) => tf.sub(a, b[0] as tf.Tensor),
      [x, [x]],
      [{ input_0: x, input_1_0: x }],
    );
    expect(several.got[0]?.['output']?.values).toEqual([0, 0, 0, 0, 0, 0]);
    x.dispose();
  });

  it('tell arguments apart that are one tensor in the example', async () => {
    const [one, two] = [draw([2, 3], 1), draw([2, 3], 2)];
    const subtract = ({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => tf.sub(tf.reshape(a, [-1, 3]), b);
    const { got } = await exportAndRun(subtract, [{ a: one, b: one }], [{ a: one, b: two }]);
    const expected = subtract({ a: one, b: two });
    expectClose(got[0]?.['output']?.values, await expected.data());
    tf.dispose([one, two, expected]);
  });

  it('take a traced prediction, and the values that variables have now', async () => {
    const [v, x] = [variable([3, 2], 3), draw([2, 3], 1)];
    const trace = traceStep(({ x: given }: { x: tf.Tensor }) => tf.matMul(given, v), { variables: [v] });
    for (let index = 0; index < 4; index++) trace({ x }).dispose();
    tf.tidy(() => v.assign(tf.ones([3, 2])));
    const { got } = await exportAndRun(trace, [{ x }], [{ x }]);
    const expected = trace({ x });
    expectClose(got[0]?.['output']?.values, await expected.data());
    tf.dispose([v, x, expected]);
    trace.dispose();
  });

  it('take one size of batch, and say so, where the prediction does', async () => {
    const x = draw([2, 3], 1);
    const withoutFirst = ({ x: given }: { x: tf.Tensor }) => tf.slice(given, [1, 0]);
    const { exported, got } = await exportAndRun(withoutFirst, [{ x }], [{ x }]);
    expect(exported.fixedBatch).toBe('the shape of an output of kernel Slice is 1 for 2 rows and 4 for 5');
    expect(exported.signatures['serving_default']?.inputs).toEqual({ x: { shape: [2, 3], dtype: 'float32' } });
    expect(got[0]?.['output']?.shape).toEqual([1, 3]);
    const [three, wide] = [draw([3, 3], 1), draw([2, 4], 1)];
    for (const other of [three, wide])
      await expect(exportAndRun(withoutFirst, [{ x }], [{ x: other }])).rejects.toThrow(
        /not compatible with expected shape \[2,3\]/,
      );
    tf.dispose([three, wide]);
    const mean = ({ x: given }: { x: tf.Tensor }) => tf.div(tf.sum(given), given.shape[0]);
    expect((await exportAndRun(mean, [{ x }], [{ x }])).exported.fixedBatch).toMatch(/numbers of a tensor/);
    const picky = ({ x: given }: { x: tf.Tensor }) => {
      if (given.shape[0] !== 2) throw new Error('two rows, please');
      return tf.neg(given);
    };
    expect((await exportAndRun(picky, [{ x }], [{ x }])).exported.fixedBatch).toBe('two rows, please');
    x.dispose();
  });
});

describe('what cannot be written', () => {
  let place = makeFolder();
  beforeEach(() => (place = makeFolder()));
  afterEach(() => place.remove());

  const x = () => draw([2, 3], 1);

  it.each([
    [
      'a kernel without a counterpart',
      (t: tf.Tensor) => tf.multinomial(t as tf.Tensor2D, 2, 1),
      /got Multinomial which has none/,
    ],
    ['what differs from call to call', (t: tf.Tensor) => tf.mul(t, Math.random()), /it draws numbers in JavaScript/],
    ['strings', () => ({ s: tf.tensor(['a']) }), /got strings that are no class names by id \(serving_default, s\)/],
    ['numbers', () => ({ a: { b: 3 } }), /got a number \(serving_default, a\/b\)/],
    ['nothing', () => ({}), /at least one tensor/],
    [
      'names that are one',
      (t: tf.Tensor) => ({ a: { b: tf.neg(t) }, 'a/b': tf.abs(t) }),
      /names of their own, got 'a\/b' twice/,
    ],
    ['a step that trains', trains(), /it assigns the variable/],
    ['what reads', (t: tf.Tensor) => tf.mul(t, t.dataSync()[0] as number), /it reads values/],
  ] as const)('%s', async (_, predict, message) => {
    const given = x();
    const before = tf.memory().numTensors;
    const exporting = exportSavedModel(place.folder, {
      predict: predict as (t: tf.Tensor) => unknown,
      example: [given],
    });
    await expect(exporting).rejects.toMatchObject({
      code: 'EXPORT_UNSUPPORTED',
      message: expect.stringMatching(message),
    });
    expect(readdirSync(dirname(place.folder))).toEqual([]);
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(2); // the strings that this test makes
    given.dispose();
  });

  it('a folder that is there, unless it may be replaced', async () => {
    const [given, predict] = [x(), (t: tf.Tensor) => tf.neg(t)];
    mkdirSync(place.folder);
    writeFileSync(join(place.folder, 'mine'), 'kept');
    const options = { predict, example: [given] } as const;
    await expect(exportSavedModel(place.folder, options)).rejects.toMatchObject({ code: 'EXPORT_EXISTS' });
    expect(readFileSync(join(place.folder, 'mine'), 'utf8')).toBe('kept');
    await exportSavedModel(place.folder, { ...options, overwrite: true });
    expect(readdirSync(place.folder)).toEqual(['saved_model.pb']);
    expect(readdirSync(dirname(place.folder))).toEqual(['model']);
    given.dispose();
  });

  const wrong: readonly (readonly [options: unknown, message: RegExp])[] = [
    [{ predict: 3 }, /predict must be a function, got number/],
    [{ predict: () => 1, example: {} }, /example must be the list of arguments/],
    [{ predict: () => 1, example: [new Date()] }, /of example 0 is an object of the class Date/],
    [{ predict: () => 1, example: [], batch: 3 }, /got batch/],
    [{ predict: () => 1, example: [tf.tensor(['a'])] }, /got string at 0/],
    [{ predict: () => 1, example: [], variables: 'bundle' }, /must be 'constants' or 'checkpoint', got/],
  ];

  it.each(wrong)('wrong options: %o', async (options, message) => {
    const exporting = exportSavedModel(place.folder, options as never);
    await expect(exporting).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
    expect(existsSync(place.folder)).toBe(false);
  });
});

function trains(): () => tf.Tensor {
  const v = tf.variable(tf.scalar(1));
  return () => {
    v.assign(tf.add(v, 1));
    return tf.clone(v);
  };
}

function expectClose(actual: readonly unknown[] | undefined, expected: ArrayLike<number> | undefined): void {
  expect(actual?.length).toBe(expected?.length);
  Array.from(expected ?? []).forEach((value, index) => expect(Number(actual?.[index])).toBeCloseTo(value, 5));
}

describe('variables in a checkpoint', () => {
  it('are restored, of each type, of no elements and of names that are no names of nodes', async () => {
    const many = Array.from({ length: 40 }, (_, index) => variable([index % 4, 2], index + 1));
    const scale = tf.variable(draw([3, 2], 50), true, 'a b/ü:scale');
    const ids = tf.variable(tf.tensor1d([2, 0, 1], 'int32'), false);
    const flags = tf.variable(tf.tensor1d([true, false, true], 'bool'), false);
    const predict = ({ x }: { x: tf.Tensor }): { y: tf.Tensor; sum: tf.Tensor } => ({
      y: tf.where(flags, tf.gather(tf.matMul(x as tf.Tensor2D, scale as tf.Tensor2D, false, true), ids, 1), 7),
      sum: tf.addN(many.map((each) => tf.sum(each))),
    });
    const [x, other] = [draw([4, 2], 60), draw([3, 2], 61)];
    const expected = predict({ x: other });
    const { exported, got } = await exportAndRun(predict, [{ x }], [{ x: other }], 'serving_default', {
      variables: 'checkpoint',
    });
    expect(exported.fixedBatch).toBeUndefined();
    expect(got[0]?.['y']?.values).toEqual(Array.from(await expected.y.data()));
    expect(got[0]?.['sum']?.values[0]).toBeCloseTo((await expected.sum.data())[0] as number, 5);
    tf.dispose([x, other, expected.y, expected.sum]);
    tf.disposeVariables();
  });

  it('stand in files of their own, and not in the graph; without any there are none', async () => {
    const { folder, remove } = makeFolder();
    const w = variable([100, 10], 1);
    const x = draw([2, 100], 2);
    const sizeOf = (name: string): number => readFileSync(join(folder, name)).length;
    const predict = (given: tf.Tensor): tf.Tensor => tf.matMul(given as tf.Tensor2D, w as tf.Tensor as tf.Tensor2D);
    await exportSavedModel(folder, { predict, example: [x], variables: 'checkpoint' });
    expect(readdirSync(join(folder, 'variables')).toSorted()).toEqual([
      'variables.data-00000-of-00001',
      'variables.index',
    ]);
    expect(sizeOf('variables/variables.data-00000-of-00001')).toBe(4000);
    expect(sizeOf('saved_model.pb')).toBeLessThan(3000);
    await exportSavedModel(folder, { predict: tf.neg, example: [x], variables: 'checkpoint', overwrite: true });
    expect(readdirSync(folder)).toEqual(['saved_model.pb']);
    tf.dispose([x, w]);
    remove();
  });

  it('are held to their checksums', async () => {
    const { folder, remove } = makeFolder();
    const w = variable([4], 1);
    const x = draw([2, 4], 2);
    await exportSavedModel(folder, {
      predict: (given: tf.Tensor) => tf.mul(given, w),
      example: [x],
      variables: 'checkpoint',
    });
    const data = join(folder, 'variables/variables.data-00000-of-00001');
    writeFileSync(
      data,
      readFileSync(data).map((byte, index) => (index === 5 ? byte ^ 1 : byte)),
    );
    await tf.setBackend('tensorflow');
    await expect(node.loadSavedModel(folder, ['serve'], 'serving_default')).rejects.toThrow(/[Cc]hecksum/);
    tf.dispose([x, w]);
    remove();
  });
});
