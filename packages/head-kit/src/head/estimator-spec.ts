import { clone, keep, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpec,
  type EstimatorSpecArgs,
  type ExportOutputs,
  type Head,
  type Labels,
  type Logits,
  type Metrics,
  ModeKeys,
  type Predictions,
} from '@tfjs-heads/head-api';
import { checkLabelsGiven } from '../checks/labels.js';
import { checkMode } from '../checks/mode.js';
import { ask, isMap, isPromise, isTensor } from '../checks/kinds.js';
import { checkOptions } from '../checks/options.js';
import { describeResult, isLive } from '../checks/tensor.js';
import { copyOf } from '../device-check.js';
import { headError } from '../error.js';
import { predictOutput } from '../export-output.js';
import { withHeadName } from '../keys.js';
import { regularizationScalars, sumOfScalars } from '../regularization.js';
import { scoped } from '../scoped.js';
import { createSpec } from '../spec/create-spec.js';
import { checkTrainArgs, type Gradients, gradientsOf, replicaFactor } from './train.js';

/** What {@link estimatorSpec} takes besides the arguments of `createEstimatorSpec`. */
export interface EstimatorSpecOptions<X extends Logits = Logits, P extends Predictions = Predictions> {
  /** What to export. Default: all predictions, under `serving_default` and `predict`. */
  readonly exportsOf?: ((predictions: P) => ExportOutputs) | undefined;
  /**
   * What to show of a training step besides its loss and the sum of its regularization losses, by tag: tensors for the spec to
   * own. They come after those, and replace what has the same tag.
   */
  readonly summariesOf?: ((step: TrainStep<X>) => Readonly<Record<string, Scalar>>) | undefined;
}

/** What the summaries of a training step are made of. */
export interface TrainStep<X extends Logits = Logits> {
  readonly loss: Scalar;
  readonly logits: X;
}

const ARGUMENTS: readonly (keyof EstimatorSpecArgs)[] = [
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
export function estimatorSpec<L extends Labels, X extends Logits, P extends Predictions>(
  head: Head<L, X, P>,
  args: EstimatorSpecArgs<L, X>,
  options?: EstimatorSpecOptions<X, P>,
): EstimatorSpec<P>;
export function estimatorSpec(
  head: Head,
  given: EstimatorSpecArgs,
  { exportsOf = exportAll, summariesOf }: EstimatorSpecOptions = {},
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
  return mode === ModeKeys.EVAL ? evalSpec(head, args) : trainSpec(head, args, variables, summariesOf);
}

/** All predictions, under both keys. */
export function exportAll(predictions: Predictions): ExportOutputs {
  const output = predictOutput({ outputs: predictions });
  return { serving_default: output, predict: output };
}

function runLogits({ logits }: EstimatorSpecArgs): Logits {
  const computed = typeof logits === 'function' ? logits() : logits;
  if (!isPromise(computed)) return computed;
  const what =
    typeof logits === 'function'
      ? 'The function logits must return the logits at once'
      : 'logits must be a tensor or a function that returns one';
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

/** @param variables Those to train by an optimizer; none where `trainOpFn` takes gradients of its own. */
function trainSpec(
  head: Head,
  args: EstimatorSpecArgs,
  variables: readonly Variable[],
  summariesOf: EstimatorSpecOptions['summariesOf'],
): EstimatorSpec {
  const { optimizer, trainOpFn } = args;
  const copies = new Copies();
  let regularization: Scalar | undefined;
  let gradients: Gradients | undefined;
  const computeLoss = (): Scalar => {
    const logits = runLogits(args);
    const parts = lossWithParts(head, args, logits);
    copies.keepLogits(logits);
    regularization = parts.regularization && keep(copyOf(parts.regularization));
    return parts.loss;
  };
  try {
    const { loss, apply, dispose } = (gradients = gradientsOf(
      computeLoss,
      variables,
      replicaFactor(head.lossReduction, args),
    ));
    const step = (): unknown => {
      if (optimizer === undefined)
        return trainOpFn?.(loss, () => tidy(() => lossWithParts(head, args, runLogits(args)).loss));
      apply(optimizer);
      dispose();
      return loss;
    };
    return createSpec({
      mode: ModeKeys.TRAIN,
      loss,
      predictions: () => copies.predictionsBy(head),
      summaries: allSummaries(head, { loss, logits: copies.logits }, regularization, summariesOf),
      trainOp: once(() => {
        const result = step();
        runUpdateOps(args);
        return result;
      }),
      onDispose: () => {
        dispose();
        copies.dispose();
      },
    });
  } catch (error) {
    for (const held of [gradients, gradients?.loss, regularization, copies]) held?.dispose();
    throw error;
  }
}

/**
 * Copies of a training step's logits, which are gone when its tape or its scope ends, for predictions that somebody may ask
 * for later. They share the logits' data, and are disposed of with the spec or when the predictions are made.
 */
class Copies {
  logits: Logits = {};
  #predictions: Predictions | undefined;
  #tensors: Tensor[] = [];

  keepLogits(logits: Logits): void {
    this.logits = mapLogits(logits, (tensor) => {
      const copy = keep(clone(tensor));
      this.#tensors.push(copy);
      return copy;
    }) as Logits;
  }

  /** Made once, since specs that {@link replaceSpec} made share them. */
  predictionsBy(head: Head): Predictions {
    this.#predictions ??= scoped(() => head.predictions(this.logits));
    this.dispose();
    return this.#predictions;
  }

  dispose(): void {
    for (const tensor of this.#tensors) tensor.dispose();
    this.#tensors = [];
  }
}

/** The loss, and the sum of the regularization losses in it. */
function lossWithParts(head: Head, args: EstimatorSpecArgs, logits: Logits): { loss: Scalar; regularization?: Scalar } {
  const scalars = regularizationScalars(args.regularizationLosses);
  const regularization = scalars && sumOfScalars(scalars);
  const options = {
    mode: ModeKeys.TRAIN,
    features: args.features,
    ...(regularization && { regularizationLosses: [regularization] }),
  };
  const loss = head.loss(args.labels as Labels, logits, options);
  return regularization === undefined ? { loss } : { loss, regularization };
}

function allSummaries(
  { name }: Head,
  step: TrainStep,
  regularization: Scalar | undefined,
  others: EstimatorSpecOptions['summariesOf'],
): Record<string, Scalar> {
  return {
    [withHeadName('loss', name)]: step.loss,
    ...(regularization && { [withHeadName('regularization_loss', name)]: regularization }),
    ...(others && scoped(() => others(step))),
  };
}

/** Whatever else lies in a map of logits, such as what no head has asked for, stays what it is. */
function mapLogits(logits: unknown, map: (tensor: Tensor) => Tensor, within: readonly unknown[] = []): unknown {
  if (isTensor(logits)) return isLive(logits) ? map(logits) : logits;
  if (!isMap(logits) || within.includes(logits)) return logits;
  const inside = [...within, logits];
  const mapAt = (name: string): unknown =>
    mapLogits(
      ask(() => logits[name], undefined),
      map,
      inside,
    );
  return Object.fromEntries(ask(() => Object.keys(logits), []).map((name) => [name, mapAt(name)]));
}

/** The gradients of a step are gone once they have been applied. */
function once(trainOp: () => unknown): () => unknown {
  let used = false;
  return () => {
    if (used)
      throw headError(
        'TRAIN_OP_USED',
        'trainOp must be called once for each spec, but it was called again: make a spec for each step.',
      );
    used = true;
    return trainOp();
  };
}

function runUpdateOps({ updateOps = [] }: EstimatorSpecArgs): void {
  for (const updateOp of updateOps) updateOp();
}
