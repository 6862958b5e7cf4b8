// What the heads of classes refuse beyond what the law `errors` asks of any head. Nothing is left behind.
import * as tf from '@tensorflow/tfjs-core';
import type { HeadErrorCode } from '@tfjs-heads/head-api';
import {
  BinaryClassHead,
  binaryOrMultiClassHead,
  MultiClassHead,
  MultiLabelHead,
} from '@tfjs-heads/head-classification';
import { describe, it } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';

/** Has whatever type it is needed as: what a program in JavaScript may pass. */
const wrong = (value: unknown): never => value as never;
/** An object that throws when it is looked at. */
const hostile = new Proxy([], {
  get: () => {
    throw new Error('hostile');
  },
  getPrototypeOf: () => {
    throw new Error('hostile');
  },
});

const binary = (options: object) => () => new BinaryClassHead(wrong(options));
const multi = (options: object) => () => new MultiClassHead(wrong(options));
const label = (options: object) => () => new MultiLabelHead(wrong(options));
const nine = [...'abcdefghi'];

type Case = readonly [name: string, run: () => unknown, code: HeadErrorCode, says: readonly string[]];

const options: readonly Case[] = [
  ['a misspelled option', binary({ threshold: [0.5] }), 'INVALID_ARGUMENT', ["'threshold'", "'thresholds'"]],
  ['an option of another head', binary({ nClasses: 2 }), 'INVALID_ARGUMENT', ["'nClasses'"]],
  ['thresholds for several classes', multi({ nClasses: 3, thresholds: [0.5] }), 'INVALID_ARGUMENT', ["'thresholds'"]],
  ['options that are a list', binary([]), 'INVALID_ARGUMENT', ['BinaryClassHead', 'array of 0']],
  ['options that are null', binary(wrong(null)), 'INVALID_ARGUMENT', ['BinaryClassHead', 'null']],
  ['a name that is a number', label({ nClasses: 2, name: 7 }), 'INVALID_ARGUMENT', ['name', '7']],
  ['no reduction', binary({ lossReduction: 'none' }), 'LOSS_REDUCTION_INVALID', ['none']],
  ['a reduction in capitals', multi({ nClasses: 3, lossReduction: 'SUM' }), 'LOSS_REDUCTION_INVALID', ['SUM']],
  ['an unknown reduction', label({ nClasses: 2, lossReduction: 'mean' }), 'LOSS_REDUCTION_INVALID', ['mean']],
  ['a loss by name', binary({ lossFn: 'hinge' }), 'LOSS_FN_INVALID', ['lossFn', '"hinge"']],
  ['a loss that is a promise', multi({ nClasses: 3, lossFn: Promise.resolve() }), 'LOSS_FN_INVALID', ['promise']],
  ['a loss that is null', label({ nClasses: 2, lossFn: null }), 'LOSS_FN_INVALID', ['null']],
  [
    'an unknown option of either',
    () => binaryOrMultiClassHead(wrong({ nClasses: 2, vocabulary: [] })),
    'INVALID_ARGUMENT',
    ["'vocabulary'"],
  ],
  [
    'no options of either',
    () => binaryOrMultiClassHead(wrong(undefined)),
    'N_CLASSES_INVALID',
    ['nClasses', 'undefined'],
  ],

  ['no number of classes', multi({}), 'N_CLASSES_INVALID', ['n_classes cannot be None', 'undefined']],
  ['no options', () => new MultiClassHead(wrong(undefined)), 'N_CLASSES_INVALID', ['nClasses', 'undefined']],
  ['null classes', multi({ nClasses: null }), 'N_CLASSES_INVALID', ['n_classes cannot be None', 'null']],
  [
    'two of several classes',
    multi({ nClasses: 2 }),
    'N_CLASSES_INVALID',
    ['n_classes must be > 2', '2', 'BinaryClassHead'],
  ],
  ['half a class', multi({ nClasses: 3.5 }), 'N_CLASSES_INVALID', ['nClasses', '3.5']],
  ['NaN classes', multi({ nClasses: NaN }), 'N_CLASSES_INVALID', ['NaN']],
  ['infinitely many classes', multi({ nClasses: Infinity }), 'N_CLASSES_INVALID', ['Infinity']],
  [
    'more classes than a tensor may have',
    multi({ nClasses: 2 ** 53 }),
    'N_CLASSES_INVALID',
    ['nClasses', '9007199254740992'],
  ],
  ['classes as text', multi({ nClasses: '3' }), 'N_CLASSES_INVALID', ['"3"']],
  ['a bigint of classes', multi({ nClasses: 3n }), 'N_CLASSES_INVALID', ['bigint']],
  ['one class', label({ nClasses: 1 }), 'N_CLASSES_INVALID', ['n_classes must be > 1', '1']],
  ['no number of labels', label({}), 'N_CLASSES_INVALID', ['n_classes must be > 1', 'undefined']],
  ['negative classes', label({ nClasses: -3 }), 'N_CLASSES_INVALID', ['-3']],

  [
    'a vocabulary by name',
    binary({ labelVocabulary: 'no,yes' }),
    'LABEL_VOCABULARY_INVALID',
    ['label_vocabulary should be a list', '"no,yes"'],
  ],
  [
    'a vocabulary that is a map',
    multi({ nClasses: 3, labelVocabulary: { a: 0 } }),
    'LABEL_VOCABULARY_INVALID',
    ['"a"'],
  ],
  [
    'a vocabulary that is a Set',
    label({ nClasses: 2, labelVocabulary: new Set(['a', 'b']) }),
    'LABEL_VOCABULARY_INVALID',
    ['Set of 2'],
  ],
  [
    'a vocabulary of numbers',
    binary({ labelVocabulary: ['no', 1] }),
    'LABEL_VOCABULARY_INVALID',
    ['strings', '1 at index 1'],
  ],
  [
    'a vocabulary with a hole',
    multi({ nClasses: 3, labelVocabulary: Object.assign(['a'], { 2: 'c' }) }),
    'LABEL_VOCABULARY_INVALID',
    ['undefined at index 1'],
  ],
  [
    'a vocabulary too short',
    multi({ nClasses: 3, labelVocabulary: ['a', 'b'] }),
    'LABEL_VOCABULARY_INVALID',
    ['n_classes (3)', '2'],
  ],
  [
    'a vocabulary too long',
    label({ nClasses: 3, labelVocabulary: nine }),
    'LABEL_VOCABULARY_INVALID',
    ['n_classes (3)', '9'],
  ],
  [
    'a vocabulary of three for two',
    binary({ labelVocabulary: ['a', 'b', 'c'] }),
    'LABEL_VOCABULARY_INVALID',
    ['(2)', '3'],
  ],
  ['an empty vocabulary', binary({ labelVocabulary: [] }), 'LABEL_VOCABULARY_INVALID', ['(2)', '0']],
  [
    'a vocabulary with a name twice',
    multi({ nClasses: 3, labelVocabulary: ['a', 'b', 'a'] }),
    'LABEL_VOCABULARY_INVALID',
    ["'a'", '0 and 2'],
  ],
  ['a hostile vocabulary', binary({ labelVocabulary: hostile }), 'LABEL_VOCABULARY_INVALID', ['labelVocabulary']],

  ['one threshold that is no list', binary({ thresholds: 0.5 }), 'THRESHOLDS_INVALID', ['thresholds', '(0, 1)', '0.5']],
  ['a threshold of 0', binary({ thresholds: [0.5, 0] }), 'THRESHOLDS_INVALID', ['(0, 1)', '0 at index 1']],
  ['a threshold of 1', label({ nClasses: 2, thresholds: [1] }), 'THRESHOLDS_INVALID', ['(0, 1)', '1 at index 0']],
  ['a threshold of NaN', label({ nClasses: 2, thresholds: [NaN] }), 'THRESHOLDS_INVALID', ['NaN']],
  ['a threshold as text', binary({ thresholds: ['0.5'] }), 'THRESHOLDS_INVALID', ['"0.5"']],
  ['a hostile list of thresholds', binary({ thresholds: hostile }), 'THRESHOLDS_INVALID', ['thresholds']],

  [
    'a class for metrics that is no list',
    label({ nClasses: 3, classesForClassBasedMetrics: 1 }),
    'METRIC_CLASSES_INVALID',
    ['classesForClassBasedMetrics', '1'],
  ],
  [
    'a class for metrics too large',
    label({ nClasses: 3, classesForClassBasedMetrics: [0, 3] }),
    'METRIC_CLASSES_INVALID',
    ['[0, 2]', 'Given', '3'],
  ],
  [
    'a class for metrics too small',
    label({ nClasses: 3, classesForClassBasedMetrics: [-1] }),
    'METRIC_CLASSES_INVALID',
    ['[0, 2]', '-1'],
  ],
  [
    'half a class for metrics',
    label({ nClasses: 3, classesForClassBasedMetrics: [0.5] }),
    'METRIC_CLASSES_INVALID',
    ['0.5'],
  ],
  [
    'names without a vocabulary',
    label({ nClasses: 3, classesForClassBasedMetrics: ['a'] }),
    'METRIC_CLASSES_INVALID',
    ['label_vocabulary must be provided'],
  ],
  [
    'a name that is none',
    label({ nClasses: 2, labelVocabulary: ['a', 'b'], classesForClassBasedMetrics: ['z'] }),
    'METRIC_CLASSES_INVALID',
    ["'z' is not in list", 'a, b'],
  ],
  [
    'an id among names',
    label({ nClasses: 2, labelVocabulary: ['a', 'b'], classesForClassBasedMetrics: ['a', 1] }),
    'METRIC_CLASSES_INVALID',
    ['1', 'not in list'],
  ],
  [
    'a name among ids',
    label({ nClasses: 2, labelVocabulary: ['a', 'b'], classesForClassBasedMetrics: [0, 'b'] }),
    'METRIC_CLASSES_INVALID',
    ['"b"'],
  ],
  [
    'a hostile list of classes',
    label({ nClasses: 3, classesForClassBasedMetrics: hostile }),
    'METRIC_CLASSES_INVALID',
    ['classesForClassBasedMetrics'],
  ],
];

