// What calls of both heads refuse, lines 59, 60, 64 and 66 of the feature checklist. Each leaves nothing behind.
import { memory, ones, scalar, slice, tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, HeadErrorCode } from '@tfjs-heads/head-api';
import { describe, it } from 'vitest';
import { NumberHead } from '../src/conformance-heads.js';
import { MultiHead, SequentialHeadWrapper } from '../src/index.js';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { batchOfBoth, both, chance, strangeHead, two } from './support/heads.js';
import { releaseTensors } from './support/release.js';

releaseTensors();

/** Has whatever type it is needed as: what a program in JavaScript may pass. */
const wrong = (value: unknown): never => value as never;
const throwing = (keys: readonly string[]): never =>
  wrong(
    Object.defineProperties(
      {},
      Object.fromEntries(keys.map((key) => [key, { get: () => expect.fail('boom'), enumerable: true }])),
    ),
  );
const gone = (): Tensor => {
  const given = ones([3, 3]);
  given.dispose();
  return given;
};

const rejected = (): Promise<never> => Promise.reject(new Error('late')); // fails the run where nobody handles it
const [column, pair, vector, one] = [ones([3, 1]), ones([3, 2]), ones([2]), scalar(1)];

type Batch = ReturnType<typeof batchOfBoth>;
type Case = readonly [
  name: string,
  call: (batch: Batch) => () => unknown,
  code: HeadErrorCode,
  says: readonly string[],
];

const lossWith = (change: (batch: Batch) => object) => (batch: Batch) => {
  const { labels, logits, features } = { ...batch, ...change(batch) };
  return () => both.loss(labels, logits, { features });
};

