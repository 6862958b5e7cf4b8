// Whatever a program in JavaScript passes, as any argument: a coded error that is short, and nothing changed or left behind.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { HeadError } from '@tfjs-heads/head-api';
import { describe, expect, it } from 'vitest';
import {
  classificationOutput,
  createSpec,
  Mean,
  numericColumn,
  predictOutput,
  reduceLoss,
  regressionOutput,
  replaceSpec,
  signaturesOf,
} from '../src/index.js';
import { expectHeld, held } from './memory.js';
import { logisticHead, ToyHead } from './toy-head.js';

const meanState = { version: 1, metric: 'mean', settings: {}, rows: 1, sums: [1, 1] } as const;
const [z21, ones, loss] = [tf.zeros([2, 1]), tf.ones([2, 1]), tf.scalar(1)];
const gone = tf.ones([2, 1]);
gone.dispose();
const variable = tf.variable(tf.ones([1, 1]));

const boom = (): never => {
  throw new Error('boom');
};
const revoked = <T extends object>(target: T): T => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
/** Every property that is asked for anywhere, each of them throwing. */
const getters = (names: readonly string[]): object =>
  Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { enumerable: true, get: boom }])));
const anyName = [
  'features',
  'mode',
  'logits',
  'labels',
  'optimizer',
  'trainableVariables',
  'trainOpFn',
  'updateOps',
  'regularizationLosses',
  'numReplicasInSync',
  'w',
  'name',
  'weightColumn',
  'lossReduction',
  'logitsDimension',
  'kind',
  'shape',
  'dtype',
  'data',
  'dataSync',
  'length',
  'then',
  'read',
  'metric',
  'sums',
  'predictions',
  'loss',
  'trainOp',
  'value',
  'outputs',
];
const rejected = Promise.reject(new Error('rejected'));
rejected.catch(() => undefined);

const values: Readonly<Record<string, unknown>> = {
  null: null,
  'a bigint': 5n,
  'a bigint of a million bits': 1n << 1_000_000n,
  'a symbol': Symbol('s'),
  'a symbol that names a million': Symbol('x'.repeat(1e6)),
  'a function': () => undefined,
  'an async function': async () => undefined,
  NaN: NaN,
  'an infinity': Infinity,
  'a negative fraction': -0.5,
  true: true,
  'an escape sequence': '\u001b[31mred\u001b[0m\u0007\u202e\n',
  'a long string': 'x'.repeat(1e6),
  'half a character, long': '\ud83d\ude00'.repeat(1e5),
  'an empty list': [],
  'a list of nothing': [null, undefined],
  // oxlint-disable-next-line no-sparse-arrays
  'a list with a hole': [, 1],
  'a list of four billion': Object.assign([], { length: 2 ** 32 - 1 }),
  'a million numbers': new Float32Array(1e6),
  'a view of bytes': new DataView(new ArrayBuffer(8)),
  'an object of a thousand keys': Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [`${i}\u001b`.repeat(100), i]),
  ),
  'a cyclic object': cyclic,
  'an object without a prototype': Object.create(null),
  'half a tensor': { shape: [2, 1], dtype: 'float32', size: 2, rank: 2, isDisposed: false, dataId: {} },
  'half a sparse tensor': { indices: 1, values: 2, denseShape: [3] },
  'a map': new Map([['w', 1]]),
  'a set': new Set([1]),
  'a date': new Date(NaN),
  'an error': new Error('\u001b[31m'.repeat(1000)),
  'a promise': Promise.resolve(1),
  'a promise that is rejected': rejected,
  // oxlint-disable-next-line no-thenable
  'a thenable': { then: () => undefined },
  'a proxy that throws': new Proxy(
    {},
    { get: boom, has: boom, ownKeys: boom, getOwnPropertyDescriptor: boom, getPrototypeOf: boom },
  ),
  'a revoked proxy': revoked({}),
  'a revoked list': revoked([]),
  'getters that throw': getters(anyName),
  'a tensor that throws': new Proxy(z21, { get: boom }),
  'a disposed tensor': gone,
  'a tensor of strings': tf.tensor(['a', 'b'], [2, 1]),
  // wasm has no complex numbers.
  ...(tf.getKernel('Complex', tf.getBackend()) && { 'a complex tensor': tf.complex(z21, z21) }),
  'a tensor of rank 6': tf.zeros([2, 1, 1, 1, 1, 1]),
  'a tensor of a row more': tf.ones([3, 1]),
  'a tensor of a column more': tf.ones([2, 2]),
  'a tensor of no rows': tf.zeros([0, 1]),
};