it.each(options)('options: %s', (_, run, code, says) => expect(run).toThrowCoded(code, says));

describe('arguments', () => {
  const names = ['a', 'b', 'c'];
  const [two, several, many] = [
    new BinaryClassHead({ weightColumn: 'w' }),
    new MultiClassHead({ nClasses: 3, weightColumn: 'w' }),
    new MultiLabelHead({ nClasses: 3, weightColumn: 'w', labelVocabulary: names }),
  ];
  const w = (...shape: number[]): { features: { w: tf.Tensor } } => ({ features: { w: tf.ones(shape) } });
  const sparse = (change: object): never =>
    wrong({
      indices: tf.tensor2d([[0, 0]], [1, 2], 'int32'),
      values: tf.tensor1d([0], 'int32'),
      denseShape: [4, 1],
      ...change,
    });
  const lossFn = (shape: number[]): { lossFn: () => tf.Tensor } => ({ lossFn: () => tf.zeros(shape) });
  const z = (...shape: number[]): tf.Tensor => tf.zeros(shape);
  const int = (...shape: number[]): tf.Tensor => tf.zeros(shape, 'int32');

  const calls: readonly Case[] = [
    ['logits of one rank', () => two.loss(z(4), z(4), w(4)), 'LOGITS_SHAPE', ['rank at least 2', '[4]']],
    [
      'logits of another last dimension',
      () => several.loss(int(4, 1), z(4, 2), w(4)),
      'LOGITS_SHAPE',
      ['logits shape must be', '[4,2]'],
    ],
    ['logits of two for a binary head', () => two.predictions(z(4, 2)), 'LOGITS_SHAPE', ['[4,2]']],
    ['no logits', () => many.predictions(wrong(undefined)), 'LOGITS_MISSING', ['logits', 'undefined']],
    [
      'no labels',
      () => many.loss(wrong(undefined), z(4, 3), w(4)),
      'LABELS_MISSING',
      ['You must provide a labels Tensor'],
    ],
    [
      'sparse labels of a binary head',
      () => two.loss(sparse({}), z(4, 1), w(4)),
      'LABELS_SPARSE',
      ['SparseTensor labels are not supported', '[4,1]'],
    ],
    [
      'sparse labels of several classes',
      () => several.loss(sparse({}), z(4, 3), w(4)),
      'LABELS_SPARSE',
      ['SparseTensor', '[4,1]'],
    ],
    ['labels of another batch', () => two.loss(z(3, 1), z(4, 1), w(4)), 'LABELS_SHAPE', ['[3,1]', '[4,1]']],
    ['labels by name', () => two.loss(wrong({ a: z(4, 1) }), z(4, 1), w(4)), 'LABELS_DTYPE', ['"a"']],
    ['labels that are a list', () => several.loss(wrong([0, 1, 2, 0]), z(4, 3), w(4)), 'LABELS_DTYPE', ['array of 4']],
    [
      'labels that were disposed of',
      () => {
        const gone = z(4, 1);
        gone.dispose();
        return two.loss(gone, z(4, 1), w(4));
      },
      'TENSOR_DISPOSED',
      ['labels'],
    ],
    [
      'indices that are a list',
      () => many.loss(sparse({ indices: [[0, 0]] }), z(4, 3), w(4)),
      'LABELS_DTYPE',
      ['labels', 'array'],
    ],
    [
      'values that are a list',
      () => many.loss(sparse({ values: ['a'] }), z(4, 3), w(4)),
      'LABELS_DTYPE',
      ['labels', 'array'],
    ],
    [
      'sparse values of two dimensions',
      () => many.loss(sparse({ values: int(1, 1) }), z(4, 3), w(4)),
      'LABELS_SHAPE',
      ['labels.values', '[1,1]'],
    ],
    [
      'sparse bools',
      () => many.loss(sparse({ values: tf.tensor1d([true]) }), z(4, 3), w(4)),
      'LABELS_DTYPE',
      ['integer', 'bool'],
    ],
    [
      'indices that throw',
      () =>
        many.loss(
          Object.defineProperty(sparse({}) as object, 'indices', { get: () => hostile.at(0) }) as never,
          z(4, 3),
          w(4),
        ),
      'LABELS_DTYPE',
      ['labels.indices', 'hostile'],
    ],
    [
      'sparse promises that are rejected',
      () =>
        many.loss(
          sparse({ indices: Promise.reject(new Error('late')), values: Promise.reject(new Error('late')) }),
          z(4, 3),
          w(4),
        ),
      'LABELS_DTYPE',
      ['labels.indices', 'promise'],
    ],
    [
      'features that are rejected',
      () => many.loss(z(4, 3), z(4, 3), wrong({ features: Promise.reject(new Error('late')) })),
      'FEATURES_INVALID',
      ['features', 'promise'],
    ],
    [
      'a hostile shape',
      () => many.loss(sparse({ denseShape: [4, Symbol('s')] }), z(4, 3), w(4)),
      'LABELS_SHAPE',
      ['labels.denseShape', 'Symbol(s)'],
    ],
    [
      'a shape with a hole',
      () => many.loss(sparse({ denseShape: [4, undefined] }), z(4, 3), w(4)),
      'LABELS_SHAPE',
      ['denseShape'],
    ],
    [
      'a negative shape',
      () => many.loss(sparse({ denseShape: [4, -1] }), z(4, 3), w(4)),
      'LABELS_SHAPE',
      ['denseShape', '[4,-1]'],
    ],
    [
      'disposed values',
      () => {
        const labels = sparse({}) as { values: tf.Tensor };
        labels.values.dispose();
        return many.loss(wrong(labels), z(4, 3), w(4));
      },
      'TENSOR_DISPOSED',
      ['labels.values'],
    ],
    ['weights for each logit', () => many.loss(z(4, 3), z(4, 3), w(4, 3)), 'WEIGHTS_SHAPE', ['[4,3]']],
    ['one weight for a batch', () => several.loss(int(4, 1), z(4, 3), w(1, 1)), 'WEIGHTS_SHAPE', ['[1,1]', '[4,3]']],
    ['no weights', () => several.loss(int(4, 1), z(4, 3), { features: {} }), 'WEIGHTS_MISSING', ["'w'"]],
    [
      'losses for each class',
      () => new MultiClassHead({ nClasses: 3, ...lossFn([4, 3]) }).loss(int(4, 1), z(4, 3)),
      'LOSS_FN_SHAPE',
      ['[4,1]', '[4,3]'],
    ],
    [
      'losses for each label',
      () => new MultiLabelHead({ nClasses: 3, ...lossFn([4, 3]) }).loss(z(4, 3), z(4, 3)),
      'LOSS_FN_SHAPE',
      ['[4,1]', '[4,3]'],
    ],
    ['a reduced loss', () => new BinaryClassHead(lossFn([])).loss(z(4, 1), z(4, 1)), 'LOSS_FN_SHAPE', ['[4,1]', '[]']],
    [
      'metrics of another head',
      () => two.updateMetrics(several.metrics(), w(4).features, z(4, 1), z(4, 1)),
      'EVAL_METRICS_INVALID',
      ["'precision'"],
    ],
    [
      'no key',
      () => many.predictions(z(4, 3), wrong(['all_classes'])),
      'PREDICTION_KEY_INVALID',
      ['given: all_classes'],
    ],
  ];

  it.each(calls)('%s', (_, run, code, says) => {
    // What the case itself makes goes with the scope; what a head left behind would be kept, or data without a tensor.
    const { numTensors, numDataBuffers } = tf.memory();
    tf.tidy(() => void expect(run).toThrowCoded(code, says));
    expect([tf.memory().numTensors, tf.memory().numDataBuffers]).toEqual([numTensors, numDataBuffers]);
  });

  it('are at least 60 cases, with the options', () => expect(options.length + calls.length).toBeGreaterThanOrEqual(60));
});