const multi: readonly Case[] = [
  ['no logits', lossWith(() => ({ logits: undefined })), 'LOGITS_MISSING', ['logits', 'undefined', '3']],
  ['null for logits', lossWith(() => ({ logits: null })), 'LOGITS_MISSING', ['null']],
  ['a list for logits', lossWith(() => ({ logits: [[1, 2, 3]] })), 'LOGITS_DTYPE', ['logits', 'array of 1']],
  ['strings for logits', lossWith(() => ({ logits: tensor([['a', 'b', 'c']]) })), 'LOGITS_DTYPE', ['logits', 'string']],
  [
    'logits without a head',
    lossWith(() => ({ logits: { two: ones([3, 2]) } })),
    'LOGITS_MISSING',
    ['logits has missing values for head(s)', "'chance'"],
  ],
  ['logits without any', lossWith(() => ({ logits: {} })), 'LOGITS_MISSING', ["'two', 'chance'"]],
  ['logits that throw', lossWith(() => ({ logits: throwing(['two']) })), 'LOGITS_DTYPE', ["logits['two']", 'boom']],
  [
    'too few logits',
    lossWith(() => ({ logits: ones([3, 2]) })),
    'LOGITS_SHAPE',
    ['Could not split logits', '[3,2]', "'two' 2, 'chance' 1", 'got 2'],
  ],
  [
    'too many logits',
    lossWith(() => ({ logits: ones([3, 4]) })),
    'LOGITS_SHAPE',
    ['Could not split logits', '[3,4]', 'got 4'],
  ],
  ['logits of rank 1', lossWith(() => ({ logits: ones([3]) })), 'LOGITS_SHAPE', ['rank at least 2', '[3]']],
  ['logits without rows', lossWith(() => ({ logits: zeros([0, 3]) })), 'LOGITS_SHAPE', ['[0,3]']],
  [
    'a promise for labels',
    lossWith(() => ({ labels: rejected() })),
    'LABELS_DTYPE',
    ['labels must be a dict', 'promise'],
  ],
  [
    'promises for labels',
    lossWith(() => ({ labels: { two: rejected(), chance: rejected() } })),
    'LABELS_DTYPE',
    ["Head 'two'", 'promise'],
  ],
  ['a promise for logits', lossWith(() => ({ logits: rejected() })), 'LOGITS_DTYPE', ['logits', 'promise']],
  [
    'promises for logits',
    lossWith(() => ({ logits: { two: rejected(), chance: rejected() } })),
    'LOGITS_DTYPE',
    ["Head 'two'", 'promise'],
  ],
  [
    'a promise for features',
    ({ labels, logits }) =>
      () =>
        both.loss(labels, logits, { features: wrong(rejected()) }),
    'FEATURES_INVALID',
    ['features', 'promise'],
  ],
  ['disposed logits', lossWith(() => ({ logits: gone() })), 'TENSOR_DISPOSED', ['logits']],
  [
    'logits of a head that are wrong',
    lossWith(() => ({ logits: { two: ones([3, 3]), chance: ones([3, 1]) } })),
    'LOGITS_SHAPE',
    ["Head 'two'", '[3,3]'],
  ],
  [
    'no labels',
    lossWith(() => ({ labels: undefined })),
    'LABELS_MISSING',
    ['You must provide a labels Tensor', 'undefined'],
  ],
  [
    'labels that are a tensor',
    lossWith(({ labels }) => ({ labels: labels.two })),
    'LABELS_DTYPE',
    ['labels must be a dict', '[3,2]'],
  ],
  [
    'labels that are a list',
    lossWith(({ labels }) => ({ labels: [labels.two] })),
    'LABELS_DTYPE',
    ['labels must be a dict', 'array of 1'],
  ],
  [
    'labels without a head',
    lossWith(({ labels }) => ({ labels: { two: labels.two } })),
    'LABELS_MISSING',
    ['labels has missing values for head(s)', "'chance'"],
  ],
  [
    'labels that are null',
    lossWith(({ labels }) => ({ labels: { ...labels, two: null } })),
    'LABELS_MISSING',
    ["'two'"],
  ],
  [
    'labels that throw',
    lossWith(() => ({ labels: throwing(['two', 'chance']) })),
    'LABELS_DTYPE',
    ["labels['two']", 'boom'],
  ],
  [
    'labels of a head that are wrong',
    lossWith(({ labels }) => ({ labels: { ...labels, chance: ones([2, 1]) } })),
    'LABELS_SHAPE',
    ["Head 'chance'", '[2,1]'],
  ],
  [
    'labels of a head out of range',
    lossWith(({ labels }) => ({ labels: { ...labels, chance: tensor([[2], [0], [1]]) } })),
    'LABELS_RANGE',
    ["Head 'chance'", '2'],
  ],
  ['weights that are missing', lossWith(() => ({ features: {} })), 'WEIGHTS_MISSING', ["Head 'two'", "'weight'"]],
  [
    'penalties that are none',
    ({ labels, logits, features }) =>
      () =>
        both.loss(labels, logits, { features, regularizationLosses: wrong(7) }),
    'REGULARIZATION_LOSSES_INVALID',
    ['7'],
  ],
  [
    'a misspelled option',
    ({ labels, logits }) =>
      () =>
        both.loss(labels, logits, wrong({ regularizationLoss: [] })),
    'INVALID_ARGUMENT',
    ["'regularizationLosses'"],
  ],
  [
    'a prediction of no head',
    ({ logits }) =>
      () =>
        both.predictions(logits, [wrong('three/logits')]),
    'PREDICTION_KEY_INVALID',
    ["'three/logits'", "'two', 'chance'"],
  ],
  [
    'a prediction that its head has not',
    ({ logits }) =>
      () =>
        both.predictions(logits, ['two/logits']),
    'PREDICTION_KEY_INVALID',
    ["Head 'two'", 'logits'],
  ],
  [
    'a prediction without a head',
    ({ logits }) =>
      () =>
        both.predictions(logits, [wrong('predictions')]),
    'PREDICTION_KEY_INVALID',
    ["'predictions'"],
  ],
  [
    'keys that are a string',
    ({ logits }) =>
      () =>
        both.predictions(logits, wrong('two/predictions')),
    'PREDICTION_KEY_INVALID',
    ['in a list'],
  ],
  [
    'no metrics',
    ({ labels, logits, features }) =>
      () =>
        both.updateMetrics(wrong(undefined), features, logits, labels),
    'EVAL_METRICS_INVALID',
    ["'loss/two'", 'undefined'],
  ],
  [
    'metrics of one head',
    ({ labels, logits, features }) =>
      () =>
        both.updateMetrics({ ...new MultiHead({ heads: [two] }).metrics() }, features, logits, labels),
    'EVAL_METRICS_INVALID',
    ["'loss/chance'"],
  ],
  [
    'metrics without the penalties',
    ({ labels, logits, features }) =>
      () =>
        both.updateMetrics(both.metrics(), features, logits, labels, { regularizationLosses: [one] }),
    'EVAL_METRICS_INVALID',
    ["'regularization_loss/two_chance'"],
  ],
  [
    'a loss that is no scalar',
    ({ labels }) =>
      () =>
        new MultiHead({ heads: [strangeHead('s', { loss: () => wrong(vector) }), chance] }).loss(
          { s: column, chance: labels.chance },
          pair,
        ),
    'HEADS_INVALID',
    ["Head 's'", '[2]'],
  ],
  [
    'a loss that is a promise',
    () => () =>
      new MultiHead({ heads: [strangeHead('s', { loss: () => wrong(Promise.resolve(1)) })] }).loss(
        { s: column },
        column,
      ),
    'HEADS_INVALID',
    ["Head 's'", 'promise'],
  ],
  [
    'a spec that is none',
    ({ logits }) =>
      () =>
        new MultiHead({ heads: [two, strangeHead('s', { createEstimatorSpec: () => wrong({}) })] }).createEstimatorSpec(
          { mode: 'infer', logits },
        ),
    'HEADS_INVALID',
    ["Head 's'", 'predictions and exportOutputs'],
  ],
  [
    'no optimizer',
    ({ labels, logits, features }) =>
      () =>
        both.createEstimatorSpec({ mode: 'train', labels, logits, features }),
    'TRAIN_OP_MISSING',
    ['optimizer'],
  ],
  [
    'labels that are missing to evaluate',
    ({ logits }) =>
      () =>
        both.createEstimatorSpec({ mode: 'eval', logits }),
    'LABELS_MISSING',
    ['labels'],
  ],
];

