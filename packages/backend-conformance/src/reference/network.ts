import type { Reduction } from '@tfjs-heads/head-api';
import type { Formula } from './formula.js';
import { addRow, columnSums, matMul, transpose, type Matrix } from './matrix.js';
import type { UpdateRule } from './optimizers.js';
import { trainingLoss } from './reduce.js';
import type { Scaled } from './scaled.js';

/** What to learn, and where to start. */
export interface Problem {
  /** `[rows, inputs]`. */
  readonly inputs: Matrix;
  readonly labels: readonly number[];
  readonly weights?: readonly number[] | undefined;
  /** Kernel and bias of the hidden layer, then of the last one. */
  readonly start: readonly [readonly number[], readonly number[], readonly number[], readonly number[]];
}

/** What came of a training. */
export interface Trained {
  /** The loss of each step, before its update. */
  readonly losses: readonly Scaled[];
  /** The variables after the last step, in the order of `start`. */
  readonly end: readonly (readonly number[])[];
  /** How close an input of relu, and how close a gradient, came to 0, where float32 may land on the other side. */
  readonly closest: { readonly relu: number; readonly gradient: number };
}

/** Trains a network of one hidden layer of relu under a loss, on the whole problem in each step. */
export function trainNetwork(problem: Problem, formula: Formula, rule: UpdateRule, steps: number, reduction: Reduction = 'sum_over_batch_size'): Trained {
  const { inputs, labels, weights } = problem;
  const variables = problem.start.map((values) => [...values]) as [number[], number[], number[], number[]];
  const states = variables.map((values) => values.map(() => [...rule.start]));
  const closest = { relu: Infinity, gradient: Infinity };
  const losses = Array.from({ length: steps }, (_, step) => {
    const { loss, gradients, beforeRelu } = backward(inputs, variables, (logits) => trainingLoss(formula, { logits, labels, weights }, reduction));
    for (const value of beforeRelu) closest.relu = Math.min(closest.relu, Math.abs(value));
    for (const [v, values] of variables.entries()) {
      for (const [i, value] of values.entries()) {
        const gradient = gradients[v]?.[i] as number;
        closest.gradient = Math.min(closest.gradient, Math.abs(gradient));
        values[i] = value + rule.update(gradient, states[v]?.[i] as number[], step);
      }
    }
    return loss;
  });
  return { losses, end: variables, closest };
}

/** One pass forward and back. */
function backward(
  inputs: Matrix,
  [kernel1, bias1, kernel2, bias2]: readonly [readonly number[], readonly number[], readonly number[], readonly number[]],
  lossOf: (logits: readonly number[]) => { loss: Scaled; gradient: readonly Scaled[] },
): { loss: Scaled; gradients: readonly (readonly number[])[]; beforeRelu: readonly number[] } {
  const w1 = { rows: inputs.columns, columns: bias1.length, values: kernel1 };
  const w2 = { rows: bias1.length, columns: bias2.length, values: kernel2 };
  const before = addRow(matMul(inputs, w1), bias1);
  const hidden = { ...before, values: before.values.map((value) => Math.max(value, 0)) };
  const logits = addRow(matMul(hidden, w2), bias2);
  const { loss, gradient } = lossOf(logits.values);
  const top = { ...logits, values: gradient.map(({ value }) => value) };
  const passed = matMul(top, transpose(w2));
  const bottom = { ...passed, values: passed.values.map((value, i) => ((before.values[i] as number) > 0 ? value : 0)) };
  return {
    loss,
    gradients: [matMul(transpose(inputs), bottom).values, columnSums(bottom), matMul(transpose(hidden), top).values, columnSums(top)],
    beforeRelu: before.values,
  };
}
