import * as tf from '@tensorflow/tfjs-core';
import {
  Callback,
  callbacks,
  input,
  layers,
  type LayersModel,
  type Logs,
  model as functional,
  regularizers,
  type Shape,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { Adam } from '@tfjs-heads/optimizers';
import { expect, test } from 'vitest';
import { accelerate } from '../src/layers.js';
import { classifier, drawingAlike, examples, expectSame, type Fit, numbersIn, sameWeights } from './layers-support.js';

const { x, y } = examples(45, 1);
const validationData = Object.values(examples(20, 2)) as [tf.Tensor, tf.Tensor];

const historyOf =
  (args: Parameters<LayersModel['fit']>[2]): Fit =>
  async (model) =>
    (await model.fit(x, y, { verbose: 0, batchSize: 10, epochs: 3, ...args })).history;

test('fit gives the history and the weights of tfjs-layers, to the bit where that is asked for', async () => {
  expect(await expectSame(() => classifier(), historyOf({ validationData }))).toBeUndefined();
  const weighted = historyOf({ validationSplit: 0.3, classWeight: { 0: 1, 1: 2, 2: 0.5 } });
  expect(await expectSame(() => classifier({ optimizer: 'sgd' }), weighted)).toBeUndefined();
});

test('fit gives its numbers but for rounding, and sees the weights of now whoever computes', async () => {
  const [plain, fast] = [classifier({ metrics: [] }), classifier({ metrics: [] })];
  const acceleration = accelerate(fast);
  // A step is recorded anew, and so run by kernels, long after an evaluation was.
  const losses: number[] = [];
  const batches = { onBatchEnd: (_: number, logs?: Logs) => void losses.push(logs?.['loss'] as number) };
  const fit = historyOf({ validationData, epochs: 8, batchSize: 9, callbacks: batches });
  const expected = (await drawingAlike(() => fit(plain))) as Record<string, number[]>;
  const actual = (await drawingAlike(() => fit(fast))) as Record<string, number[]>;
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [key, values] of Object.entries(expected))
    for (const [epoch, value] of values.entries()) expect(actual[key]?.[epoch], key).toBeCloseTo(value, 4);
  for (let step = 0; step < 40; step++) expect(losses[40 + step]).toBeCloseTo(losses[step] as number, 4);
  expect(acceleration.reason).toBeUndefined();
  expect(String(acceleration)).toMatch(
    /^fit: program for .*\n[^]*^evaluate: program for .*\n[^]*^predict: no program/m,
  );
  for (const one of [plain, fast]) one.dispose();
});

test('several inputs and outputs, regularizers, normal batches and an optimizer of ours', async () => {
  const make = (): LayersModel => {
    const [a, b] = [input({ shape: [6] }), input({ shape: [6] })];
    const joined = layers.concatenate().apply([a, b]) as SymbolicTensor;
    const hidden = layers
      .dense({ units: 7, activation: 'elu', kernelRegularizer: regularizers.l1l2({ l1: 0.01, l2: 0.01 }) })
      .apply(layers.batchNormalization().apply(joined)) as SymbolicTensor;
    const outputs = [layers.dense({ units: 3, activation: 'softmax' }), layers.dense({ units: 1 })];
    const made = functional({ inputs: [a, b], outputs: outputs.map((one) => one.apply(hidden) as SymbolicTensor) });
    made.compile({
      optimizer: new Adam({ learningRate: 0.01 }),
      loss: ['categoricalCrossentropy', 'meanSquaredError'],
      metrics: ['mse'],
    });
    return sameWeights(made);
  };
  const target = tf.tidy(() => tf.sum(x, 1, true));
  const fit: Fit = async (model) => {
    const { history } = await model.fit([x, x], [y, target], {
      verbose: 0,
      batchSize: 15,
      epochs: 4,
      validationSplit: 0.3,
    });
    return [Object.values(history), await numbersIn(model.predict([x, x]) as tf.Tensor[])];
  };
  expect(await expectSame(make, fit)).toBeUndefined();
});