const wrapper = new SequentialHeadWrapper({
  staticHead: new NumberHead({ weightColumn: 'w' }),
  sequenceLengthMask: 'mask',
  featureColumns: 'w',
});
const sequences = () => ({
  labels: wrong(ones([2, 2])) as Tensor,
  logits: ones([2, 2, 1]) as Tensor,
  features: { mask: tensor([true, false, true, true], [2, 2], 'bool') as Tensor, w: ones([2, 2]) as Tensor },
});
type SequenceCase = readonly [name: string, change: object, code: HeadErrorCode, says: readonly string[]];
const mask = (value: unknown): object => ({ features: { mask: value, w: ones([2, 2]) } });
const sparse = (values: number[], denseShape: number[]): object => ({
  indices: tensor2d(
    values.map((_value, i) => denseShape.map((_dimension, axis) => (axis === 0 ? i : 0))),
    [values.length, denseShape.length],
    'int32',
  ),
  values: tensor1d(values),
  denseShape,
});

const sparseLabels = (change: object): object => ({ labels: { ...sparse([1, 2, 3], [3, 2]), ...change } });
const sequential: readonly SequenceCase[] = [
  [
    'sparse labels at strings',
    sparseLabels({
      indices: tensor([
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'f'],
      ]),
    }),
    'LABELS_SHAPE',
    ['labels.indices', 'int32', 'string'],
  ],
  [
    'sparse labels at floats',
    sparseLabels({ indices: ones([3, 2]) }),
    'LABELS_SHAPE',
    ['labels.indices', 'int32', 'float32'],
  ],
  ['sparse labels at a list', sparseLabels({ indices: [[0, 0]] }), 'LABELS_DTYPE', ['labels.indices', 'array of 1']],
  ['sparse labels at disposed places', sparseLabels({ indices: gone() }), 'TENSOR_DISPOSED', ['labels.indices']],
  [
    'sparse labels at places in a row',
    sparseLabels({ indices: zeros([6], 'int32') }),
    'LABELS_SHAPE',
    ['[count,2]', '[6]'],
  ],
  [
    'sparse labels at places of three',
    sparseLabels({ indices: zeros([3, 3], 'int32') }),
    'LABELS_SHAPE',
    ['[count,2]', '[3,3]'],
  ],
  [
    'sparse labels in two dimensions',
    sparseLabels({ values: ones([3, 1]) }),
    'LABELS_SHAPE',
    ['labels.values', '[3,1]'],
  ],
  ...(
    [
      [3, -1],
      [3, 0.5],
      [3, NaN],
      [3, '2'],
      [3, null],
      [3, Symbol('s')],
      [3, Infinity],
      [3, 2n],
    ] as unknown[][]
  ).map((denseShape): SequenceCase => [
    `sparse labels in ${String(denseShape[1])} columns`,
    sparseLabels({ denseShape }),
    'LABELS_SHAPE',
    ['labels.denseShape', 'whole numbers'],
  ]),
  ...['indices', 'values'].map((part): SequenceCase => [
    `sparse labels whose ${part} throw`,
    { labels: Object.defineProperty(sparse([1, 2, 3], [3, 2]), part, { get: () => expect.fail('boom') }) },
    'LABELS_DTYPE',
    [`labels.${part}`, 'boom'],
  ]),
  [
    'sparse logits of a hole',
    { logits: { ...sparse([1, 2, 3], [3, 2]), denseShape: Array.from({ length: 2 }) } },
    'LOGITS_SHAPE',
    ['logits.denseShape'],
  ],
  [
    'labels that are a promise',
    {
      get labels() {
        return rejected();
      },
    },
    'LABELS_DTYPE',
    ['labels', 'promise'],
  ],
  [
    'features that are a promise',
    {
      get features() {
        return rejected();
      },
    },
    'FEATURES_INVALID',
    ['features', 'promise'],
  ],
  [
    'sparse labels of promises',
    {
      get labels() {
        return { indices: rejected(), values: rejected(), denseShape: [3, 2] };
      },
    },
    'LABELS_DTYPE',
    ['labels.indices', 'promise'],
  ],
  [
    'no features',
    { features: undefined },
    'SEQUENCE_MASK_MISSING',
    ['The provided sequence_length_mask key', "'mask'", 'undefined'],
  ],
  ['features without a mask', { features: {} }, 'SEQUENCE_MASK_MISSING', ["'mask'"]],
  ['features that are a tensor', { features: wrong(scalar(1)) }, 'FEATURES_INVALID', ['features']],
  ['features that throw', { features: throwing(['mask']) }, 'FEATURES_INVALID', ["features['mask']", 'boom']],
  [
    'a mask of one dimension',
    mask(ones([2])),
    'SEQUENCE_MASK_INVALID',
    ['Mask is expected to have two dimensions', '[2]'],
  ],
  ['a mask of three', mask(ones([2, 2, 1])), 'SEQUENCE_MASK_INVALID', ['two dimensions', '[2,2,1]']],
  ['a mask that is a list', mask([[1, 0]]), 'SEQUENCE_MASK_INVALID', ["features['mask']", 'array of 1']],
  ['a mask of strings', mask(tensor([['a', 'b']])), 'SEQUENCE_MASK_INVALID', ['string']],
  ['a sparse mask', mask(sparse([1], [2, 2])), 'SEQUENCE_MASK_INVALID', ['dense', 'SparseTensor']],
  ['a mask without a step', mask(zeros([2, 2])), 'SEQUENCE_MASK_INVALID', ['at least one step', '[2,2]']],
  ['a mask without a place', mask(zeros([0, 2])), 'SEQUENCE_MASK_INVALID', ['at least one step', '[0,2]']],
  ['a disposed mask', mask(gone()), 'TENSOR_DISPOSED', ["features['mask']"]],
  ['no logits', { logits: undefined }, 'LOGITS_MISSING', ['logits', 'undefined']],
  [
    'logits of one dimension',
    { logits: ones([4]) },
    'LOGITS_SHAPE',
    ['Input tensor expected to have at least 2 dimensions', '[4]'],
  ],
  [
    'logits of other steps',
    { logits: ones([2, 3, 1]) },
    'LOGITS_SHAPE',
    ['Tensor shape is incompatible with provided mask', '[2,3,1]', '[2,2]'],
  ],
  ['logits of other sequences', { logits: ones([3, 2, 1]) }, 'LOGITS_SHAPE', ['incompatible', '[3,2,1]']],
  ['logits that are a list', { logits: [1] }, 'LOGITS_DTYPE', ['logits', 'array of 1']],
  [
    'too few sparse logits',
    { logits: sparse([1, 2], [2, 2]) },
    'LOGITS_SHAPE',
    ['incompatible', '2 values', '3 steps'],
  ],
  ['no labels', { labels: undefined }, 'LABELS_MISSING', ['You must provide a labels Tensor', 'undefined']],
  ['labels of one dimension', { labels: ones([4]) }, 'LABELS_SHAPE', ['at least 2 dimensions', '[4]']],
  ['labels of other steps', { labels: ones([2, 1]) }, 'LABELS_SHAPE', ['incompatible', '[2,1]']],
  [
    'too many sparse labels',
    { labels: sparse([1, 2, 3, 4], [4, 2]) },
    'LABELS_SHAPE',
    ['incompatible', '4 values', '3 steps'],
  ],
  [
    'sparse labels of one dimension',
    { labels: sparse([1, 2, 3], [4]) },
    'LABELS_SHAPE',
    ['at least 2 dimensions', '[4]'],
  ],
  ['labels by name', { labels: { a: scalar(1) } }, 'LABELS_DTYPE', ['labels', '"a"']],
  ['labels that do not fit the head', { labels: ones([2, 2, 3]) }, 'LABELS_SHAPE', ['dimension=1', '[2,2,3]']],
  [
    'a column that is missing',
    { features: { mask: ones([2, 2]) } },
    'FEATURES_INVALID',
    ["'w' column expected in features dictionary"],
  ],
  [
    'a column of other steps',
    { features: { mask: ones([2, 2]), w: ones([2]) } },
    'FEATURES_INVALID',
    ["features['w']", 'at least 2 dimensions'],
  ],
  [
    'a column that is a list',
    { features: { mask: ones([2, 2]), w: [1] } },
    'FEATURES_INVALID',
    ["features['w']", 'array of 1'],
  ],
];

