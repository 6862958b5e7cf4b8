import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Head, type HeadErrorCode, type Metrics, Reduction } from '@tfjs-heads/head-api';
import { numericColumn } from '@tfjs-heads/head-kit';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { random, sizeOf } from '@tfjs-heads/reference';
import { drawCase, tensorsOf, type DrawnBatch, type HeadName } from './draw.js';

const CODES: Readonly<Record<HeadErrorCode, true>> = {
  EVAL_METRICS_INVALID: true, EXPORT_OUTPUT_INVALID: true, FEATURES_INVALID: true, GRADIENT_UNSUPPORTED: true, INVALID_ARGUMENT: true,
  LABEL_DIMENSION_INVALID: true, LABELS_DTYPE: true, LABELS_MISSING: true, LABELS_RANGE: true, LABELS_SHAPE: true, LABELS_SPARSE: true,
  LOGITS_DTYPE: true, LOGITS_MISSING: true, LOGITS_NOT_A_FUNCTION: true, LOGITS_SHAPE: true, LOSS_FN_INVALID: true, LOSS_FN_SHAPE: true,
  LOSS_REDUCTION_INVALID: true, METRIC_INPUT_INVALID: true, METRIC_STATE_INVALID: true, MODE_INVALID: true, NOT_IMPLEMENTED: true,
  NUMERIC_COLUMN_INVALID: true, OPTIMIZER_INVALID: true, PREDICTION_KEY_INVALID: true, REGULARIZATION_LOSSES_INVALID: true,
  SPEC_DISPOSED: true, SPEC_INVALID: true, TENSOR_DISPOSED: true, TENSOR_FOREIGN: true, TRAIN_OP_CONFLICT: true, TRAIN_OP_MISSING: true,
  TRAIN_OP_USED: true, TRAINABLE_VARIABLES_INVALID: true, TRAINABLE_VARIABLES_MISSING: true, UPDATE_OPS_INVALID: true,
  WEIGHT_COLUMN_INVALID: true, WEIGHTS_DTYPE: true, WEIGHTS_MISSING: true, WEIGHTS_SHAPE: true, WEIGHTS_SPARSE: true,
};

type Pick = <T>(list: readonly T[]) => T;

/** Values that are nothing that any argument could be, each by a name. */
const strangers: Readonly<Record<string, () => unknown>> = {
  NaN: () => Number.NaN,
  'minus a half': () => -0.5,
  'a bigint': () => 2n ** 70n,
  'a symbol': () => Symbol('s'),
  'an empty string': () => '',
  'a long string': () => '\u001b[31m'.repeat(5000),
  'a date': () => new Date(Number.NaN),
  'a map': () => new Map([['w', 1]]),
  'an array': () => [1, [2]],
  'an array with holes': () => Object.assign([], { length: 3 }),
  'a typed array': () => new Float32Array(3),
  'a promise': () => Promise.resolve(1),
  'a proxy that throws': () => new Proxy({}, { get: () => thrown(), has: () => thrown(), ownKeys: () => thrown(), getPrototypeOf: () => thrown() }),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'an object that throws': () => Object.defineProperty({}, 'shape', { enumerable: true, get: () => thrown() }),
  'an object without a prototype': () => Object.assign(Object.create(null), { shape: 1n }),
  'half a tensor': () => ({ shape: [2, 1], dtype: 'float32', size: 2, rank: 2, isDisposed: false, dataId: {} }),
  'a sparse tensor': () => ({ indices: 1, values: 2, denseShape: [3] }),
};

function thrown(): never {
  throw new Error('A getter of a hostile object.');
}

/** Tensors that fit nowhere that logits of this shape do. */
const strangeTensors: Readonly<Record<string, (shape: readonly number[]) => Tensor>> = {
  'a disposed tensor': (shape) => {
    const tensor = tf.ones([...shape]);
    tensor.dispose();
    return tensor;
  },
  strings: (shape) => tf.tensor(Array.from({ length: sizeOf(shape) }, () => 'x'), [...shape]),
  // Of no kernel but this, and not every backend has it.
  ...(tf.getKernel('Complex', tf.getBackend()) && {
    'complex numbers': (shape: readonly number[]) => tf.tidy(() => tf.complex(tf.ones([...shape]), tf.ones([...shape]))),
  }),
  'a scalar': () => tf.scalar(1),
  'nothing': () => tf.zeros([0, 1]),
  'a row more': ([first = 0, ...rest]) => tf.ones([first + 1, ...rest]),
  'a column more': (shape) => tf.ones([...shape.slice(0, -1), (shape.at(-1) ?? 0) + 1]),
  'a dimension more': (shape) => tf.ones([...shape, 5]),
};

