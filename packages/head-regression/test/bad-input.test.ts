import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { EstimatorSpec, EstimatorSpecArgs, HeadErrorCode, Predictions } from '@tfjs-heads/head-api';
import { numericColumn } from '@tfjs-heads/head-kit';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { held } from './support/backend.js';
import { expect } from './support/expect.js';

/** Has whatever type it is needed as: what a program in JavaScript may pass. */
const wrong = (value: unknown): never => value as never;

const gone = tf.tensor2d([[1], [2], [3], [4]]);
gone.dispose();
const goneScalar = tf.scalar(1);
goneScalar.dispose();
const [z41, z4, z31, z42, z1, scalar] = [tf.zeros([4, 1]), tf.zeros([4]), tf.zeros([3, 1]), tf.zeros([4, 2]), tf.zeros([1, 1]), tf.scalar(1)];
const strings = tf.tensor2d(['a', 'b', 'c', 'd'], [4, 1]);
const [empty, tall, deep] = [tf.zeros([0, 1]), tf.zeros([4, 1, 1]), tf.zeros([4, 3, 1])];
const sparse = { indices: tf.tensor2d([[0, 0]], [1, 2], 'int32'), values: tf.tensor1d([1]), denseShape: [4, 1] };
const [variable, goneVariable, unused] = [tf.variable(tf.ones([1, 1])), tf.variable(tf.ones([1])), tf.variable(tf.ones([1]))];
goneVariable.dispose();
const optimizer = tf.train.sgd(0.1);

const head = new RegressionHead();
const two = new RegressionHead({ labelDimension: 2 });
const weighted = new RegressionHead({ weightColumn: 'w' });
const logistic = new LogisticRegressionHead();
/** Labels that no GPU has. */
const labels = (...values: number[]): tf.Tensor => tf.tensor2d(values, [values.length, 1]);
const withLabels = (values: number[], run: (given: tf.Tensor) => unknown): void => {
  const given = labels(...values);
  try {
    run(given);
  } finally {
    given.dispose();
  }
};
const network = (): tf.Tensor => tf.matMul(tf.mul(z41, 2), tf.exp(variable));
const train = (args: object, by = head): EstimatorSpec =>
  by.createEstimatorSpec({ mode: 'train', logits: network, labels: z41, optimizer, trainableVariables: [variable], ...args } as EstimatorSpecArgs<tf.Tensor, tf.Tensor>);
const custom = (result: unknown) => new RegressionHead({ labelDimension: 2, lossFn: () => wrong(result) }).loss(z42, z42);
const disposing = (which: 'labels' | 'logits'): void =>
  tf.tidy(() => {
    const lossFn = (args: { labels: tf.Tensor; logits: tf.Tensor }): tf.Tensor => [tf.mul(args.logits, 1), args[which].dispose()][0] as tf.Tensor;
    new RegressionHead({ lossFn }).loss(tf.zeros([4, 1]), tf.zeros([4, 1]));
  });
const normalizedBy = (normalizerFn: (feature: tf.Tensor) => tf.Tensor): void =>
  tf.tidy(() => {
    new RegressionHead({ weightColumn: numericColumn('w', { normalizerFn }) }).loss(z41, z41, { features: { w: tf.ones([4, 1]) } });
  });
const fails = (): never => {
  throw Object.assign(new Error('network failed'), { name: 'HeadError', code: 'INVALID_ARGUMENT' });
};

type Case = readonly [name: string, run: () => unknown, code: HeadErrorCode, says: readonly string[]];

