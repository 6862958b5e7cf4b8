// What the kit refuses beyond what the law `errors` asks of any head: shapes of higher ranks, functions of the user's, and what
// fails when a network has run under the tape already. Nothing is left behind.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { EstimatorSpec, EstimatorSpecArgs, HeadErrorCode, Predictions } from '@tfjs-heads/head-api';
import { describe, expect, it } from 'vitest';
import { held } from './memory.js';
import { logisticHead, ToyHead } from './toy-head.js';

/** Has whatever type it is needed as: what a program in JavaScript may pass. */
const wrong = (value: unknown): never => value as never;

const zeros = (...shape: number[]): tf.Tensor => tf.zeros(shape);
const gone = tf.ones([4, 1]);
gone.dispose();
const [z41, z4, z31, z42, scalar] = [zeros(4, 1), zeros(4), zeros(3, 1), zeros(4, 2), tf.scalar(1)];
const sparse = { indices: tf.tensor2d([[0, 0]], [1, 2], 'int32'), values: tf.tensor1d([1]), denseShape: [4, 1] };
const [variable, goneVariable, unused] = [
  tf.variable(tf.ones([1, 1])),
  tf.variable(tf.ones([1])),
  tf.variable(tf.ones([1])),
];
goneVariable.dispose();
const optimizer = tf.train.sgd(0.1);

const head = new ToyHead();
const two = new ToyHead({ logitsDimension: 2 });
const network = (): tf.Tensor => tf.matMul(tf.mul(z41, 2), tf.exp(variable));
const train = (args: object, by = head): EstimatorSpec =>
  by.createEstimatorSpec({
    mode: 'train',
    logits: network,
    labels: z41,
    optimizer,
    trainableVariables: [variable],
    ...args,
  } as EstimatorSpecArgs<tf.Tensor, tf.Tensor>);
const custom = (result: unknown): unknown =>
  new ToyHead({ logitsDimension: 2, loss: () => wrong(result) }).loss(z42, z42);
const disposing = (which: 'labels' | 'logits'): void =>
  tf.tidy(() => {
    const loss = (args: { labels: tf.Tensor; logits: tf.Tensor }): tf.Tensor =>
      [tf.mul(args.logits, 1), args[which].dispose()][0] as tf.Tensor;
    new ToyHead({ loss }).loss(zeros(4, 1), zeros(4, 1));
  });
const fails = (): never => {
  throw Object.assign(new Error('network failed'), { name: 'HeadError', code: 'INVALID_ARGUMENT' });
};
const withLabels = (values: number[], run: (given: tf.Tensor) => unknown): void => {
  const given = tf.tensor2d(values, [values.length, 1]);
  try {
    run(given);
  } finally {
    given.dispose();
  }
};
/** The predictions of a spec, which is disposed of. */
const predictionsOf = (spec: EstimatorSpec): Predictions => {
  try {
    return spec.predictions;
  } finally {
    spec.dispose();
  }
};

type Case = readonly [name: string, run: () => unknown, code: HeadErrorCode, says: readonly string[]];

const calls: readonly Case[] = [
  ['logits that are an array', () => head.loss(z41, wrong([[1]])), 'LOGITS_DTYPE', ['logits', 'array']],
  ['null logits', () => head.predictions(wrong(null)), 'LOGITS_MISSING', ['logits', 'null']],
  ['null labels', () => head.updateMetrics(head.metrics(), {}, z41, wrong(null)), 'LABELS_MISSING', ['labels', 'null']],
  ['sparse labels', () => head.loss(wrong(sparse), z41), 'LABELS_SPARSE', ['labels', 'SparseTensor', '[4,1]']],
  ['labels that are an array', () => head.loss(wrong([1, 2, 3, 4]), z41), 'LABELS_DTYPE', ['labels', 'array of 4']],
  ['labels by name', () => head.loss(wrong({ a: z41 }), z41), 'LABELS_DTYPE', ['labels', '"a"']],
  [
    'features that are a tensor',
    () => head.loss(z41, z41, { features: wrong(z41) }),
    'FEATURES_INVALID',
    ['features', '[4,1]'],
  ],
  [
    'metrics of another head',
    () => head.updateMetrics(new ToyHead({ name: 'other' }).metrics(), {}, z41, z41),
    'EVAL_METRICS_INVALID',
    ["'average_loss'", 'average_loss/other'],
  ],
  [
    'no metrics',
    () => head.updateMetrics(wrong(undefined), {}, z41, z41),
    'EVAL_METRICS_INVALID',
    ['evalMetrics', 'undefined'],
  ],
  [
    'a misspelled option',
    () => head.loss(z41, z41, wrong({ regularizationLoss: [scalar] })),
    'INVALID_ARGUMENT',
    ["did you mean 'regularizationLosses'?"],
  ],
  [
    'a misspelled option of metrics',
    () => head.updateMetrics(head.metrics(), {}, z41, z41, wrong({ regularisationLosses: [scalar] })),
    'INVALID_ARGUMENT',
    ["did you mean 'regularizationLosses'?"],
  ],
  ['options that are null', () => head.loss(z41, z41, wrong(null)), 'INVALID_ARGUMENT', ['loss', 'null']],
];

