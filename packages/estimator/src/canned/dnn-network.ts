import { add, matMul, relu } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { Features } from '@tfjs-heads/head-api';
import { checkTensor, describeValue, headError, listOf } from '@tfjs-heads/head-kit';
import { type DenseColumn, sortedDenseColumns } from '../feature-columns/columns.js';
import { denseInput } from '../feature-columns/dense-input.js';
import type { ColumnGroup } from '../feature-columns/prepare-features.js';
import { zeros } from '../initializers.js';
import type { Summarize } from '../summaries/summarize.js';
import type { VariableStore } from '../variable-store.js';
import { type BatchNorm, batchNorm, type Updates } from './batch-norm.js';
import { checkDropout, type DropUnits } from './dropout.js';
import { summarizeLayer } from './layer-summaries.js';

/** What a network of dense layers is made of. */
export interface NetworkOptions {
  /** How many units each hidden layer has. */
  readonly hiddenUnits: readonly number[];
  readonly featureColumns: readonly DenseColumn[];
  /** Default: `relu`. */
  readonly activationFn?: ((x: Tensor) => Tensor) | undefined;
  /** The chance of a hidden unit to be left out of a training step. Default: none. */
  readonly dropout?: number | undefined;
  /** Whether each hidden layer is normalized over the batch, after its activation and dropout. Default: false. */
  readonly batchNorm?: boolean | undefined;
}

/** The names of {@link NetworkOptions}. */
export const NETWORK_OPTIONS = ['hiddenUnits', 'featureColumns', 'activationFn', 'dropout', 'batchNorm'] as const;

/** What a training pass needs besides the features. */
export interface TrainingPass {
  readonly drop: DropUnits;
  readonly updates: Updates;
  readonly summarize?: Summarize | undefined;
}

/** A network with its variables. */
export interface Network {
  readonly trainableVariables: readonly Variable[];
  /** The logits of prepared features, `[batch, units]`. Call it under a tidy. */
  apply(features: Features, training: TrainingPass | undefined): Tensor;
}

/** Throws INVALID_ARGUMENT for options that make no network. */
export function checkNetwork({ hiddenUnits, activationFn, dropout: rate, batchNorm: isNormal }: NetworkOptions): void {
  const units = listOf(hiddenUnits);
  if (units?.every((count) => Number.isSafeInteger(count) && (count as number) > 0) !== true)
    throw invalid('hiddenUnits', 'a list of whole numbers above 0', hiddenUnits);
  if (activationFn !== undefined && typeof activationFn !== 'function')
    throw invalid('activationFn', 'a function of a tensor', activationFn);
  checkDropout(rate);
  if (isNormal !== undefined && typeof isNormal !== 'boolean') throw invalid('batchNorm', 'true or false', isNormal);
}

function invalid(argument: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `${argument} must be ${expected}, got ${describeValue(got)}.`);
}

/**
 * A network under the original's names: `dnn/hiddenlayer_0/kernel`, `dnn/logits/bias`, and so on. Kernels begin as `glorotUniform`, biases with zero.
 *
 * @param units How many logits there are.
 * @throws FEATURE_COLUMNS_INVALID
 */
export function dnnNetwork(store: VariableStore, options: NetworkOptions, units: number): Network {
  const { hiddenUnits, featureColumns, activationFn = relu, dropout: rate, batchNorm: isNormal = false } = options;
  const input = denseInput(featureColumns, {
    store,
    variables: 'dnn/input_from_feature_columns/input_layer/',
    features: DNN_PREFIX,
  });
  const layers = hiddenUnits.map((count, i) => {
    const name = `dnn/hiddenlayer_${i}`;
    const dense = denseLayer(store, name, i === 0 ? input.size : (hiddenUnits[i - 1] as number), count);
    return { name, dense, norm: isNormal ? batchNorm(store, `${name}/batchnorm_${i}`, count) : undefined };
  });
  const logits = denseLayer(store, 'dnn/logits', hiddenUnits.at(-1) ?? input.size, units);
  const activate = (x: Tensor): Tensor =>
    checkTensor('what activationFn returns', activationFn(x), 'a tensor', 'INVALID_ARGUMENT');
  const drop = (x: Tensor, name: string, training: TrainingPass | undefined): Tensor =>
    rate === undefined || training === undefined ? x : training.drop(x, name, rate);
  return {
    trainableVariables: [
      ...input.trainableVariables,
      ...layers.flatMap(({ dense, norm }) => [...dense.variables, ...variablesOf(norm)]),
      ...logits.variables,
    ],
    apply(features, training) {
      let net: Tensor = input.apply(features);
      for (const { name, dense, norm } of layers) {
        net = drop(activate(dense.apply(net)), name, training);
        net = norm?.apply(net, training?.updates) ?? net;
        summarizeLayer(training?.summarize, name, net);
      }
      const last = logits.apply(net);
      summarizeLayer(training?.summarize, 'dnn/logits', last);
      return last;
    },
  };
}

/** The columns of a network, as they are prepared. Throws FEATURE_COLUMNS_INVALID. */
export function dnnGroup(featureColumns: readonly DenseColumn[]): ColumnGroup {
  return { prefix: DNN_PREFIX, columns: sortedDenseColumns('featureColumns', featureColumns) };
}

const DNN_PREFIX = 'dnn/';

function variablesOf(norm: BatchNorm | undefined): readonly Variable[] {
  return norm?.trainableVariables ?? [];
}

interface DenseLayer {
  readonly variables: readonly Variable[];
  apply(x: Tensor): Tensor;
}

function denseLayer(store: VariableStore, name: string, inputs: number, units: number): DenseLayer {
  const kernel = store.variable(`${name}/kernel`, { shape: [inputs, units] });
  const bias = store.variable(`${name}/bias`, { shape: [units], initializer: zeros });
  return { variables: [kernel, bias], apply: (x) => add(matMul(x as Tensor2D, kernel as unknown as Tensor2D), bias) };
}