/** Refuses a call, twice: it leaves no tensor behind. */
function refuses(call: () => unknown, code: HeadErrorCode, says: readonly string[]): void {
  const before = memory().numTensors;
  for (let count = 0; count < 2; count++) expect(call).toThrowCoded(code, says);
  expect(memory().numTensors).toBe(before);
}

describe('a MultiHead refuses', () => {
  it.each(multi)('%s', (_name, call, code, says) => refuses(call(batchOfBoth()), code, says));

  it('what it refuses before any metric has changed', async () => {
    const { labels, logits, features } = batchOfBoth();
    const metrics = both.metrics();
    const bad = { ...labels, chance: tensor([[2], [0], [1]]) };
    expect(() => both.updateMetrics(metrics, features, logits, bad)).toThrowCoded('LABELS_RANGE');
    for (const metric of Object.values(metrics)) expect(metric.updates).toBe(0);
  });
});

describe('a MultiHead takes no notice of logits that no head has', () => {
  const cycle: Record<string, unknown> = {};
  cycle['again'] = cycle;
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 3],
    ['a disposed tensor', gone()],
    ['a map of one', { inner: gone(), more: { nothing: null } }],
    ['a map within itself', cycle],
    ['a map that throws', throwing(['inner'])],
  ])('%s', async (_name, more) => {
    const { labels, logits, features } = batchOfBoth();
    const last = slice(logits, [0, 2], [3, 1]);
    const given = { two: slice(logits, [0, 0], [3, 2]), chance: last, more } as never;
    const before = memory().numTensors;
    for (const mode of ['train', 'eval', 'infer'] as const) {
      const trainOpFn = mode === 'train' ? () => null : undefined;
      const spec = both.createEstimatorSpec({ mode, labels, logits: () => given, features, trainOpFn });
      expect(Object.keys(spec.predictions)).toEqual(['two/predictions', 'chance/predictions', 'chance/logits']);
      if (spec.mode === 'eval') await Promise.all(Object.values(spec.evalMetricOps).map((metric) => metric.result()));
      spec.dispose();
    }
    expect(memory().numTensors).toBe(before);
  });
});

