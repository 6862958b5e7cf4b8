import type { Tensor } from '@tensorflow/tfjs-core';
import { describeValue, headError } from '@tfjs-heads/head-kit';
import { Dropout } from '@tfjs-heads/tracing';
import { seedOf, type VariableStore } from '../variable-store.js';

/** Drops units of a layer, by its name, in a training step. */
export type DropUnits = (x: Tensor, layer: string, rate: number) => Tensor;

/**
 * Dropout by the steps that an optimizer has taken, which checkpoints hold: after a resumption it goes on where it was. Each layer has masks of its own, by
 * its name and the seed, the same on every backend.
 *
 * @param counts Whether a step is taken with the masks; else the next one has the same.
 */
export function dropUnits(store: VariableStore, seed: number, optimizer: unknown, counts: boolean): DropUnits {
  return (x, layer, rate) => {
    const dropout = store.once(`dropout/${layer}`, () => new Dropout({ rate, seed: seedOf(seed, layer) }));
    // Replayed steps count both.
    dropout.iterations = stepsOf(optimizer);
    const dropped = dropout.apply(x);
    if (!counts) dropout.iterations = stepsOf(optimizer);
    return dropped;
  };
}

/** Throws INVALID_ARGUMENT unless a rate is from 0 to below 1. */
export function checkDropout(rate: unknown): asserts rate is number | undefined {
  if (rate === undefined || (typeof rate === 'number' && rate >= 0 && rate < 1)) return;
  throw headError('INVALID_ARGUMENT', `dropout must be a number from 0 to below 1, got ${describeValue(rate)}.`);
}

function stepsOf(optimizer: unknown): number {
  const steps = (optimizer as { iterations?: unknown } | undefined)?.iterations;
  if (typeof steps === 'number') return steps;
  throw headError(
    'OPTIMIZER_INVALID',
    `optimizer must count its steps, as iterations, so that each has a dropout of its own, got ${describeValue(optimizer)}.`,
  );
}