const cases: readonly Case[] = [
  // Constructors.
  ['label dimension 0', () => new RegressionHead({ labelDimension: 0 }), 'LABEL_DIMENSION_INVALID', ['labelDimension', '0']],
  ['label dimension 1.5', () => new PoissonRegressionHead({ labelDimension: 1.5 }), 'LABEL_DIMENSION_INVALID', ['labelDimension', '1.5']],
  ['label dimension "2"', () => new RegressionHead({ labelDimension: wrong('2') }), 'LABEL_DIMENSION_INVALID', ['labelDimension', 'string']],
  ['reduction none', () => new LogisticRegressionHead({ lossReduction: 'none' }), 'LOSS_REDUCTION_INVALID', ['lossReduction', 'none']],
  ['unknown reduction', () => new RegressionHead({ lossReduction: wrong('mean') }), 'LOSS_REDUCTION_INVALID', ['lossReduction', 'mean']],
  ['reduction in capitals', () => new PoissonRegressionHead({ lossReduction: wrong('SUM') }), 'LOSS_REDUCTION_INVALID', ['SUM']],
  ['loss that is no function', () => new RegressionHead({ lossFn: wrong('mse') }), 'LOSS_FN_INVALID', ['lossFn', 'mse']],
  ['link that is no function', () => new RegressionHead({ inverseLinkFn: wrong('exp') }), 'INVALID_ARGUMENT', ['inverseLinkFn', 'exp']],
  ['name that is no string', () => new RegressionHead({ name: wrong(7) }), 'INVALID_ARGUMENT', ['name', '7']],
  ['numeric column without a key', () => numericColumn(''), 'NUMERIC_COLUMN_INVALID', ['key']],
  ['numeric column with a dimension of 0', () => numericColumn('w', { shape: [0] }), 'NUMERIC_COLUMN_INVALID', ['shape']],
  ['misspelled weight column', () => new RegressionHead(wrong({ weightColum: 'w' })), 'INVALID_ARGUMENT', ["'weightColum'", "did you mean 'weightColumn'?"]],
  ['option in snake case', () => new PoissonRegressionHead(wrong({ label_dimension: 2 })), 'INVALID_ARGUMENT', ["did you mean 'labelDimension'?"]],
  ['option of another head', () => new LogisticRegressionHead(wrong({ lossFn: () => z41 })), 'INVALID_ARGUMENT', ["'lossFn'", 'weightColumn, lossReduction, name']],
  ['options that are null', () => new RegressionHead(wrong(null)), 'INVALID_ARGUMENT', ['RegressionHead', 'null']],
  ['full loss that is no boolean', () => new PoissonRegressionHead({ computeFullLoss: wrong('false') }), 'INVALID_ARGUMENT', ['computeFullLoss', 'false']],
  ['misspelled option of a column', () => numericColumn('w', wrong({ normaliserFn: () => z41 })), 'NUMERIC_COLUMN_INVALID', ["did you mean 'normalizerFn'?"]],
  // Logits.
  ['no logits', () => head.loss(z41, wrong(undefined)), 'LOGITS_MISSING', ['logits', 'undefined']],
  ['null logits', () => head.predictions(wrong(null)), 'LOGITS_MISSING', ['logits', 'null']],
  ['logits that are an array', () => head.loss(z41, wrong([[1]])), 'LOGITS_DTYPE', ['logits', 'array']],
  ['logits of strings', () => head.predictions(strings), 'LOGITS_DTYPE', ['logits', 'string', '[4,1]']],
  ['logits of rank 0', () => head.loss(z41, scalar), 'LOGITS_SHAPE', ['logits', 'rank at least 2', '[]']],
  ['logits of rank 1', () => head.loss(z41, z4), 'LOGITS_SHAPE', ['logits', 'rank at least 2', '[4]']],
  ['logits of another last dimension', () => head.loss(z41, z42), 'LOGITS_SHAPE', ['logits', '1]', '[4,2]']],
  ['logits of too small a last dimension', () => two.loss(z42, z41), 'LOGITS_SHAPE', ['logits', '2]', '[4,1]']],
  ['empty logits', () => head.loss(empty, empty), 'LOGITS_SHAPE', ['logits', '[0,1]']],
  ['disposed logits', () => head.loss(z41, gone), 'TENSOR_DISPOSED', ['logits', '[4,1]']],
  ['disposed logits to predict', () => head.predictions(gone), 'TENSOR_DISPOSED', ['logits']],
  ['unknown prediction key', () => head.predictions(z41, [wrong('classes')]), 'PREDICTION_KEY_INVALID', ['predictions', 'classes']],
  // Labels.
  ['no labels', () => head.loss(wrong(undefined), z41), 'LABELS_MISSING', ['labels', '[4,1]', 'undefined']],
  ['null labels', () => head.updateMetrics(head.metrics(), {}, z41, wrong(null)), 'LABELS_MISSING', ['labels', 'null']],
  ['sparse labels', () => head.loss(wrong(sparse), z41), 'LABELS_SPARSE', ['labels', 'SparseTensor', '[4,1]']],
  ['labels of strings', () => head.loss(strings, z41), 'LABELS_DTYPE', ['labels', 'string', '[4,1]']],
  ['labels that are an array', () => head.loss(wrong([1, 2, 3, 4]), z41), 'LABELS_DTYPE', ['labels', 'array of 4']],
  ['labels by name', () => head.loss(wrong({ a: z41 }), z41), 'LABELS_DTYPE', ['labels', '"a"']],
  ['labels of another batch', () => head.loss(z31, z41), 'LABELS_SHAPE', ['labels', '[3,1]', '[4,1]']],
  ['labels of another last dimension', () => head.loss(z42, z41), 'LABELS_SHAPE', ['labels', '[4,2]', '[4,1]']],
  ['labels without the last dimension of 2', () => two.loss(z4, z42), 'LABELS_SHAPE', ['labels', '[4]', '[4,2]']],
  ['labels that would broadcast', () => head.loss(z1, z41), 'LABELS_SHAPE', ['labels', '[1,1]', '[4,1]']],
  ['labels of rank 0', () => head.loss(scalar, z41), 'LABELS_SHAPE', ['labels', '[]', '[4,1]']],
  ['labels of a rank too low', () => head.loss(z4, deep), 'LABELS_SHAPE', ['labels', '[4]', '[4,3,1]']],
  ['labels of a rank too high', () => head.loss(tall, z41), 'LABELS_SHAPE', ['labels', '[4,1,1]', '[4,1]']],
  ['disposed labels', () => head.loss(gone, z41), 'TENSOR_DISPOSED', ['labels', '[4,1]']],
  ['labels above 1', () => withLabels([0, 1, 2, 0], (given) => logistic.loss(given, z41)), 'LABELS_RANGE', ['Labels', '[0, 1]', '2', '[4,1]']],
  ['labels below 0', () => withLabels([0, 1, -1, 0], (given) => logistic.loss(given, z41)), 'LABELS_RANGE', ['Labels', '[0, 1]', '-1']],
  ['NaN labels', () => withLabels([0, NaN, 1, 0], (given) => logistic.loss(given, z41)), 'LABELS_RANGE', ['Labels', 'NaN', '[4,1]']],
  ['NaN labels for the metrics', () => withLabels([0, NaN, 1, 0], (given) => logistic.updateMetrics(logistic.metrics(), {}, z41, given)), 'LABELS_RANGE', ['NaN']],
  // Weights.
  ['no features', () => weighted.loss(z41, z41), 'WEIGHTS_MISSING', ['features', "'w'"]],
  ['missing weights', () => weighted.loss(z41, z41, { features: { v: z41 } }), 'WEIGHTS_MISSING', ['w', '"v"']],
  ['a name of every object', () => new RegressionHead({ weightColumn: 'toString' }).loss(z41, z41, { features: {} }), 'WEIGHTS_MISSING', ['toString']],
  ['scalar weights', () => weighted.loss(z41, z41, { features: { w: scalar } }), 'WEIGHTS_SHAPE', ["features['w']", '[]']],
  ['sparse weights', () => weighted.loss(z41, z41, { features: { w: sparse } }), 'WEIGHTS_SPARSE', ["features['w']", '[4,1]']],
  ['weights of strings', () => weighted.loss(z41, z41, { features: { w: strings } }), 'WEIGHTS_DTYPE', ["features['w']", 'string', '[4,1]']],
  ['weights that are a number', () => weighted.loss(z41, z41, { features: { w: wrong(1) } }), 'WEIGHTS_DTYPE', ["features['w']", '1']],
  ['weights of another batch', () => weighted.loss(z41, z41, { features: { w: z31 } }), 'WEIGHTS_SHAPE', ["features['w']", '[3,1]', '[4,1]']],
  ['weights that would broadcast', () => weighted.loss(z41, z41, { features: { w: z1 } }), 'WEIGHTS_SHAPE', ["features['w']", '[1,1]', '[4,1]']],
  ['disposed weights', () => weighted.loss(z41, z41, { features: { w: gone } }), 'TENSOR_DISPOSED', ["features['w']", '[4,1]']],
  ['features that are a Map', () => weighted.loss(z41, z41, { features: wrong(new Map([['w', z41]])) }), 'FEATURES_INVALID', ['features', 'a Map of 1']],
  ['features that are a tensor', () => head.loss(z41, z41, { features: wrong(z41) }), 'FEATURES_INVALID', ['features', '[4,1]']],
  ['weight column that is a number', () => new RegressionHead({ weightColumn: wrong(3) }).loss(z41, z41, { features: {} }), 'WEIGHT_COLUMN_INVALID', ['weightColumn', '3']],
  ['normalizer that makes no tensor', () => new RegressionHead({ weightColumn: numericColumn('w', { normalizerFn: () => wrong(1) }) }).loss(z41, z41, { features: { w: z41 } }), 'WEIGHTS_DTYPE', ['normalizerFn', "'w'"]],
  ['normalizer that returns a disposed tensor', () => normalizedBy(() => gone), 'TENSOR_DISPOSED', ['normalizerFn', "'w'", '[4,1]']],
  ['normalizer that disposes of the feature', () => normalizedBy((feature) => [tf.mul(feature, 1), feature.dispose()][0] as tf.Tensor), 'TENSOR_DISPOSED', ["features['w']", 'normalizerFn']],
  // Custom losses, regularization and metrics.
  ['loss of another shape', () => custom(z41), 'LOSS_FN_SHAPE', ['loss_fn', '[4,2]', '[4,1]']],
  ['loss that is reduced', () => custom(scalar), 'LOSS_FN_SHAPE', ['loss_fn', '[4,2]', '[]']],
  ['loss that is a number', () => custom(1), 'LOSS_FN_SHAPE', ['loss_fn', '[4,2]', '1']],
  ['loss that is a promise', () => custom(Promise.reject(new Error('late'))), 'LOSS_FN_SHAPE', ['lossFn', 'promise']],
  ['loss that disposes of its logits', () => disposing('logits'), 'TENSOR_DISPOSED', ['logits', 'lossFn']],
  ['loss that disposes of its labels', () => disposing('labels'), 'TENSOR_DISPOSED', ['labels', 'lossFn']],
  ['loss that is disposed', () => custom(gone), 'TENSOR_DISPOSED', ['lossFn', '[4,1]']],
  ['regularization that is a scalar', () => head.loss(z41, z41, { regularizationLosses: wrong(scalar) }), 'REGULARIZATION_LOSSES_INVALID', ['regularizationLosses']],
  ['regularization of rank 1', () => head.loss(z41, z41, { regularizationLosses: wrong([scalar, z4]) }), 'REGULARIZATION_LOSSES_INVALID', ['regularizationLosses[1]', '[]', '[4]']],
  ['disposed regularization', () => head.loss(z41, z41, { regularizationLosses: [goneScalar] }), 'TENSOR_DISPOSED', ['regularizationLosses[0]']],
  ['metrics of nobody', () => head.updateMetrics({}, {}, z41, z41), 'EVAL_METRICS_INVALID', ['evalMetrics', "'average_loss'"]],
  ['metrics of another head', () => head.updateMetrics(new RegressionHead({ name: 'other' }).metrics(), {}, z41, z41), 'EVAL_METRICS_INVALID', ['average_loss/other']],
  ['no metrics', () => head.updateMetrics(wrong(undefined), {}, z41, z41), 'EVAL_METRICS_INVALID', ['evalMetrics', 'undefined']],
  ['misspelled regularization', () => head.loss(z41, z41, wrong({ regularizationLoss: [scalar] })), 'INVALID_ARGUMENT', ["did you mean 'regularizationLosses'?"]],
  ['misspelled features of the metrics', () => weighted.updateMetrics(weighted.metrics(), { w: z41 }, z41, z41, wrong({ regularisationLosses: [scalar] })), 'INVALID_ARGUMENT', ["did you mean 'regularizationLosses'?"]],
  ['method options that are null', () => head.loss(z41, z41, wrong(null)), 'INVALID_ARGUMENT', ['loss', 'null']],
  // createEstimatorSpec.
  ['misspelled argument of a spec', () => train({ updateOp: [() => 0] }), 'INVALID_ARGUMENT', ["did you mean 'updateOps'?"]],
  ['arguments that are null', () => head.createEstimatorSpec(wrong(null)), 'INVALID_ARGUMENT', ['createEstimatorSpec', 'null']],
  ['network that is asynchronous, to train', () => train({ logits: async () => network() }), 'LOGITS_DTYPE', ['logits', 'promise', 'async']],
  ['network that is asynchronous, to evaluate', () => head.createEstimatorSpec({ mode: 'eval', logits: wrong(async () => z41), labels: z41 }), 'LOGITS_DTYPE', ['promise']],
  ['network that is asynchronous, for trainOpFn', () => train({ logits: async () => z41, optimizer: undefined, trainOpFn: () => 0 }), 'LOGITS_DTYPE', ['promise']],
  ['network that rejects', () => train({ logits: async () => fails() }), 'LOGITS_DTYPE', ['promise']],
  // oxlint-disable-next-line no-thenable
  ['network of a library\'s promises', () => train({ logits: () => ({ then: () => 0 }) }), 'LOGITS_DTYPE', ['promise']],
  ['logits that are a promise', () => head.createEstimatorSpec({ mode: 'infer', logits: wrong(Promise.resolve(z41)) }), 'LOGITS_DTYPE', ['promise']],
  ['unknown mode', () => head.createEstimatorSpec({ mode: wrong('predict'), logits: z41 }), 'MODE_INVALID', ['mode', 'infer', 'predict']],
  ['neither optimizer nor trainOpFn', () => train({ optimizer: undefined }), 'TRAIN_OP_MISSING', ['optimizer', 'trainOpFn']],
  ['both optimizer and trainOpFn', () => train({ trainOpFn: () => 0 }), 'TRAIN_OP_CONFLICT', ['optimizer', 'trainOpFn']],
  ['optimizer that is a name', () => train({ optimizer: 'sgd' }), 'OPTIMIZER_INVALID', ['optimizer', 'sgd']],
  ['trainOpFn that is no function', () => train({ optimizer: undefined, trainOpFn: 7 }), 'INVALID_ARGUMENT', ['trainOpFn', '7']],
  ['tensor logits with an optimizer', () => train({ logits: z41 }), 'LOGITS_NOT_A_FUNCTION', ['logits', 'function', '[4,1]']],
  ['no variables', () => train({ trainableVariables: undefined }), 'TRAINABLE_VARIABLES_MISSING', ['trainableVariables']],
  ['variables that are no list', () => train({ trainableVariables: variable }), 'TRAINABLE_VARIABLES_INVALID', ['trainableVariables', '[1,1]']],
  ['variables that are tensors', () => train({ trainableVariables: [variable, z41] }), 'TRAINABLE_VARIABLES_INVALID', ['trainableVariables[1]', '[4,1]']],
  ['variables that are disposed', () => train({ trainableVariables: [goneVariable] }), 'TRAINABLE_VARIABLES_INVALID', ['trainableVariables[0]']],
  ['variables that the loss has not', () => train({ trainableVariables: [unused] }), 'TRAINABLE_VARIABLES_INVALID', ['trainableVariables', unused.name]],
  ['updateOps that are no list', () => train({ updateOps: () => 0 }), 'UPDATE_OPS_INVALID', ['updateOps', 'function']],
  ['updateOps that are no functions', () => train({ updateOps: [z41] }), 'UPDATE_OPS_INVALID', ['updateOps', '[4,1]']],
  ['replicas that are none', () => train({ numReplicasInSync: 0 }), 'INVALID_ARGUMENT', ['numReplicasInSync', '0']],
  ['no labels to train', () => train({ labels: undefined }), 'LABELS_MISSING', ['labels', 'undefined']],
  ['no labels to evaluate', () => head.createEstimatorSpec({ mode: 'eval', logits: z41 }), 'LABELS_MISSING', ['labels', 'undefined']],
  ['bad logits to predict', () => head.createEstimatorSpec({ mode: 'infer', logits: z42 }), 'LOGITS_SHAPE', ['logits', '[4,2]']],
  // What fails when a network has run under the tape already.
  ['labels of another batch to train', () => train({ labels: z31 }), 'LABELS_SHAPE', ['labels', '[3,1]', '[4,1]']],
  ['labels of another batch for trainOpFn', () => train({ labels: z31, optimizer: undefined, trainOpFn: () => 0 }), 'LABELS_SHAPE', ['labels', '[3,1]', '[4,1]']],
  ['labels of another batch to evaluate', () => head.createEstimatorSpec({ mode: 'eval', logits: network, labels: z31 }), 'LABELS_SHAPE', ['[3,1]', '[4,1]']],
  ['labels out of range to train', () => withLabels([0, 0, 0, 9], (given) => train({ labels: given }, logistic)), 'LABELS_RANGE', ['Labels', '9', '[4,1]']],
  ['weights of another batch to train', () => train({ features: { w: z31 } }, weighted), 'WEIGHTS_SHAPE', ["features['w']", '[3,1]', '[4,1]']],
  ['network of another width', () => train({}, two), 'LOGITS_SHAPE', ['logits', '[4,1]']],
  ['network that returns nothing', () => train({ logits: () => void network() }), 'LOGITS_MISSING', ['logits', 'undefined']],
  ['network that fails', () => train({ logits: () => [network(), fails()] }), 'INVALID_ARGUMENT', ['network failed']],
  ['regularization of rank 1 in training', () => train({ regularizationLosses: () => [tf.mul(z4, 2)] }), 'REGULARIZATION_LOSSES_INVALID', ['regularizationLosses[0]', '[4]']],
  ['link that makes integers, which cannot be exported', () => new RegressionHead({ inverseLinkFn: (x) => tf.cast(x, 'int32') }).createEstimatorSpec({ mode: 'infer', logits: z41 }), 'EXPORT_OUTPUT_INVALID', ['value', 'int32', '[4,1]']],
  ['link that makes no tensor, to evaluate', () => new RegressionHead({ inverseLinkFn: wrong(() => 7) }).createEstimatorSpec({ mode: 'eval', logits: network, labels: z41 }), 'INVALID_ARGUMENT', ['inverseLinkFn', '7']],
  ['link that makes no tensor, when the predictions of a step are asked for', () => predictionsOf(train({}, new RegressionHead({ inverseLinkFn: wrong(() => 7) }))), 'INVALID_ARGUMENT', ['inverseLinkFn', '7']],
];

/** The predictions of a spec, which is disposed of. */
function predictionsOf(spec: EstimatorSpec): Predictions {
  try {
    return spec.predictions;
  } finally {
    spec.dispose();
  }
}

describe(`bad input: ${cases.length} cases`, () => {
  it.each(cases)('%s', (_, run, code, says) => {
    const before = held();
    expect(run).toThrowCoded(code, says);
    expect(held()).toEqual(before);
  });
});