/** What a head of another make may return that is none of the contract; promises are made when they are asked for. */
const returns: readonly (readonly [string, () => unknown])[] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a list', () => []],
  ['a number', () => 3],
  ['a promise that is rejected', () => rejected()],
];

describe('what a head of another make returns is refused', () => {
  const headThat = (changes: object): Head => strangeHead('s', changes);
  const wrapped = (changes: object) =>
    new SequentialHeadWrapper({ staticHead: headThat(changes), sequenceLengthMask: 'mask' });
  const heads = (changes: object) => new MultiHead({ heads: [headThat(changes)] });
  const [cube, features] = [ones([3, 2, 1]), { mask: ones([3, 2]) }];
  const of = "Head 's'";

  it.each(returns)('loss() returns %s', (_name, loss) => {
    refuses(() => heads({ loss }).loss({ s: column }, column), 'HEADS_INVALID', [of, 'loss()']);
    refuses(() => wrapped({ loss }).loss(cube, cube, { features }), 'STATIC_HEAD_INVALID', ['loss()']);
  });

  it.each(returns)('predictions() returns %s', (_name, predictions) => {
    refuses(() => heads({ predictions }).predictions(column), 'HEADS_INVALID', [of, 'predictions()']);
    refuses(() => wrapped({ predictions }).predictions(cube), 'STATIC_HEAD_INVALID', ['predictions()']);
  });

  it.each([...returns, ['no metric', () => ({ mine: null })] as const])('metrics() returns %s', (_name, metrics) => {
    refuses(() => heads({ metrics }).metrics(), 'HEADS_INVALID', [of, 'metrics()']);
    refuses(
      () =>
        heads({ metrics }).updateMetrics(new MultiHead({ heads: [headThat({})] }).metrics(), {}, column, { s: column }),
      'HEADS_INVALID',
      [of],
    );
    refuses(() => wrapped({ metrics }).metrics(), 'STATIC_HEAD_INVALID', ['metrics()']);
  });

  const noDispose = { mode: 'infer', predictions: {}, exportOutputs: {} };
  const cannotDispose = { mode: 'none', dispose: () => expect.fail('boom') };
  it.each([
    ...returns,
    ['an object', () => ({})] as const,
    ['no dispose()', () => noDispose] as const,
    ['a spec that cannot be disposed of', () => cannotDispose] as const,
    ['an object that throws', () => throwing(['mode', 'dispose', 'predictions'])] as const,
  ])('createEstimatorSpec() returns %s', (_name, createEstimatorSpec) => {
    const head = wrapped({ createEstimatorSpec });
    for (const mode of ['train', 'eval', 'infer'] as const)
      refuses(() => head.createEstimatorSpec({ mode, labels: cube, logits: cube, features }), 'STATIC_HEAD_INVALID', [
        'createEstimatorSpec()',
      ]);
    refuses(
      () => heads({ createEstimatorSpec }).createEstimatorSpec({ mode: 'infer', logits: column }),
      'HEADS_INVALID',
      [of, 'createEstimatorSpec()'],
    );
  });
});

