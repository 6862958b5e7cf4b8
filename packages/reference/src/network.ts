import { addRow, columnSums, matMul, transposed } from './matrix.js';
import type { UpdateRule } from './optimizers.js';
import type { Scaled } from './scaled.js';
import { mapValues, type Values } from './values.js';

/** A loss with its gradient by the logits, which it is given row-major. */
export type LossOfLogits = (logits: readonly number[]) => {
  readonly loss: Scaled;
  readonly gradient: readonly Scaled[];
};

/** Where a training starts. */
export interface Untrained {
  /** `[rows, inputs]`. */
  readonly inputs: Values;
  readonly start: Variables;
}

/** Kernel and bias of the hidden layer, then of the last one. */
export type Variables = readonly [Values, Values, Values, Values];

/** What came of a training. */
export interface Trained {
  /** The loss of each step, before its update. */
  readonly losses: readonly Scaled[];
  /** The variables after the last step, in the order of `start`. */
  readonly end: readonly (readonly number[])[];
  /** How close an input of relu, and how close a gradient, came to 0, where float32 may land on the other side. */
  readonly closest: { readonly relu: number; readonly gradient: number };
}

/** Trains a network of one hidden layer of relu under a loss, on all rows in each step. */
export function trainNetwork(
  { inputs, start }: Untrained,
  lossOf: LossOfLogits,
  rule: UpdateRule,
  steps: number,
): Trained {
  const variables = start.map(({ shape, values }) => ({ shape, values: [...values] }));
  const states = variables.map(({ values }) => values.map(() => [...rule.start]));
  const closest = { relu: Infinity, gradient: Infinity };
  const losses = Array.from({ length: steps }, (_, step) => {
    const { loss, gradients, beforeRelu } = backward(inputs, variables as unknown as Variables, lossOf);
    for (const value of beforeRelu) closest.relu = Math.min(closest.relu, Math.abs(value));
    for (const [v, { values }] of variables.entries()) {
      for (const [i, value] of values.entries()) {
        const gradient = gradients[v]?.[i] as number;
        closest.gradient = Math.min(closest.gradient, Math.abs(gradient));
        values[i] = value + rule.update(gradient, states[v]?.[i] as number[], step);
      }
    }
    return loss;
  });
  return { losses, end: variables.map(({ values }) => values), closest };
}

/** One pass forward and back: the loss and its gradient by each variable. */
export function backward(
  inputs: Values,
  [kernel1, bias1, kernel2, bias2]: Variables,
  lossOf: LossOfLogits,
): { loss: Scaled; gradients: readonly (readonly number[])[]; beforeRelu: readonly number[] } {
  const before = addRow(matMul(inputs, kernel1), bias1.values);
  const hidden = mapValues(before, (value) => Math.max(value, 0));
  const logits = addRow(matMul(hidden, kernel2), bias2.values);
  const { loss, gradient } = lossOf(logits.values);
  const top = mapValues(logits, (_, i) => gradient[i]?.value as number);
  const bottom = mapValues(matMul(top, transposed(kernel2)), (value, i) =>
    (before.values[i] as number) > 0 ? value : 0,
  );
  return {
    loss,
    gradients: [
      matMul(transposed(inputs), bottom).values,
      columnSums(bottom),
      matMul(transposed(hidden), top).values,
      columnSums(top),
    ],
    beforeRelu: before.values,
  };
}