/** An attack: what is to throw, after the state and the tensors it may not touch have been made. */
interface Attack {
  readonly text: string;
  run(): unknown;
  /** What must be as before. */
  readonly state?: () => Promise<unknown>;
  dispose(): void;
}

/** Runs a hostile case and says what is wrong about how it ends. */
export async function runHostile(headName: HeadName, seed: number): Promise<readonly string[]> {
  const before = tf.memory().numTensors;
  const attack = draw(headName, seed);
  const state = JSON.stringify(await attack.state?.());
  const faults: string[] = [];
  const held = tf.memory().numTensors;
  try {
    await attack.run();
    faults.push('threw nothing');
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    if (!(typeof code === 'string' && Object.hasOwn(CODES, code))) faults.push(`threw without a code: ${String((error as Error)?.stack ?? error)}`);
    else if (typeof message !== 'string' || message.length > 2000) faults.push(`a message of ${String(message).length} characters`);
  }
  if (tf.memory().numTensors !== held) faults.push(`${tf.memory().numTensors - held} tensors left`);
  const after = JSON.stringify(await attack.state?.());
  if (after !== state) faults.push(`the metrics were ${state} and are ${after}`);
  attack.dispose();
  if (tf.memory().numTensors !== before) faults.push(`${tf.memory().numTensors - before} tensors left at the end`);
  return faults.length === 0 ? [] : [...faults, attack.text];
}

const classes = { RegressionHead, PoissonRegressionHead, LogisticRegressionHead };

function draw(headName: HeadName, seed: number): Attack {
  const next = random(seed + 1_000_003);
  const pick: Pick = (list) => list[Math.floor(next() * list.length)] as never;
  const Class = classes[headName] as new (options?: object) => Head;
  const k = headName === 'LogisticRegressionHead' ? 1 : pick([1, 2]);
  const options = { weightColumn: 'w', ...(k > 1 && { labelDimension: k }) };
  const one = drawCase(headName, seed);
  const [first] = one.batches as [DrawnBatch];
  const shape = [...first.logits.shape.slice(0, -1), k];
  const drawn = k === one.k && next() < 0.5 ? tensorsOf(first) : undefined;
  const logits = drawn?.logits ?? tf.zeros(shape);
  const labels = drawn?.labels ?? tf.ones(shape);
  const features = { w: drawn?.features.w ?? tf.ones([...shape.slice(0, -1), 1]) };
  const made: Tensor[] = [logits, labels, features.w];
  const head = new Class(options);
  const metrics = head.metrics();
  if (next() < 0.7) head.updateMetrics(metrics, features, logits, labels);

  const stranger = (...without: readonly string[]): readonly [string, unknown] => {
    const name = pick(Object.keys(strangers).filter((each) => !without.includes(each)));
    return [name, strangers[name]?.()];
  };
  const tensorish = (...without: readonly string[]): readonly [string, unknown] => {
    if (next() < 0.5) return stranger();
    const name = pick(Object.keys(strangeTensors).filter((each) => !without.includes(each)));
    const tensor = strangeTensors[name]?.(shape) as Tensor;
    if (!tensor.isDisposed) made.push(tensor);
    return [name, tensor];
  };
  const nothing = (...without: readonly string[]): readonly [string, unknown] =>
    next() < 0.1 ? pick([['null', null], ['undefined', undefined]] as const) : tensorish(...without);
  const call = pick(calls(headName));
  const [what, run] = call({ Class, head, metrics, logits, labels, features, options, pick, stranger, tensorish, nothing });
  return {
    text: JSON.stringify({ headName, seed, shape, attack: what }),
    run,
    state: async () => Promise.all(Object.values(metrics).map((metric) => metric.state())),
    dispose: () => {
      for (const metric of Object.values(metrics)) metric.dispose();
      for (const tensor of made) tensor.dispose();
    },
  };
}

interface Arena {
  readonly Class: new (options?: object) => Head;
  readonly head: Head;
  readonly metrics: Metrics;
  readonly logits: Tensor;
  readonly labels: Tensor;
  readonly features: Readonly<Record<string, Tensor>>;
  readonly options: object;
  readonly pick: Pick;
  /** A name and a value that no argument may be; not those of the names given. */
  stranger(...without: readonly string[]): readonly [string, unknown];
  /** The same, or a tensor that does not fit. */
  tensorish(...without: readonly string[]): readonly [string, unknown];
  /** The same, or nothing at all. */
  nothing(...without: readonly string[]): readonly [string, unknown];
}

type Call = (arena: Arena) => readonly [string, () => unknown];

/** For arguments that may be maps of what they like, and so may be any object that can be read. */
const MAPS = ['an object without a prototype', 'half a tensor'];
/** Logits of which nothing is wrong where there are no labels. */
const FITTING_ALONE = ['a row more'];
const EMPTY_LISTS = ['an array with holes'];