describe('a SequentialHeadWrapper refuses', () => {
  it.each(sequential)('%s', (_name, change, code, says) => {
    const { labels, logits, features } = { ...sequences(), ...change };
    refuses(() => wrapper.loss(labels, logits, { features }), code, says);
    refuses(() => wrapper.updateMetrics(wrapper.metrics(), features, logits, labels), code, says);
    refuses(() => wrapper.createEstimatorSpec({ mode: 'eval', labels, logits, features }), code, says);
  });

  it('to predict without a mask', () => {
    const { logits } = sequences();
    refuses(() => wrapper.createEstimatorSpec({ mode: 'infer', logits }), 'SEQUENCE_MASK_MISSING', ["'mask'"]);
    const mine = new SequentialHeadWrapper({ staticHead: new NumberHead(), sequenceLengthMask: 'predictions' });
    const features = { predictions: ones([2, 2]) };
    refuses(() => mine.createEstimatorSpec({ mode: 'infer', logits, features }), 'SEQUENCE_MASK_INVALID', [
      "'predictions'",
    ]);
  });

  it('modes that are none', () => {
    const { labels, logits, features } = sequences();
    for (const mode of ['predict', undefined])
      refuses(() => wrapper.createEstimatorSpec({ mode: wrong(mode), labels, logits, features }), 'MODE_INVALID', [
        'mode',
      ]);
  });
});
