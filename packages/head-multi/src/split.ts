import {
  concat,
  customGrad,
  engine,
  getGradient,
  getKernel,
  registerGradient,
  registerKernel,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { inShape } from './rows.js';

/**
 * Parts of a tensor along its last dimension. Differentiable as often as asked for, with no registered gradient of tfjs.
 *
 * @param sizes Of the parts, which add up to the last dimension.
 */
export function splitLast(tensor: Tensor, sizes: readonly number[]): readonly Tensor[] {
  if (sizes.length === 1) return [tensor];
  const rows = tensor.shape.slice(0, -1);
  // Of two dimensions, since GPUs cut no more than a few.
  return splitColumns(inShape(tensor, [-1, tensor.shape.at(-1) as number]), sizes).map((part, index) =>
    inShape(part, [...rows, sizes[index] as number]),
  );
}

/**
 * One kernel that gives all parts. With an op for each, the tape adds up the gradients by an op of tfjs, whose own gradient
 * somebody must have registered for the second order.
 */
const SPLIT = 'TfjsHeads.Split/1';

function splitColumns(x: Tensor, sizes: readonly number[]): readonly Tensor[] {
  const { backendName } = engine();
  if (getKernel(SPLIT, backendName) === undefined) register(backendName);
  return engine().runKernel<Tensor[]>(SPLIT, { x }, { numOrSizeSplits: [...sizes], axis: 1 });
}

function register(backendName: string): void {
  registerKernel({
    kernelName: SPLIT,
    backendName,
    kernelFunc: ({ inputs, attrs }) => engine().runKernel<Tensor[]>('SplitV', { x: inputs.x as Tensor }, attrs ?? {}),
  });
  if (getGradient(SPLIT) === undefined)
    registerGradient({ kernelName: SPLIT, gradFunc: (dys) => ({ x: () => joinColumns(dys as Tensor[]) }) });
}

function joinColumns(parts: readonly Tensor[]): Tensor {
  const sizes = parts.map(({ shape }) => shape[1] as number);
  return customGrad((...inputs) => ({
    value: concat(inputs.slice(0, -1) as Tensor[], 1), // the last is the function that saves tensors
    gradFunc: (dy: Tensor) => [...splitColumns(dy, sizes)],
  }))(...parts);
}
