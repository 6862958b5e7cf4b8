import { add, matMul, mul, sigmoid, slice, sub, tanh, tensor } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { TrainableVariable } from '@tfjs-heads/head-api';
import { type Initializer, orthogonal, zeros } from '../initializers.js';
import type { VariableStore } from '../variable-store.js';

/** The kinds of cells that have a name. */
export type CellType = 'simple_rnn' | 'lstm' | 'gru';

/** One step of a recurrent network, with its variables. */
export interface RecurrentCell {
  /** How many numbers each of its states has, per example. They begin with zero. */
  readonly stateSizes: readonly number[];
  readonly trainableVariables: readonly TrainableVariable[];
  /** What can be computed of the inputs of all steps at once, `[steps, inputs]`: rows stay rows. */
  project(inputs: Tensor2D): Tensor2D;
  /** The output of a step, `[batch, units]`, and the states after it. */
  step(projected: Tensor2D, states: readonly Tensor2D[]): { output: Tensor2D; states: readonly Tensor2D[] };
}

/** Where the variables of a cell are. */
export interface CellScope {
  readonly store: VariableStore;
  /** What their names begin with, such as `rnn_model/rnn/lstm_cell`. */
  readonly name: string;
  readonly inputs: number;
  readonly units: number;
}

/** Makes a cell of each kind, with Keras' formulas and what its variables begin with there. */
export const CELLS: Readonly<Record<CellType, (scope: CellScope) => RecurrentCell>> = {
  simple_rnn: simpleRnnCell,
  lstm: lstmCell,
  gru: gruCell,
};

/** h' = tanh(x W + h U + b). */
function simpleRnnCell(scope: CellScope): RecurrentCell {
  const { kernel, recurrent, bias } = variablesOf(scope, 1, [scope.units]);
  return {
    stateSizes: [scope.units],
    trainableVariables: [kernel, recurrent, bias],
    project: (inputs) => add(matMul(inputs, kernel), bias),
    step(projected, [h]) {
      const output = tanh(add(projected, matMul(h as Tensor2D, recurrent))) as Tensor2D;
      return { output, states: [output] };
    },
  };
}

/** Hochreiter and Schmidhuber (1997), with a gate to forget (Gers et al., 2000), which begins open: its bias is 1. In the order input, forget, cell, output. */
function lstmCell(scope: CellScope): RecurrentCell {
  const { units } = scope;
  const forgetsNothing: Initializer = (shape) =>
    tensor(
      Float32Array.from({ length: 4 * units }, (_, i) => (i >= units && i < 2 * units ? 1 : 0)),
      [...shape],
    );
  const { kernel, recurrent, bias } = variablesOf(scope, 4, [4 * units], forgetsNothing);
  return {
    stateSizes: [units, units],
    trainableVariables: [kernel, recurrent, bias],
    project: (inputs) => add(matMul(inputs, kernel), bias),
    step(projected, [h, c]) {
      const z = add(projected, matMul(h as Tensor2D, recurrent)) as Tensor2D;
      const [input, forget, cell, output] = [0, 1, 2, 3].map((i) => part(z, i, units)) as [
        Tensor2D,
        Tensor2D,
        Tensor2D,
        Tensor2D,
      ];
      const carried = add(mul(sigmoid(forget), c as Tensor2D), mul(sigmoid(input), tanh(cell))) as Tensor2D;
      const hidden = mul(sigmoid(output), tanh(carried)) as Tensor2D;
      return { output: hidden, states: [hidden, carried] };
    },
  };
}

/** Cho et al. (2014), with the gate after the recurrent product (`reset_after`, and two biases), as Keras 2 and cuDNN have it. In the order update, reset, hidden. */
function gruCell(scope: CellScope): RecurrentCell {
  const { units } = scope;
  const { kernel, recurrent, bias } = variablesOf(scope, 3, [2, 3 * units]);
  const biasOf = (row: number): Tensor2D => slice(bias, [row, 0], [1, 3 * units]);
  return {
    stateSizes: [units],
    trainableVariables: [kernel, recurrent, bias],
    project: (inputs) => add(matMul(inputs, kernel), biasOf(0)),
    step(projected, [h]) {
      const hidden = h as Tensor2D;
      const inner = add(matMul(hidden, recurrent), biasOf(1)) as Tensor2D;
      const gate = (i: number): Tensor2D => sigmoid(add(part(projected, i, units), part(inner, i, units)));
      const update = gate(0);
      const candidate = tanh(add(part(projected, 2, units), mul(gate(1), part(inner, 2, units))));
      const output = add(mul(update, hidden), mul(sub(1, update), candidate)) as Tensor2D;
      return { output, states: [output] };
    },
  };
}

/** Columns of a matrix that has those of several gates side by side. */
function part(x: Tensor2D, index: number, units: number): Tensor2D {
  return slice(x, [0, index * units], [-1, units]);
}

function variablesOf(
  { store, name, inputs, units }: CellScope,
  gates: number,
  biasShape: readonly number[],
  biasInitializer: Initializer = zeros,
): { kernel: CellVariable; recurrent: CellVariable; bias: CellVariable } {
  const make = (what: string, shape: readonly number[], initializer?: Initializer): CellVariable =>
    store.variable(`${name}/${what}`, { shape, initializer }) as unknown as CellVariable;
  return {
    kernel: make('kernel', [inputs, gates * units]),
    recurrent: make('recurrent_kernel', [units, gates * units], orthogonal),
    bias: make('bias', biasShape, biasInitializer),
  };
}

type CellVariable = Tensor2D & TrainableVariable;