const head = new ToyHead({ weightColumn: 'w' });
const plain = new ToyHead();
const logistic = logisticHead();
const features = { w: ones };
const metrics = head.metrics();
const network = (): tf.Tensor => tf.matMul(ones, variable);
const training = {
  mode: 'train',
  logits: network,
  labels: z21,
  features,
  optimizer: tf.train.sgd(0.1),
  trainableVariables: [variable],
};
const train = (args: object): { dispose(): void } => plain.createEstimatorSpec({ ...training, ...args } as never);
const specOf = (fields: object): unknown => createSpec(fields as never);
const column = (fields: object): ToyHead =>
  new ToyHead({ weightColumn: { kind: 'numericColumn', key: 'w', ...fields } as never });
const predictSpec = createSpec({ mode: 'infer', predictions: { a: z21 } });

/** Where something can be passed; a call that succeeds gives what is to be released. */
const places: Readonly<Record<string, (value: never) => { dispose(): void } | void>> = {
  'the options of a head': (value) => void new ToyHead(value),
  logitsDimension: (value) => void new ToyHead({ logitsDimension: value }),
  lossReduction: (value) => void new ToyHead({ lossReduction: value }),
  name: (value) => void new ToyHead({ name: value }),
  weightColumn: (value) => new ToyHead({ weightColumn: value }).loss(z21, ones, { features }),
  'the key of a weight column': (value) => column({ key: value }).loss(z21, ones, { features }),
  'the normalizer of a weight column': (value) => column({ normalizerFn: value }).loss(z21, ones, { features }),
  'what a normalizer returns': (value) => column({ normalizerFn: () => value }).loss(z21, ones, { features }),
  'the loss of a head': (value) => new ToyHead({ loss: value }).loss(z21, ones),
  'what a custom loss returns': (value) => new ToyHead({ loss: () => value }).loss(z21, ones),
  'labels of loss': (value) => plain.loss(value, z21),
  'labels of a range': (value) => logistic.loss(value, z21),
  'logits of loss': (value) => plain.loss(z21, value),
  'options of loss': (value) => plain.loss(z21, z21, value),
  'options of rowLosses': (value) => plain.rowLosses(z21, z21, value),
  'features of loss': (value) => head.loss(z21, z21, { features: value }),
  'a feature': (value) => head.loss(z21, z21, { features: { w: value } }),
  'regularizationLosses of loss': (value) => plain.loss(z21, z21, { regularizationLosses: value }),
  'a regularization loss': (value) => plain.loss(z21, z21, { regularizationLosses: [value] }),
  'what regularizationLosses returns': (value) => plain.loss(z21, z21, { regularizationLosses: () => value }),
  'logits of predictions': (value) => tf.tidy(() => void plain.predictions(value)),
  'keys of predictions': (value) => tf.tidy(() => void plain.predictions(z21, value)),
  'a key of predictions': (value) => tf.tidy(() => void plain.predictions(z21, [value])),
  'options of metrics': (value) => void plain.metrics(value),
  'metrics of updateMetrics': (value) => void plain.updateMetrics(value, {}, z21, z21),
  'features of updateMetrics': (value) => void head.updateMetrics(metrics, value, z21, z21),
  'logits of updateMetrics': (value) => void head.updateMetrics(metrics, features, value, z21),
  'labels of updateMetrics': (value) => void head.updateMetrics(metrics, features, z21, value),
  'options of updateMetrics': (value) => void head.updateMetrics(metrics, features, z21, z21, value),
  'the arguments of createEstimatorSpec': (value) => plain.createEstimatorSpec(value),
  mode: (value) => plain.createEstimatorSpec({ mode: value, logits: z21, labels: z21 }),
  ...Object.fromEntries(
    Object.keys(training)
      .filter((name) => name !== 'mode')
      .map((name) => [
        `${name} of a training step`,
        (value: never) => head.createEstimatorSpec({ ...training, [name]: value } as never),
      ]),
  ),
  'what a network returns to train': (value) => train({ logits: () => value }),
  'what a network returns to evaluate': (value) =>
    plain.createEstimatorSpec({ mode: 'eval', labels: z21, logits: () => value }),
  'what a network returns to predict': (value) => plain.createEstimatorSpec({ mode: 'infer', logits: () => value }),
  'a variable': (value) => train({ trainableVariables: [value] }),
  'what read() of a variable returns': (value) =>
    train({ trainableVariables: [{ name: 'v', trainable: true, read: () => value }] }),
  'an update op': (value) => train({ updateOps: [value] }),
  updateOps: (value) => train({ updateOps: value }),
  trainOpFn: (value) => train({ optimizer: undefined, trainOpFn: value }),
  numReplicasInSync: (value) => train({ numReplicasInSync: value }),
  'the fields of a spec': (value) => void createSpec(value),
  'the loss of a spec': (value) => void specOf({ mode: 'eval', loss: value }),
  'the predictions of a spec': (value) => void specOf({ mode: 'infer', predictions: value }),
  'a prediction of a spec': (value) => void specOf({ mode: 'infer', predictions: { a: value } }),
  'the exports of a spec': (value) => void specOf({ mode: 'infer', predictions: {}, exportOutputs: value }),
  'an export of a spec': (value) => void specOf({ mode: 'infer', predictions: {}, exportOutputs: { a: value } }),
  'the summaries of a spec': (value) => void specOf({ mode: 'train', loss, trainOp: () => 0, summaries: value }),
  'the metrics of a spec': (value) => void specOf({ mode: 'train', loss, trainOp: () => 0, evalMetricOps: value }),
  'a metric of a spec': (value) => void specOf({ mode: 'train', loss, trainOp: () => 0, evalMetricOps: { a: value } }),
  'the hooks of a spec': (value) => void specOf({ mode: 'infer', predictions: {}, predictionHooks: value }),
  'onDispose of a spec': (value) => void specOf({ mode: 'infer', predictions: {}, onDispose: value }),
  'a spec to replace': (value) => void replaceSpec(value, {}),
  'fields to replace': (value) => void replaceSpec(predictSpec, value),
  'a mode to replace': (value) => void replaceSpec(predictSpec, { mode: value }),
  'an input of a mean': (value) => new Mean().update(value),
  'the weights of a mean': (value) => new Mean().update(z21, value),
  'a state to merge': (value) => new Mean().merge(value),
  'the sums of a state': (value) => new Mean().merge({ ...meanState, sums: value }),
  'a sum of a state': (value) => new Mean().merge({ ...meanState, sums: [1, value] }),
  'the version of a state': (value) => new Mean().merge({ ...meanState, version: value }),
  'the metric of a state': (value) => new Mean().merge({ ...meanState, metric: value }),
  'the settings of a state': (value) => new Mean().merge({ ...meanState, settings: value }),
  'the rows of a state': (value) => new Mean().merge({ ...meanState, rows: value }),
  'the key of a column': (value) => void numericColumn(value),
  'the options of a column': (value) => void numericColumn('w', value),
  'the shape of a column': (value) => void numericColumn('w', { shape: value }),
  'the default of a column': (value) => void numericColumn('w', { defaultValue: value }),
  'the losses of reduceLoss': (value) => reduceLoss(value, undefined, 'sum'),
  'the weights of reduceLoss': (value) => reduceLoss(z21, value, 'sum'),
  'the reduction of reduceLoss': (value) => reduceLoss(z21, undefined, value),
  'what regressionOutput takes': (value) => void regressionOutput(value),
  'the value of a regressionOutput': (value) => void regressionOutput({ value }),
  'what classificationOutput takes': (value) => void classificationOutput(value),
  'the classes of a classificationOutput': (value) => void classificationOutput({ classes: value }),
  'what predictOutput takes': (value) => void predictOutput(value),
  'the outputs of a predictOutput': (value) => void predictOutput({ outputs: value }),
  'the exports of signaturesOf': (value) => void signaturesOf(value),
  'an export of signaturesOf': (value) => void signaturesOf({ a: value }),
};

/** What is wrong with how a call took a value; nothing for a coded error, or a call that could use it. */
function complaintOf(run: (value: never) => { dispose(): void } | void, value: unknown): string | undefined {
  try {
    run(value as never)?.dispose();
  } catch (error) {
    const { code, message, name } = error as HeadError;
    if (name !== 'HeadError' || !/^[A-Z_]+$/.test(code))
      return `an error without a code: ${String((error as Error).stack)}`;
    if (message.length > 1000) return `a message of ${message.length} characters: ${message.slice(0, 300)}`;
    if (/[\p{Cc}\u202e]/u.test(message)) return `control characters: ${JSON.stringify(message)}`;
  }
  return undefined;
}

describe.each(Object.entries(places))('%s', (_, run) => {
  it('takes whatever is passed, or refuses it with a code', async () => {
    const before = held();
    const complaints = Object.entries(values).flatMap(([what, value]) => {
      const complaint = complaintOf(run, value);
      return complaint === undefined ? [] : [`${what}: ${complaint}`];
    });
    expect(complaints).toEqual([]);
    await expectHeld(before);
  });
});