test('trainOnBatch, fitDataset, evaluate, evaluateDataset and predict', async () => {
  const fit: Fit = async (model) => {
    const losses: unknown[] = [];
    for (let step = 0; step < 6; step++) losses.push(await model.trainOnBatch(x, y));
    const { history } = await model.fitDataset(dataset(), { epochs: 5, verbose: 0, validationData: dataset() });
    losses.push(history);
    for (let step = 0; step < 5; step++) {
      losses.push(await numbersIn(model.evaluate(x, y, { batchSize: 20 }) as tf.Tensor[]));
      losses.push(await numbersIn((await model.evaluateDataset(dataset(), { batches: 2 })) as tf.Tensor[]));
      losses.push(
        await numbersIn([model.predict(x, { batchSize: 20 }) as tf.Tensor, model.predictOnBatch(x) as tf.Tensor]),
      );
    }
    return losses;
  };
  expect(await expectSame(() => classifier(), fit)).toBeUndefined();
});

test('callbacks are called in the same order with the same logs, and stop a training', async () => {
  const calls =
    (args: Parameters<LayersModel['fit']>[2]): Fit =>
    async (model) => {
      const seen: unknown[] = [];
      const note =
        (name: string) =>
        (...of: unknown[]): void =>
          void seen.push([name, ...of.map((one) => (typeof one === 'object' ? { ...one } : one))]);
      const noted = Object.fromEntries(
        ['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onBatchBegin', 'onBatchEnd', 'onYield'].map(
          (name) => [name, note(name)],
        ),
      );
      seen.push(await historyOf({ ...args, callbacks: noted, yieldEvery: 'batch' })(model));
      return seen;
    };
  expect(await expectSame(() => classifier(), calls({ validationData }))).toBeUndefined();
  const early = historyOf({
    validationData,
    epochs: 9,
    callbacks: callbacks.earlyStopping({ monitor: 'loss', minDelta: 9 }),
  });
  await expectSame(() => classifier(), early);

  class Stops extends Callback {
    readonly seen: unknown[] = [];
    override async onBatchEnd(batch: number, logs?: Record<string, unknown>): Promise<void> {
      this.seen.push(logs?.['loss'] instanceof tf.Tensor, await numbersIn([logs?.['loss'] as tf.Tensor], false));
      this.model.stopTraining = batch === 2;
    }
    override async onEpochEnd(_: number, logs?: Record<string, unknown>): Promise<void> {
      this.seen.push(logs?.['acc'] instanceof tf.Tensor);
    }
  }
  await expectSame(
    () => classifier(),
    async (model) => {
      const stops = new Stops();
      return [await historyOf({ callbacks: stops })(model), stops.seen];
    },
  );
});

test('sees rates that are set, and models that are compiled or built again', async () => {
  const fit: Fit = async (model) => {
    const adam = model.optimizer as unknown as { learningRate: number };
    const slower = { onEpochEnd: () => void (adam.learningRate /= 2) };
    const histories = [await historyOf({ epochs: 4, callbacks: slower })(model)];
    model.compile({ optimizer: tf.train.momentum(0.1, 0.9), loss: 'meanSquaredError' });
    histories.push(await historyOf({ epochs: 2 })(model));
    return histories;
  };
  expect(await expectSame(() => classifier(), fit)).toBeUndefined();
  const rates: Fit = async (model) => {
    const adam = model.optimizer as unknown as { learningRate: number };
    return historyOf({ epochs: 3, callbacks: { onBatchEnd: () => void (adam.learningRate *= 0.9) } })(model);
  };
  expect(await expectSame(() => classifier(), rates)).toContain('learningRate differs from step to step');
});

