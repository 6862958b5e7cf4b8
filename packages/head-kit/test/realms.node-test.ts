// Things of other realms (frames, windows, vm contexts) and of other copies of tfjs-core.
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BaseHead, isMap, isPromise, Mean, meanMetric, squaredError, type MetricDefinition } from '../src/index.js';

class SquareHead extends BaseHead {
  protected readonly elementLoss = squaredError;
  constructor() {
    super({ logitsDimension: 1, weightColumn: 'w' });
  }
  protected predictors(logits: tf.Tensor): Record<string, () => tf.Tensor> {
    return { predictions: () => logits };
  }
  protected metricDefinitions(): MetricDefinition[] {
    return [meanMetric('average_loss', 'losses')];
  }
}

const head = new SquareHead();
const coreFile = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core');
const coreSource = readFileSync(coreFile, 'utf8');

beforeAll(async () => {
  await tf.setBackend('cpu');
  tf.engine().startScope();
});
afterAll(() => tf.engine().endScope());

/** A copy of tfjs-core beside ours, evaluated in `globals`, or in our own realm. */
function anotherCore(globals?: object): typeof tf {
  const module = { exports: {} };
  const require = createRequire(coreFile);
  if (globals === undefined) {
    new Function('module', 'exports', 'require', coreSource)(module, module.exports, require);
  } else {
    runInNewContext(
      coreSource,
      Object.assign(globals, {
        module,
        exports: module.exports,
        require,
        console,
        performance,
        process,
        setTimeout,
        setImmediate,
      }),
    );
  }
  return module.exports as typeof tf;
}

describe('things of another realm', () => {
  it('are what they are here: promises, maps, lists', () => {
    expect(isPromise(runInNewContext('Promise.resolve(1)'))).toBe(true);
    expect(isPromise(runInNewContext('(async () => 1)()'))).toBe(true);
    expect(isMap(runInNewContext('({ w: 1 })'))).toBe(true);
    for (const other of ['new Map()', '[1]', 'new Float32Array(2)', 'Promise.resolve()', 'new Error()', 'null']) {
      expect(isMap(runInNewContext(other)), other).toBe(false);
    }
  });

  it('can be the options, the features, the lists and the functions of a head', async () => {
    const labels = tf.tensor2d([1, 2], [2, 1]);
    const logits = tf.tensor2d(runInNewContext('new Float32Array([2, 4])') as Float32Array, [2, 1]);
    const w = tf.tensor1d([1, 3]);
    const scalar = tf.scalar(0.5);
    const options = runInNewContext('({ features: { w }, regularizationLosses: [scalar] })', { w, scalar }) as object;
    expect(await head.loss(labels, logits, options).array()).toBe((1 + 3 * 4) / 2 + 0.5);
    expect(Object.keys(head.predictions(logits, runInNewContext("['predictions']") as string[]))).toEqual([
      'predictions',
    ]);
    const state = runInNewContext("({ version: 1, metric: 'mean', settings: {}, rows: 2, sums: [6, 2] })") as never;
    const mean = new Mean();
    mean.merge(state);
    expect(await mean.result()).toBe(3);
    const variable = tf.variable(tf.zeros([1, 1]));
    const network = { logits: () => tf.add(logits, variable), list: [variable] };
    const args = runInNewContext(
      "({ mode: 'train', logits: () => network.logits(), labels, features: { w }, trainableVariables: [...network.list], updateOps: [() => {}], trainOpFn: (loss) => 7 })",
      { network, labels, w },
    ) as never;
    const spec = head.createEstimatorSpec(args);
    expect(spec.mode === 'train' && spec.trainOp()).toBe(7);
    spec.dispose();
    variable.dispose();
  });

  it('can be a network that answers later, which is named', () => {
    const logits = runInNewContext('async () => 1') as never;
    expect(() => head.createEstimatorSpec({ mode: 'infer', logits })).toThrow(
      expect.objectContaining({ code: 'LOGITS_DTYPE', message: expect.stringContaining('promise') }),
    );
  });

  it('can be a tensor of an engine that is not ours, which is refused for that', async () => {
    const other = anotherCore({});
    const methods = {
      numDataIds: () => 0,
      floatPrecision: () => 32,
      write: () => ({ id: 1 }),
      disposeData: () => true,
      dispose: () => undefined,
      refCount: () => 1,
      incRef: () => undefined,
    };
    other.registerBackend('nothing', () => methods as never);
    await other.setBackend('nothing');
    expect(other.engine()).not.toBe(tf.engine());
    const foreign = other.tensor2d([1, 2], [2, 1]);
    const refusal = expect.objectContaining({
      code: 'TENSOR_FOREIGN',
      message: expect.stringContaining('two copies of tfjs-core'),
    });
    const [own, w] = [tf.ones([2, 1]), tf.ones([2, 1])];
    expect(() => head.loss(foreign, own, { features: { w } })).toThrow(refusal);
    expect(() => head.loss(own, foreign, { features: { w } })).toThrow(refusal);
    expect(() => head.loss(own, own, { features: { w: foreign } })).toThrow(refusal);
    expect(() => head.predictions(foreign)).toThrow(refusal);
    expect(() => new Mean().update(foreign)).toThrow(refusal);
    const variable = foreign.variable();
    const train = {
      mode: 'train',
      logits: () => own,
      labels: own,
      features: { w },
      optimizer: { applyGradients: () => undefined },
      trainableVariables: [variable],
    } as const;
    expect(() => head.createEstimatorSpec(train)).toThrow(refusal);
  });
});

describe('a second copy of tfjs-core in the same realm', () => {
  it('has the same engine, and its tensors and variables will do', async () => {
    const other = anotherCore();
    expect(other).not.toBe(tf);
    const logits = other.tensor2d([2, 4], [2, 1]);
    const labels = other.tensor2d([1, 2], [2, 1]);
    const w = other.tensor1d([1, 3]);
    expect(await head.loss(labels, logits, { features: { w } }).array()).toBe(6.5);
    const variable = other.variable(other.zeros([2, 1]));
    const args = {
      mode: 'train',
      labels,
      features: { w },
      logits: () => variable,
      optimizer: other.train.sgd(0.5),
      trainableVariables: [variable],
    } as const;
    const spec = head.createEstimatorSpec(args);
    if (spec.mode === 'train') spec.trainOp();
    expect(await variable.array()).toEqual([[0.5], [3]]);
    spec.dispose();
    variable.dispose();
  });

  it('is told from a tensor that stands in a proxy', () => {
    const reactive = new Proxy(tf.ones([2, 1]), {
      get: (target, key) => (key === 'dataId' ? new Proxy(target.dataId, {}) : (Reflect.get(target, key) as unknown)),
    });
    expect(() => head.predictions(reactive)).toThrow(
      expect.objectContaining({ code: 'TENSOR_FOREIGN', message: expect.stringContaining('proxy') }),
    );
  });
});
