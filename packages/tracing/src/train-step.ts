import { clone } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { ModeKeys } from '@tfjs-heads/head-api';
import type {
  Features,
  GradientOptimizer,
  Head,
  Labels,
  Logits,
  RegularizationLosses,
  TrainableVariable,
} from '@tfjs-heads/head-api';
import { carryChecks, checkOptions, describeValue, headError, listOf } from '@tfjs-heads/head-kit';
import { RUN_OPTIONS, type RunOptions } from './run-options.js';
import { type Trace, traceAs } from './trace-step.js';
import { meetOptimizer, withMet } from './watch-engine.js';

/** What {@link trainStep} trains by. */
export interface TrainStepOptions<F extends Features = Features, X extends Logits = Logits> extends RunOptions {
  /** Gives the logits for the features of a batch. It runs under the tape. */
  readonly network: (features: F) => X;
  /** Any optimizer of tfjs or of tfjs-heads. */
  readonly optimizer: GradientOptimizer;
  /** What to train: variables, or the `trainableWeights` of a model of tfjs-layers. */
  readonly variables: readonly TrainableVariable[];
  /** Added to the loss; a function of the variables. */
  readonly regularizationLosses?: RegularizationLosses | undefined;
}

const OPTIONS = ['network', 'optimizer', 'variables', 'regularizationLosses', ...RUN_OPTIONS] as const;

/** A batch to train on. */
export interface Batch<F extends Features = Features, L extends Labels = Labels> {
  /** What the network computes with, and where the head looks for weights. */
  readonly features: F;
  readonly labels: L;
}

/**
 * The whole training step of a head as a traced function: network, loss, gradients and update in one call.
 *
 * ```ts
 * const step = trainStep(head, { network: ({ x }) => model.apply(x), optimizer, variables: model.trainableWeights });
 * for (const { x, weight, labels } of batches) {
 *   const loss = step({ features: { x, weight }, labels });
 *   console.log(await loss.data());
 *   loss.dispose();
 * }
 * ```
 *
 * @returns A traced step (see `traceStep`) that gives the loss, a float32 scalar that the caller owns.
 * @throws INVALID_ARGUMENT; the step whatever `head.createEstimatorSpec` throws, above all LABELS_RANGE for a label out of range, in replayed steps too
 */
export function trainStep<L extends Labels, X extends Logits, F extends Features = Features>(
  head: Head<L, X>,
  options: TrainStepOptions<F, X>,
): Trace<(batch: Batch<F, L>) => Scalar> {
  const { network, optimizer, variables, regularizationLosses, ...running } = checkTrainOptions(options);
  if (!hasMethod(head, 'createEstimatorSpec')) throw invalid('head', 'a head', head);
  meetOptimizer(optimizer);
  const step = (batch: Batch<F, L>): Scalar => {
    const { features, labels } = checkBatch(batch);
    const spec = head.createEstimatorSpec({
      mode: ModeKeys.TRAIN,
      features,
      labels,
      logits: () => network(features),
      optimizer,
      trainableVariables: variables,
      ...(regularizationLosses && { regularizationLosses }),
    });
    if (spec.mode !== ModeKeys.TRAIN)
      throw headError('INVALID_ARGUMENT', `head must give a spec of the mode train, got ${spec.mode}.`);
    withMet(() => spec.trainOp());
    // The spec owns its loss, and goes; errors that a device has yet to report stay.
    const loss = carryChecks(clone(spec.loss), [spec.loss]);
    spec.dispose();
    return loss;
  };
  return traceAs('trainStep', step, { variables, ...running });
}

function checkTrainOptions<F extends Features, X extends Logits>(
  given: TrainStepOptions<F, X>,
): TrainStepOptions<F, X> {
  const options = checkOptions('trainStep', given, OPTIONS);
  const { network, optimizer, regularizationLosses: losses } = options;
  if (typeof network !== 'function') throw invalid('network', 'a function of the features', network);
  if (!hasMethod(optimizer, 'applyGradients'))
    throw invalid('optimizer', 'an optimizer with a method applyGradients', optimizer);
  if (losses !== undefined && typeof losses !== 'function' && listOf(losses) === undefined)
    throw invalid('regularizationLosses', 'a list of scalars or a function that gives one', losses);
  return options;
}

function checkBatch<F extends Features, L extends Labels>(batch: Batch<F, L>): Batch<F, L> {
  const { features, labels } = (batch as Partial<Batch<F, L>> | null | undefined) ?? {};
  if (features === undefined || labels === undefined)
    throw invalid('batch', 'an object with features and labels', batch);
  return { features, labels };
}

function hasMethod(given: unknown, name: string): boolean {
  return typeof (given as Readonly<Record<string, unknown>> | null | undefined)?.[name] === 'function';
}

function invalid(name: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `trainStep: ${name} must be ${expected}, got ${describeValue(got)}.`);
}
