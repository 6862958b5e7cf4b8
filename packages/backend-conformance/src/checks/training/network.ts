import { add, matMul, relu, variable, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import { exact, random, sizeOf, type Values } from '@tfjs-heads/reference';

/** Odd sizes: WebGL pads textures to even ones, and what stands in the padding must not count. */
const INPUTS = 5;
const HIDDEN = 7;

/** Small variables to start with, exact in float32: kernel and bias of the hidden layer, then of the last one. */
export function drawStart(outputs: number): readonly Values[] {
  const next = random(27);
  const draw = (...shape: number[]): Values => ({ shape, values: Array.from({ length: sizeOf(shape) }, () => exact(next, -0.7, 0.7)) });
  return [draw(INPUTS, HIDDEN), draw(HIDDEN), draw(HIDDEN, outputs), draw(outputs)];
}

/** What goes into the network, `[rows, 5]`. */
export function drawInputs(rows: number): Values {
  const next = random(28);
  return { shape: [rows, INPUTS], values: Array.from({ length: rows * INPUTS }, () => exact(next, -1, 1)) };
}

/** One hidden layer of relu under a linear one, on the current backend. */
export class Network {
  readonly variables: readonly Variable[];

  /** @param start Kernel and bias of the hidden layer, then of the last one. */
  constructor(start: readonly Values[]) {
    this.variables = start.map((values) => variable(tensorOf(values)));
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