const functions: readonly Case[] = [
  [
    'loss of another shape',
    () => custom(z41),
    'LOSS_FN_SHAPE',
    ['loss_fn must return Tensor of shape', 'loss_shape', '[4,2]', '[4,1]'],
  ],
  ['loss that is reduced', () => custom(scalar), 'LOSS_FN_SHAPE', ['loss_fn', '[4,2]', '[]']],
  ['loss that is a number', () => custom(1), 'LOSS_FN_SHAPE', ['loss_fn', '[4,2]', '1']],
  ['loss that is a promise', () => custom(Promise.reject(new Error('late'))), 'LOSS_FN_SHAPE', ['lossFn', 'promise']],
  ['loss that disposes of its logits', () => disposing('logits'), 'TENSOR_DISPOSED', ['logits', 'lossFn']],
  ['loss that disposes of its labels', () => disposing('labels'), 'TENSOR_DISPOSED', ['labels', 'lossFn']],
  ['loss that is disposed', () => custom(gone), 'TENSOR_DISPOSED', ['lossFn', '[4,1]']],
  [
    'network that is asynchronous, to train',
    () => train({ logits: async () => network() }),
    'LOGITS_DTYPE',
    ['logits', 'promise', 'async'],
  ],
  [
    'network that is asynchronous, to evaluate',
    () => head.createEstimatorSpec({ mode: 'eval', logits: wrong(async () => z41), labels: z41 }),
    'LOGITS_DTYPE',
    ['promise'],
  ],
  [
    'network that is asynchronous, for trainOpFn',
    () => train({ logits: async () => z41, optimizer: undefined, trainOpFn: () => 0 }),
    'LOGITS_DTYPE',
    ['promise'],
  ],
  ['network that rejects', () => train({ logits: async () => fails() }), 'LOGITS_DTYPE', ['promise']],
  // oxlint-disable-next-line no-thenable
  ["network of a library's promises", () => train({ logits: () => ({ then: () => 0 }) }), 'LOGITS_DTYPE', ['promise']],
  [
    'logits that are a promise',
    () => head.createEstimatorSpec({ mode: 'infer', logits: wrong(Promise.resolve(z41)) }),
    'LOGITS_DTYPE',
    ['promise'],
  ],
];

const specs: readonly Case[] = [
  ['a misspelled argument', () => train({ updateOp: [() => 0] }), 'INVALID_ARGUMENT', ["did you mean 'updateOps'?"]],
  [
    'arguments that are null',
    () => head.createEstimatorSpec(wrong(null)),
    'INVALID_ARGUMENT',
    ['createEstimatorSpec', 'null'],
  ],
  ['optimizer that is a name', () => train({ optimizer: 'sgd' }), 'OPTIMIZER_INVALID', ['optimizer', 'sgd']],
  [
    'trainOpFn that is no function',
    () => train({ optimizer: undefined, trainOpFn: 7 }),
    'INVALID_ARGUMENT',
    ['trainOpFn', '7'],
  ],
  [
    'variables that are tensors',
    () => train({ trainableVariables: [variable, z41] }),
    'TRAINABLE_VARIABLES_INVALID',
    ['trainableVariables[1]', '[4,1]'],
  ],
  [
    'variables that are disposed',
    () => train({ trainableVariables: [goneVariable] }),
    'TRAINABLE_VARIABLES_INVALID',
    ['trainableVariables[0]'],
  ],
  [
    'variables that the loss has not',
    () => train({ trainableVariables: [unused] }),
    'TRAINABLE_VARIABLES_INVALID',
    ['trainableVariables', unused.name],
  ],
  ['replicas that are none', () => train({ numReplicasInSync: 0 }), 'INVALID_ARGUMENT', ['numReplicasInSync', '0']],
  [
    'no labels to evaluate',
    () => head.createEstimatorSpec({ mode: 'eval', logits: z41 }),
    'LABELS_MISSING',
    ['labels', 'undefined'],
  ],
  [
    'bad logits to predict',
    () => head.createEstimatorSpec({ mode: 'infer', logits: z42 }),
    'LOGITS_SHAPE',
    ['logits', '[4,2]'],
  ],
];

