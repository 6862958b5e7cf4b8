import { concat, engine, getGradient, getKernel, registerGradient, registerKernel } from '@tensorflow/tfjs-core';
import type { GradConfig, KernelFunc, NamedAttrMap, NamedTensorMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { type HostArray, hostMemory, type HostMemory, scoped, viewAll } from '@tfjs-heads/head-kit';
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
 * somebody must have registered for the second order. Where the data lie in this process' memory it is a loop: there tfjs cuts a
 * matrix row by row, each with arrays of its own, or even number by number.
 */
const SPLIT = 'TfjsHeads.Split/1';
/** The other way round. */
const JOIN = 'TfjsHeads.Join/1';

interface SplitAttributes {
  readonly numOrSizeSplits: readonly number[];
  readonly axis: 1;
}

function splitColumns(x: Tensor, sizes: readonly number[]): readonly Tensor[] {
  registerOnce();
  return engine().runKernel<Tensor[]>(SPLIT, { x }, attributesOf(sizes));
}

function joinColumns(parts: readonly Tensor[], sizes: readonly number[]): Tensor {
  registerOnce();
  return engine().runKernel<Tensor>(JOIN, [...parts] as unknown as NamedTensorMap, attributesOf(sizes));
}

function attributesOf(sizes: readonly number[]): NamedAttrMap {
  return { numOrSizeSplits: [...sizes], axis: 1 };
}

const splitKernel: KernelFunc = ({ inputs, attrs, backend }) => {
  const x = inputs.x as TensorInfo;
  const { numOrSizeSplits: sizes } = attrs as unknown as SplitAttributes;
  const memory = hostMemory(backend as object);
  if (memory === undefined) return engine().runKernel<Tensor[]>('SplitV', { x: x as Tensor }, attributesOf(sizes));
  return splitOnHost(memory, x, sizes);
};

function splitOnHost(memory: HostMemory, x: TensorInfo, sizes: readonly number[]): TensorInfo[] {
  const [rows, columns] = x.shape as [number, number];
  const parts = sizes.map((size) => memory.allocate([rows, size], x.dtype));
  const [from, ...into] = viewAll(memory, [x, ...parts]) as [HostArray, ...HostArray[]];
  let first = 0;
  into.forEach((part, index) => {
    const size = sizes[index] as number;
    for (let row = 0, i = 0; row < rows; row++)
      for (let at = row * columns + first, end = at + size; at < end; at++, i++) part[i] = from[at] as number;
    first += size;
  });
  return parts;
}

const joinKernel: KernelFunc = ({ inputs, backend }) => {
  const parts = inputs as unknown as TensorInfo[];
  const memory = hostMemory(backend as object);
  return memory === undefined ? scoped(() => concat(parts as Tensor[], 1)) : joinOnHost(memory, parts);
};

function joinOnHost(memory: HostMemory, parts: readonly TensorInfo[]): TensorInfo {
  const [{ shape, dtype }] = parts as [TensorInfo];
  const rows = shape[0] as number;
  const columns = parts.reduce((sum, part) => sum + (part.shape[1] as number), 0);
  const joined = memory.allocate([rows, columns], dtype);
  const [into, ...from] = viewAll(memory, [joined, ...parts]) as [HostArray, ...HostArray[]];
  let first = 0;
  for (const part of from) {
    const size = part.length / rows;
    for (let row = 0, i = 0; row < rows; row++)
      for (let at = row * columns + first, end = at + size; at < end; at++, i++) into[at] = part[i] as number;
    first += size;
  }
  return joined;
}

const splitGradient: GradConfig = {
  kernelName: SPLIT,
  gradFunc: (dys, _saved, attrs) => ({
    x: () => joinColumns(dys as Tensor[], (attrs as unknown as SplitAttributes).numOrSizeSplits),
  }),
};

const joinGradient: GradConfig = {
  kernelName: JOIN,
  gradFunc: (dy, _saved, attrs) => {
    const parts = splitColumns(dy as Tensor, (attrs as unknown as SplitAttributes).numOrSizeSplits);
    return Object.fromEntries(parts.map((part, index) => [index, () => part]));
  },
};

function registerOnce(): void {
  const { backendName } = engine();
  for (const [kernelName, kernelFunc] of [
    [SPLIT, splitKernel],
    [JOIN, joinKernel],
  ] as const)
    if (getKernel(kernelName, backendName) === undefined) registerKernel({ kernelName, backendName, kernelFunc });
  for (const gradient of [splitGradient, joinGradient])
    if (getGradient(gradient.kernelName) === undefined) registerGradient(gradient);
}