/** A tensor that a function hands over is its own: what is wrong about it, it keeps. */
function calls(headName: HeadName): readonly Call[] {
  const common: Call[] = [
    ({ head, logits, features, nothing }) => {
      const [name, value] = nothing();
      return [`loss: labels ${name}`, () => head.loss(value as never, logits, { features })];
    },
    ({ head, labels, features, nothing }) => {
      const [name, value] = nothing();
      return [`loss: logits ${name}`, () => head.loss(labels, value as never, { features })];
    },
    ({ head, labels, logits, tensorish }) => {
      const [name, value] = tensorish();
      return [`loss: features ${name}`, () => head.loss(labels, logits, { features: value as never })];
    },
    ({ head, labels, logits, nothing }) => {
      const [name, value] = nothing();
      return [`loss: weights ${name}`, () => head.loss(labels, logits, { features: { w: value as never } })];
    },
    ({ head, labels, logits, features, stranger }) => {
      const [name, value] = stranger();
      return [`loss: regularization ${name}`, () => head.loss(labels, logits, { features, regularizationLosses: value as never })];
    },
    ({ head, labels, logits, features, tensorish }) => {
      const [name, value] = scalarless(tensorish);
      return [`loss: a regularization loss ${name}`, () => head.loss(labels, logits, { features, regularizationLosses: [value as never] })];
    },
    ({ head, labels, logits, features, tensorish }) => {
      const [name, value] = scalarless(tensorish);
      return [`loss: a function of regularization ${name}`, () => head.loss(labels, logits, { features, regularizationLosses: () => [value as never] })];
    },
    ({ head, labels, logits, stranger }) => {
      const [name, value] = stranger(...MAPS, 'a sparse tensor', 'an object that throws');
      return [`loss: options ${name}`, () => head.loss(labels, logits, value as never)];
    },
    ({ head, nothing }) => {
      const [name, value] = nothing(...FITTING_ALONE);
      return [`predictions: logits ${name}`, () => head.predictions(value as never)];
    },
    ({ head, logits, stranger }) => {
      const [name, value] = stranger(...EMPTY_LISTS);
      return [`predictions: keys ${name}`, () => head.predictions(logits, value as never)];
    },
    ({ head, logits, stranger }) => {
      const [name, value] = stranger();
      return [`predictions: key ${name}`, () => head.predictions(logits, [value as never])];
    },
    ({ head, metrics, features, labels, nothing }) => {
      const [name, value] = nothing();
      return [`updateMetrics: logits ${name}`, () => head.updateMetrics(metrics, features, value as never, labels)];
    },
    ({ head, metrics, features, logits, nothing }) => {
      const [name, value] = nothing();
      return [`updateMetrics: labels ${name}`, () => head.updateMetrics(metrics, features, logits, value as never)];
    },
    ({ head, metrics, logits, labels, tensorish }) => {
      const [name, value] = tensorish();
      return [`updateMetrics: weights ${name}`, () => head.updateMetrics(metrics, { w: value as never }, logits, labels)];
    },
    ({ head, features, logits, labels, nothing }) => {
      const [name, value] = nothing();
      return [`updateMetrics: metrics ${name}`, () => head.updateMetrics(value as never, features, logits, labels)];
    },
    ({ head, metrics, features, logits, labels, stranger }) => {
      const [name, value] = stranger();
      return [`updateMetrics: regularization ${name}`, () => head.updateMetrics(metrics, features, logits, labels, { regularizationLosses: value as never })];
    },
    ({ metrics, nothing, pick }) => {
      const [name, value] = nothing();
      return [`merge: state ${name}`, () => pick(Object.values(metrics)).merge(value as never)];
    },
    ({ metrics, stranger, pick }) => {
      const [name, value] = stranger('NaN', 'minus a half');
      return [`merge: a sum ${name}`, () => pick(Object.values(metrics)).merge({ metric: 'mean', sums: [1, value as never] })];
    },
    ({ Class, stranger, pick }) => {
      const [name, value] = stranger();
      const option = pick(['lossReduction', 'name'].filter((each) => each !== 'name' || typeof value !== 'string'));
      return [`new: ${option} ${name}`, () => new Class({ [option]: value })];
    },
    ({ Class, stranger, pick }) => {
      const [name, value] = stranger();
      const option = pick(['lossreduction', 'weights', '__proto', 'reduction']);
      return [`new: ${option} ${name}`, () => new Class({ [option]: value })];
    },
    ({ Class, labels, logits, features, stranger }) => {
      const [name, value] = stranger();
      return [`loss: weightColumn ${name}`, () => new Class({ weightColumn: value }).loss(labels, logits, { features })];
    },
    ({ Class, options, labels, logits, features, stranger }) => {
      const [name, value] = stranger();
      const head = new Class({ ...options, weightColumn: numericColumn('w', { normalizerFn: () => value as never }) });
      return [`loss: normalizerFn returns ${name}`, () => head.loss(labels, logits, { features })];
    },
    ({ stranger, pick }) => {
      const [name, value] = stranger('a long string', 'minus a half');
      const option = pick(['shape', 'dtype', 'normalizerFn', 'bogus']);
      return [`numericColumn: ${option} ${name}`, () => numericColumn('w', { [option]: value } as never)];
    },
    ({ head, logits, labels, features, stranger }) => {
      const [name, value] = stranger();
      return [`spec: mode ${name}`, () => head.createEstimatorSpec({ mode: value as never, features, logits, labels })];
    },
    ({ head, labels, features, nothing, pick }) => {
      const mode = pick(['train', 'eval', 'infer'] as const);
      const [name, value] = nothing(...(mode === 'infer' ? FITTING_ALONE : []));
      return [`spec: logits ${name} in ${mode}`, () => head.createEstimatorSpec({ mode, features, logits: value as never, labels, trainOpFn: () => {} })];
    },
    ({ head, logits, features, nothing, pick }) => {
      const [name, value] = nothing();
      const mode = pick(['train', 'eval'] as const);
      return [`spec: labels ${name} in ${mode}`, () => head.createEstimatorSpec({ mode, features, logits, labels: value as never, trainOpFn: () => {} })];
    },
    ({ head, logits, labels, features, stranger, pick }) => {
      const [name, value] = stranger();
      const argument = pick(['optimizer', 'trainOpFn', 'updateOps', 'regularizationLosses', 'numReplicasInSync'] as const);
      const others = argument === 'trainOpFn' || argument === 'optimizer' ? {} : { trainOpFn: () => {} };
      return [`spec: ${argument} ${name}`, () => head.createEstimatorSpec({ mode: 'train', features, logits, labels, ...others, [argument]: value } as never)];
    },
    ({ head, logits, labels, features, stranger }) => {
      const [name, value] = stranger();
      const optimizer = { applyGradients: () => {} };
      return [`spec: trainableVariables ${name}`, () =>
        head.createEstimatorSpec({ mode: 'train', features, logits: () => logits, labels, optimizer, trainableVariables: value } as never)];
    },
  ];
  const own: Readonly<Record<HeadName, readonly Call[]>> = {
    LogisticRegressionHead: [
      ({ head, logits, features, pick }) => {
        const value = pick([-1e-30, 1.0000001, 2, Number.NaN, Infinity, -Infinity]);
        const text = `loss: a label ${value}`;
        return [text, () => withTensor(tf.fill(logits.shape, Math.fround(value)), (labels) => head.loss(labels, logits, { features }))];
      },
    ],
    PoissonRegressionHead: [labelDimension, ({ Class, stranger }) => {
      const [name, value] = stranger();
      return [`new: computeFullLoss ${name}`, () => new Class({ computeFullLoss: value })];
    }],
    RegressionHead: [labelDimension, ({ Class, stranger, pick }) => {
      const [name, value] = stranger();
      const option = pick(['lossFn', 'inverseLinkFn']);
      return [`new: ${option} ${name}`, () => new Class({ [option]: value })];
    }, ({ Class, options, labels, logits, features, stranger }) => {
      const [name, value] = stranger();
      return [`loss: lossFn returns ${name}`, () => new Class({ ...options, lossFn: () => value }).loss(labels, logits, { features })];
    }, ({ Class, options, logits, stranger }) => {
      const [name, value] = stranger();
      return [`predictions: inverseLinkFn returns ${name}`, () => new Class({ ...options, inverseLinkFn: () => value }).predictions(logits)];
    }],
  };
  return [...common, ...own[headName]];
}

const labelDimension: Call = ({ Class, stranger, pick }) => {
  const [name, value] = pick([stranger(), ['zero', 0], ['one and a half', 1.5], ['Infinity', Infinity], ['the string 1', '1']] as const);
  return [`new: labelDimension ${name}`, () => new Class({ labelDimension: value })];
};

/** Not a scalar, which a regularization loss is. */
function scalarless(tensorish: Arena['tensorish']): readonly [string, unknown] {
  const drawn = tensorish();
  return drawn[0] === 'a scalar' ? ['the word none', Reduction.NONE] : drawn;
}

function withTensor<T>(tensor: Tensor, run: (tensor: Tensor) => T): T {
  try {
    return run(tensor);
  } finally {
    tensor.dispose();
  }
}