const underTheTape: readonly Case[] = [
  ['labels of another batch', () => train({ labels: z31 }), 'LABELS_SHAPE', ['labels', '[3,1]', '[4,1]']],
  [
    'labels of another batch, for trainOpFn',
    () => train({ labels: z31, optimizer: undefined, trainOpFn: () => 0 }),
    'LABELS_SHAPE',
    ['labels', '[3,1]', '[4,1]'],
  ],
  [
    'labels of another batch, to evaluate',
    () => head.createEstimatorSpec({ mode: 'eval', logits: network, labels: z31 }),
    'LABELS_SHAPE',
    ['[3,1]', '[4,1]'],
  ],
  [
    'labels out of range',
    () => withLabels([0, 0, 0, 9], (given) => train({ labels: given }, logisticHead())),
    'LABELS_RANGE',
    ['Labels', '9', '[4,1]'],
  ],
  [
    'weights of another batch',
    () => train({ features: { w: z31 } }, new ToyHead({ weightColumn: 'w' })),
    'WEIGHTS_SHAPE',
    ["features['w']", '[3,1]', '[4,1]'],
  ],
  ['a network of another width', () => train({}, two), 'LOGITS_SHAPE', ['logits', '[4,1]']],
  [
    'a network that returns nothing',
    () => train({ logits: () => void network() }),
    'LOGITS_MISSING',
    ['logits', 'undefined'],
  ],
  ['a network that fails', () => train({ logits: () => [network(), fails()] }), 'INVALID_ARGUMENT', ['network failed']],
  [
    'regularization of rank 1',
    () => train({ regularizationLosses: () => [tf.mul(z4, 2)] }),
    'REGULARIZATION_LOSSES_INVALID',
    ['regularizationLosses[0]', '[4]'],
  ],
  [
    'predictions that fail, when they are asked for',
    () => predictionsOf(train({}, new ToyHead({ link: fails }))),
    'INVALID_ARGUMENT',
    ['network failed'],
  ],
];

describe.each(Object.entries({ arguments: calls, functions, specs, 'what follows the network': underTheTape }))(
  'bad input: %s',
  (_, cases) => {
    it.each(cases)('%s', (__, run, code, says) => {
      const before = held();
      expect(run).toThrowCoded(code, says);
      expect(held()).toEqual(before);
    });
  },
);

describe('lines 14, 15: shapes', () => {
  it.each([
    {
      logits: [4, 1],
      refused: [[3, 1], [3], [1, 1], [4, 1, 1]],
      message: ['labels shape must be [D0, D1, ... DN, 1]'],
    },
    { logits: [4, 1], refused: [[4, 2]], message: ['Mismatched label shape', 'Expected labels dimension=1'] },
    { logits: [4, 2], refused: [[4], [4, 1]], message: ['Mismatched label shape', 'Expected labels dimension=2'] },
    { logits: [2, 2], refused: [[2]], message: ['Expected labels dimension=2'] },
    {
      logits: [4, 3, 1],
      refused: [
        [4, 1],
        [12, 1],
        [4, 3, 1, 1],
      ],
      message: ['labels shape must be'],
    },
    { logits: [4, 3, 1], refused: [[], [4]], message: ['labels must have rank at least 2'] },
  ])('of labels for logits of $logits are not $refused', ({ logits, refused, message }) => {
    for (const shape of refused) {
      const fragments = [...message, `[${logits.join()}]`, `[${shape.join()}]`];
      tf.tidy(() => {
        const run = (): unknown => (logits.at(-1) === 2 ? two : head).loss(zeros(...shape), zeros(...logits));
        expect(run).toThrowCoded('LABELS_SHAPE', fragments);
      });
    }
  });

  it.each([
    { refused: [[], [4]], by: head, message: 'logits must have rank at least 2' },
    {
      refused: [
        [4, 2],
        [1, 4],
      ],
      by: head,
      message: '[D0, D1, ... DN, 1]',
    },
    { refused: [[4, 1]], by: two, message: '[D0, D1, ... DN, 2]' },
    { refused: [[0, 1]], by: head, message: 'logits' },
  ])('of logits are not $refused', ({ refused, by, message }) => {
    for (const shape of refused) {
      tf.tidy(() => {
        expect(() => by.predictions(zeros(...shape))).toThrowCoded('LOGITS_SHAPE', [message, `[${shape.join()}]`]);
        expect(() => by.createEstimatorSpec({ mode: 'infer', logits: zeros(...shape) })).toThrowCoded('LOGITS_SHAPE', [
          message,
        ]);
      });
    }
  });
});