test('what cannot be traced runs as before, with the reason', async () => {
  const withLayer = (layer: layers.Layer): LayersModel => {
    const made = sequential({
      layers: [layers.dense({ units: 4, inputShape: [6] }), layer, layers.dense({ units: 3 })],
    });
    made.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return sameWeights(made);
  };
  const dropped = await expectSame(() => withLayer(layers.dropout({ rate: 0.5 })), historyOf({ epochs: 2 }));
  expect(dropped).toMatch(/^The step runs eagerly: it draws numbers in JavaScript/);
  expect(await expectSame(() => withLayer(layers.dropout({ rate: 0.5, seed: 3 })), historyOf({}))).toBeUndefined();
  const recurrent = (): LayersModel => {
    const made = sequential({
      layers: [
        layers.reshape({ targetShape: [3, 2], batchInputShape: [15, 6] }),
        layers.simpleRNN({ units: 4, stateful: true, recurrentInitializer: 'glorotNormal' }),
        layers.dense({ units: 3 }),
      ],
    });
    made.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return sameWeights(made);
  };
  const remembered = await expectSame(recurrent, historyOf({ batchSize: 15, epochs: 2 }));
  expect(remembered).toMatch(/^The step runs eagerly: it keeps a tensor of shape \[15,4\] that it does not return/);
  class Clipped extends layers.Layer {
    override computeOutputShape(shape: Shape): Shape {
      return shape;
    }
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      const given = [inputs].flat()[0] as tf.Tensor;
      return tf.max(tf.abs(given)).dataSync()[0] === 0 ? given : tf.tanh(given);
    }
    static get className(): string {
      return 'Clipped';
    }
  }
  const read = await expectSame(() => withLayer(new Clipped()), historyOf({ epochs: 2 }));
  expect(read).toMatch(/^The step runs eagerly: it reads values/);
  const lengths: Fit = async (model) => {
    for (let rows = 1; rows <= 18; rows++)
      for (let step = 0; step < (rows === 18 ? 5 : 3); step++) {
        const [some, their] = tf.tidy(() => [tf.slice(x, [0, 0], [rows, 6]), tf.slice(y, [0, 0], [rows, 3])]);
        await model.trainOnBatch(some as tf.Tensor, their as tf.Tensor);
        tf.dispose([some, their]);
      }
    return [];
  };
  expect(await expectSame(() => classifier(), lengths)).toContain('more than 16 shapes');
});

test('a model is given back as it was, and nothing is left of it', async () => {
  const left = async (isAccelerated: boolean): Promise<number> => {
    const before = tf.memory().numTensors;
    const model = classifier({ optimizer: 'sgd' });
    if (isAccelerated) accelerate(model);
    await historyOf({ validationData })(model);
    tf.dispose(model.predict(x));
    model.dispose();
    return tf.memory().numTensors - before;
  };
  expect(await left(true)).toBe(await left(false)); // tfjs-layers leaves some itself

  const model = classifier({ optimizer: 'sgd' });
  const made = tf.memory().numTensors;
  const methods = (): unknown[] => {
    const { dispose, model: within } = model as unknown as { dispose: unknown; model: { fitLoop: unknown } };
    return [dispose, within, within.fitLoop];
  };
  const before = methods();
  const first = accelerate(model);
  const last = accelerate(model);
  expect(methods()).not.toEqual(before);
  first.dispose(); // has ended when another one began
  await historyOf({ validationData })(model);
  expect(last.reason).toBeUndefined();
  last.dispose();
  expect(last.reason).toBe('It has been disposed of.');
  expect(methods()).toEqual(before);
  expect(tf.memory().numTensors).toBe(made);
  await historyOf({ epochs: 1 })(model);
  model.dispose();
});

test('a sequence may be accelerated before it is built', async () => {
  const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [6] })] });
  const acceleration = accelerate(model);
  expect(acceleration.reason).toBe('The model has not been built yet.');
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await historyOf({})(model);
  expect(acceleration.reason).toBeUndefined();
  model.dispose();
});

test('refuses what is no model, and options that it does not know', () => {
  expect(() => accelerate({} as LayersModel)).toThrowCoded('INVALID_ARGUMENT', [
    'model must be a model of the tfjs-layers',
  ]);
  const model = classifier();
  expect(() => accelerate(model, { exakt: true } as never)).toThrowCoded('INVALID_ARGUMENT', ['exact']);
  expect(() => accelerate(model, { exact: 1 } as never)).toThrowCoded('INVALID_ARGUMENT', ['got the number 1']);
  expect(() => accelerate(model, { threads: 33 })).toThrowCoded('INVALID_ARGUMENT', [
    'accelerate: threads must be',
    'got the number 33',
  ]);
  model.dispose();
});

/** Four batches of ten rows. */
function dataset(): never {
  const iterator = async (): Promise<unknown> => {
    let batch = 0;
    return {
      next: async () => {
        if (batch === 4) return { value: null, done: true };
        const start = 10 * batch++;
        const [xs, ys] = tf.tidy(() => [tf.slice(x, [start, 0], [10, 6]), tf.slice(y, [start, 0], [10, 3])]);
        return { value: { xs, ys }, done: false };
      },
    };
  };
  return { iterator, size: 4 } as never;
}
