import { clone, keep, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpec,
  type EstimatorSpecArgs,
  type ExportOutputs,
  type GradientOptimizer,
  type Head,
  type Labels,
  type Logits,
  type Metrics,
  ModeKeys,
  type Predictions,
} from '@tfjs-heads/head-api';
import { checkLabelsGiven } from '../checks/labels.js';
import { checkMode } from '../checks/mode.js';
import { isPromise } from '../checks/kinds.js';
import { checkOptions } from '../checks/options.js';
import { describeResult } from '../checks/tensor.js';
import { headError } from '../error.js';
import { predictOutput } from '../export-output.js';
import { MetricKeys, ServingKeys, withHeadName } from '../keys.js';
import { regularizationScalars, sumOfScalars } from '../regularization.js';
import { scoped } from '../scoped.js';
import { createSpec } from '../spec/create-spec.js';
import { checkTrainArgs, type Gradients, gradientsOf, replicaFactor } from './train.js';

/** What {@link estimatorSpec} takes besides the arguments of `createEstimatorSpec`. */
export interface EstimatorSpecOptions {
  /** What to export. Default: all predictions, under `serving_default` and `predict`. */
  readonly exportsOf?: ((predictions: Predictions) => ExportOutputs) | undefined;
}

const ARGUMENTS: readonly (keyof EstimatorSpecArgs)[] = [
  'features', 'mode', 'logits', 'labels', 'optimizer', 'trainableVariables', 'trainOpFn', 'updateOps', 'regularizationLosses',
  'numReplicasInSync',
];

/**
 * What a head's model function returns for one batch: all of {@link Head.createEstimatorSpec}, from nothing but the other
 * methods of the contract. Of a head that extends nothing:
 *
 * ```ts
 * createEstimatorSpec: (args) => estimatorSpec(head, args),
 * ```
 *
 * @throws INVALID_ARGUMENT, MODE_INVALID, LABELS_MISSING, what the head's methods throw, and in TRAIN the errors of the
 *   training arguments: UPDATE_OPS_INVALID, TRAIN_OP_CONFLICT, OPTIMIZER_INVALID, TRAINABLE_VARIABLES_MISSING,
 *   TRAINABLE_VARIABLES_INVALID, LOGITS_NOT_A_FUNCTION, TRAIN_OP_MISSING
 */
export function estimatorSpec(
  head: Head,
  given: EstimatorSpecArgs,
  { exportsOf = exportAll }: EstimatorSpecOptions = {},
): EstimatorSpec {
  const args = checkOptions('createEstimatorSpec', given, ARGUMENTS);
  const mode = checkMode(args.mode);
  if (mode === ModeKeys.PREDICT) {
    const fields = scoped(() => {
      const predictions = head.predictions(runLogits(args));
      return { predictions, exportOutputs: exportsOf(predictions) };
    });
    return createSpec({ mode, ...fields });
  }
  const variables = mode === ModeKeys.TRAIN ? checkTrainArgs(args) : [];
  checkLabelsGiven(args.labels, 'a tensor to train or evaluate');
  if (mode === ModeKeys.EVAL) return evalSpec(head, args);
  return args.optimizer === undefined ? specWithTrainOpFn(head, args) : specWithOptimizer(head, args, variables);
}

function exportAll(predictions: Predictions): ExportOutputs {
  const all = predictOutput({ outputs: predictions });
  return { [ServingKeys.DEFAULT]: all, [ServingKeys.PREDICT]: all };
}

function runLogits({ logits }: EstimatorSpecArgs): Logits {
  const computed = typeof logits === 'function' ? logits() : logits;
  if (!isPromise(computed)) return computed;
  const what = typeof logits === 'function' ? 'The function logits must return the logits at once' : 'logits must be a tensor or a function that returns one';
  throw headError('LOGITS_DTYPE', `${what}, got ${describeResult(computed)}.`);
}

function evalSpec(head: Head, args: EstimatorSpecArgs): EstimatorSpec {
  const { features } = args;
  const labels = args.labels as Labels;
  let evalMetricOps: Metrics = {};
  const tensors = scoped(() => {
    const logits = runLogits(args);
    const predictions = head.predictions(logits);
    const regularizationLosses = regularizationScalars(args.regularizationLosses);
    const options = { mode: ModeKeys.EVAL, ...(regularizationLosses && { regularizationLosses }) };
    const loss = head.loss(labels, logits, { ...options, features });
    evalMetricOps = head.updateMetrics(head.metrics(options), features, logits, labels, options);
    return { loss, predictions };
  });
  return createSpec({ mode: ModeKeys.EVAL, ...tensors, evalMetricOps });
}

