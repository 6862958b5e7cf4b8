import { add, matMul, relu, tensor, variable, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { tensorOf, type Values } from '../../batch.js';
import { exact, random, sizeOf } from '../../draw.js';

/** Odd sizes: WebGL pads textures to even ones, and what stands in the padding must not count. */
const INPUTS = 5;
const HIDDEN = 7;

/** Kernel and bias of the hidden layer, then of the last one. */
export type Parameters = readonly [Values, Values, Values, Values];

/** Small numbers, exact in float32. */
export function drawParameters(outputs: number): Parameters {
  const next = random(27);
  const draw = (...shape: number[]): Values => ({ shape, values: Array.from({ length: sizeOf(shape) }, () => exact(next, -0.7, 0.7)) });
  return [draw(INPUTS, HIDDEN), draw(HIDDEN), draw(HIDDEN, outputs), draw(outputs)];
}

/** What goes into the network, `[rows, 5]`. */
export function drawNetworkInputs(rows: number): Values {
  const next = random(28);
  return { shape: [rows, INPUTS], values: Array.from({ length: rows * INPUTS }, () => exact(next, -1, 1)) };
}

/** One hidden layer of relu under a linear one, on the current backend. */
export class Network {
  readonly variables: readonly Variable[];

  constructor(parameters: readonly Values[]) {
    this.variables = parameters.map(({ values, shape }) => variable(tensor([...values], [...shape])));
  }

  /** The logits, `[rows, outputs]`. */
  apply(inputs: Tensor): Tensor {
    const [kernel, bias, lastKernel, lastBias] = this.variables as [Variable, Variable, Variable, Variable];
    const hidden = relu(add(matMul(inputs, kernel), bias));
    return add(matMul(hidden, lastKernel), lastBias);
  }

  /** The variables as they now are. */
  async read(): Promise<readonly Values[]> {
    return Promise.all(this.variables.map(async (one) => ({ shape: one.shape, values: Array.from(await one.data()) })));
  }
}

/** The inputs of a network, uploaded. */
export function uploadInputs(rows: number): Tensor {
  return tensorOf(drawNetworkInputs(rows));
}
