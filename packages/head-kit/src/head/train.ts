import { engine, keep, scalar, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import {
  type EstimatorSpecArgs,
  type GradientOptimizer,
  Reduction,
  type TrainableVariable,
} from '@tfjs-heads/head-api';
import { describe } from '../checks/describe.js';
import { ask, isList, isVariable } from '../checks/kinds.js';
import { checkLive } from '../checks/tensor.js';
import { headError } from '../error.js';

/**
 * Checks the arguments of a training step, before anything is run, in the original's order.
 *
 * @throws UPDATE_OPS_INVALID, TRAIN_OP_CONFLICT, OPTIMIZER_INVALID, TRAINABLE_VARIABLES_MISSING,
 *   TRAINABLE_VARIABLES_INVALID, LOGITS_NOT_A_FUNCTION, TRAIN_OP_MISSING, INVALID_ARGUMENT
 */
export function checkTrainArgs(args: EstimatorSpecArgs): readonly Variable[] {
  const { updateOps, optimizer, trainOpFn, trainableVariables, logits, numReplicasInSync = 1 } = args;
  checkUpdateOps(updateOps);
  if (!Number.isInteger(numReplicasInSync) || numReplicasInSync < 1) {
    throw headError(
      'INVALID_ARGUMENT',
      `numReplicasInSync must be a whole number from 1 on, got ${describe(numReplicasInSync)}.`,
    );
  }
  if (optimizer === undefined && trainOpFn === undefined) {
    throw headError(
      'TRAIN_OP_MISSING',
      'train_op_fn and optimizer cannot both be None: one of optimizer and trainOpFn must be given to train, got neither.',
    );
  }
  if (optimizer !== undefined && trainOpFn !== undefined) {
    throw headError(
      'TRAIN_OP_CONFLICT',
      'train_op_fn and optimizer cannot both be set: one of optimizer and trainOpFn must be given to train, got both.',
    );
  }
  if (optimizer === undefined) {
    if (typeof trainOpFn !== 'function') {
      throw headError('INVALID_ARGUMENT', `trainOpFn must be a function, got ${describe(trainOpFn)}.`);
    }
    return [];
  }
  if (!ask(() => typeof optimizer?.applyGradients === 'function', false)) {
    throw headError(
      'OPTIMIZER_INVALID',
      `optimizer must have a method applyGradients, as the optimizers of tfjs have, got ${describe(optimizer)}.`,
    );
  }
  const variables = variablesOf(trainableVariables);
  if (typeof logits !== 'function') {
    throw headError(
      'LOGITS_NOT_A_FUNCTION',
      `logits must be a function that runs the network when an optimizer trains it, so that gradients flow, got ${describe(logits)}.`,
    );
  }
  return variables;
}

function checkUpdateOps(updateOps: unknown): void {
  if (updateOps === undefined) return;
  const wrong = isList(updateOps) ? firstIndex(updateOps, (op) => typeof op !== 'function') : 0;
  if (isList(updateOps) && wrong === undefined) return;
  const got = isList(updateOps)
    ? `${describe(ask(() => updateOps[wrong as number], undefined))} at ${wrong}`
    : describe(updateOps);
  throw headError(
    'UPDATE_OPS_INVALID',
    `update_ops should be a list: updateOps must be a list of functions, got ${got}.`,
  );
}

/** By index: `findIndex` of a list that throws would throw, too. */
function firstIndex(list: readonly unknown[], isOne: (entry: unknown) => boolean): number | undefined {
  for (let index = 0; index < list.length; index++) if (isOne(ask(() => list[index], undefined))) return index;
  return undefined;
}

/**
 * The variables to train. A variable of tfjs-layers stands for the one of tfjs-core that it holds.
 *
 * @param given As in {@link EstimatorSpecArgs}: variables of tfjs-core, or `model.trainableWeights` of tfjs-layers.
 * @throws TRAINABLE_VARIABLES_MISSING, TRAINABLE_VARIABLES_INVALID, TENSOR_FOREIGN
 */
export function variablesOf(given: readonly TrainableVariable[] | undefined): readonly Variable[] {
  if (given === undefined || given === null) {
    throw headError(
      'TRAINABLE_VARIABLES_MISSING',
      `trainable_variables cannot be None: trainableVariables must be a list of variables with an optimizer, got ${describe(given)}.`,
    );
  }
  if (!isList(given)) {
    throw headError(
      'TRAINABLE_VARIABLES_INVALID',
      `trainable_variables should be a list: trainableVariables must be a list of variables, got ${describe(given)}.`,
    );
  }
  const variables: Variable[] = [];
  for (let index = 0; index < given.length; index++) {
    variables.push(
      checkVariable(
        `trainableVariables[${index}]`,
        ask(() => given[index], undefined),
      ),
    );
  }
  return variables;
}

function checkVariable(name: string, given: unknown): Variable {
  const variable = ask(() => (isLayerVariable(given) ? given.read() : given), given); // A disposed one throws.
  if (!isVariable(variable) || variable.isDisposed) {
    throw headError(
      'TRAINABLE_VARIABLES_INVALID',
      `${name} must be a live variable, of tfjs-core or of a layer, got ${describe(given)}.`,
    );
  }
  checkLive(name, variable);
  return variable;
}

/** The variable of a layer has no values of its own. */
function isLayerVariable(value: unknown): value is { read(): unknown } {
  return !isVariable(value) && ask(() => typeof (value as { read?: unknown }).read === 'function', false);
}

/** A loss and its gradients, not yet applied. */
export interface Gradients {
  readonly loss: Scalar;
  /** Applies the gradients. */
  apply(optimizer: GradientOptimizer): void;
  dispose(): void;
}

/**
 * Runs a network and its loss once under the tape.
 *
 * @throws TRAINABLE_VARIABLES_INVALID when the loss depends on none of the variables, and whatever
 *   `computeLoss` throws; nothing of the tape is left behind.
 */
export function gradientsOf(computeLoss: () => Scalar, variables: readonly Variable[], factor: number): Gradients {
  const trainable = variables.filter((variable) => variable.trainable);
  // As in the original there may be nothing to train; the tape must have something.
  if (trainable.length === 0)
    return { loss: keep(tidy(computeLoss)), apply: () => undefined, dispose: () => undefined };
  // A replica's share goes into what the tape begins with, so the loss itself is not scaled.
  const dy = factor === 1 ? undefined : scalar(factor);
  const { value, grads } = underTape(
    () => engine().gradients<Tensor>(computeLoss, trainable, dy, true),
    () => dy?.dispose(),
  );
  // The optimizers of tfjs find their slots by position, so each variable keeps its own, also while it
  // has no gradient; they skip those.
  const named = variables.map((variable) => ({
    name: variable.name,
    tensor: (grads[trainable.indexOf(variable)] as Tensor | null | undefined) ?? null,
  }));
  if (named.every(({ tensor }) => tensor === null)) {
    value.dispose();
    throw headError(
      'TRAINABLE_VARIABLES_INVALID',
      `trainableVariables must be what the logits are computed from, but the loss depends on none of ${trainable.map((v) => v.name).join(', ')}.`,
    );
  }
  // They are needed when the scope in which this runs may have ended.
  for (const tensor of [value, ...named.map((gradient) => gradient.tensor)]) if (tensor !== null) keep(tensor);
  let isDisposed = false;
  return {
    loss: value as Scalar,
    apply(optimizer) {
      // A spec that replaceSpec made has the gradients of the first one.
      if (isDisposed)
        throw headError('SPEC_DISPOSED', 'trainOp must be called before dispose(): its gradients are gone.');
      variables.forEach((variable, index) =>
        checkVariable(`trainableVariables[${index}], when trainOp is called,`, variable),
      );
      optimizer.applyGradients(named);
    },
    dispose() {
      isDisposed = true;
      for (const { tensor } of named) tensor?.dispose();
    },
  };
}

/** tfjs releases what a tape has saved at the end of a gradient, but not when the function throws. */
function underTape<T>(run: () => T, finish: () => void): T {
  const { state } = engine();
  try {
    return run();
  } catch (error) {
    if (state.gradientDepth === 0) {
      for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
      state.activeTape = [];
    }
    throw error;
  } finally {
    finish();
  }
}

/** What a replica multiplies its loss by before the gradients are summed over replicas. */
export function replicaFactor(reduction: Reduction, { numReplicasInSync = 1 }: EstimatorSpecArgs): number {
  return reduction === Reduction.SUM_OVER_BATCH_SIZE ? 1 / numReplicasInSync : 1;
}