function specWithTrainOpFn(head: Head, args: EstimatorSpecArgs): EstimatorSpec {
  const { loss, predictions, regularization } = scoped(() => {
    const logits = runLogits(args);
    return { predictions: head.predictions(logits), ...lossWithParts(head, args, logits) };
  });
  const recompute = (): Scalar => tidy(() => lossWithParts(head, args, runLogits(args)).loss);
  return createSpec({
    mode: ModeKeys.TRAIN,
    loss,
    predictions,
    summaries: summariesOf(head, loss, regularization),
    trainOp: once(() => {
      const result = args.trainOpFn?.(loss, recompute);
      runUpdateOps(args);
      return result;
    }),
  });
}

function specWithOptimizer(head: Head, args: EstimatorSpecArgs, variables: readonly Variable[]): EstimatorSpec {
  const { optimizer } = args;
  const kept: Tensor[] = [];
  // What is needed after the tape has ended; a copy, since what the function returns is its own.
  const keepCopy = <T extends Tensor>(tensor: T): T => {
    const copy = keep(clone(tensor));
    kept.push(copy);
    return copy;
  };
  let logits: Logits = {};
  let regularization: Scalar | undefined;
  let gradients: Gradients | undefined;
  const computeLoss = (): Scalar => {
    const computed = runLogits(args);
    const parts = lossWithParts(head, args, computed);
    logits = mapLogits(computed, keepCopy);
    regularization = parts.regularization && keepCopy(parts.regularization);
    return parts.loss;
  };
  try {
    const { loss, apply, dispose } = (gradients = gradientsOf(computeLoss, variables, replicaFactor(head.lossReduction, args)));
    const predictions = head.predictions(logits);
    return createSpec({
      mode: ModeKeys.TRAIN,
      loss,
      predictions,
      summaries: summariesOf(head, loss, regularization),
      trainOp: once(() => {
        apply(optimizer as GradientOptimizer);
        dispose();
        runUpdateOps(args);
        return loss;
      }),
      onDispose: dispose,
    });
  } catch (error) {
    for (const held of [gradients, gradients?.loss, regularization]) held?.dispose();
    throw error;
  } finally {
    for (const tensor of kept) if (tensor !== regularization) tensor.dispose();
  }
}

/** The loss, and the sum of the regularization losses in it. */
function lossWithParts(head: Head, args: EstimatorSpecArgs, logits: Logits): { loss: Scalar; regularization?: Scalar } {
  const scalars = regularizationScalars(args.regularizationLosses);
  const regularization = scalars && sumOfScalars(scalars);
  const options = { mode: ModeKeys.TRAIN, features: args.features, ...(regularization && { regularizationLosses: [regularization] }) };
  const loss = head.loss(args.labels as Labels, logits, options);
  return regularization === undefined ? { loss } : { loss, regularization };
}

function summariesOf({ name }: Head, loss: Scalar, regularization: Scalar | undefined): Record<string, Scalar> {
  return {
    [withHeadName(MetricKeys.LOSS, name)]: loss,
    ...(regularization && { [withHeadName(MetricKeys.LOSS_REGULARIZATION, name)]: regularization }),
  };
}

function mapLogits(logits: Logits, map: (tensor: Tensor) => Tensor): Logits {
  if ('dataId' in logits) return map(logits as Tensor);
  return Object.fromEntries(Object.entries(logits).map(([name, tensor]) => [name, map(tensor)]));
}

/** The gradients of a step are gone once they have been applied. */
function once(trainOp: () => unknown): () => unknown {
  let used = false;
  return () => {
    if (used) throw headError('TRAIN_OP_USED', 'trainOp must be called once for each spec, but it was called again: make a spec for each step.');
    used = true;
    return trainOp();
  };
}

function runUpdateOps({ updateOps = [] }: EstimatorSpecArgs): void {
  for (const updateOp of updateOps) updateOp();
}
