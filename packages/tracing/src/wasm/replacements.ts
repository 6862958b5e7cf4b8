import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { Backend } from '../engine.js';
import type { OwnKernel } from '../kernels.js';
import { type Node, sizeOf, type Use } from '../program.js';
import {
  biasKernel,
  type End,
  type OwnWasm,
  type Product,
  productKernel,
  reluKernel,
  sumKernel,
  timesStepKernel,
} from './own-kernels.js';
import { sameAs } from './proof.js';

// For a node of the wasm backend what we have in its place, if that gives the same bits.

/** A node, and what runs it. */
export interface Step {
  readonly node: Node;
  readonly kernel: KernelFunc;
}

/** What a node does to each number of `a`, with the help of another tensor maybe. */
export interface Ending {
  readonly end: End;
  readonly a: Use;
  readonly other: Use | undefined;
  /** How many numbers the other has. */
  readonly n: number;
  /** Where it does not end a product. */
  readonly alone: Step;
}

/** After how many terms the sums of a product end that are added up: 0 where it is one sum of all, as XNNPACK's are; tfjs' loops sum 48 at a time. */
const ORDERS = [0, 48];

export function productOf({ kernel, inputs, attributes, outputs, isComposed }: Node): Product | undefined {
  const { a, b } = inputs as { readonly a?: Use; readonly b?: Use };
  if (kernel !== 'BatchMatMul' || isComposed || a === undefined || b === undefined || !areFloats(a, b, ...outputs))
    return undefined;
  const { transposeA, transposeB } = attributes as { readonly transposeA: boolean; readonly transposeB: boolean };
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const matrices = sizeOf(a.shape) / (aRows * aColumns);
  // The rows of many left ones are those of one tall matrix.
  if (sizeOf(b.shape) !== bRows * bColumns || !(matrices === 1 || !transposeA)) return undefined;
  const m = (transposeA ? aColumns : aRows) * matrices;
  const [k, n] = [transposeA ? aRows : aColumns, transposeB ? bRows : bColumns];
  return m * k * n > 0 && k === (transposeB ? bColumns : bRows) ? { m, k, n, transposeA, transposeB } : undefined;
}

/** The order in which the backend sums a product; undefined where it is none of ours. */
export function orderOf(wasm: OwnWasm, { node, kernel }: Step, product: Product): number | undefined {
  const { a, b } = node.inputs as { readonly a: Use; readonly b: Use };
  const own = ORDERS.map((order) => productKernel(wasm, product, order, node.outputs[0] as Use));
  const trial = { kernel, key: 'product', inputs: { a, b }, attributes: node.attributes };
  return ORDERS[sameAs(wasm.backend, trial, own)];
}

/** @param maker The node that makes a value. */
export function endOf(wasm: OwnWasm, step: Step, maker: (value: number) => Step | undefined): Ending | undefined {
  const { kernel, isComposed, outputs } = step.node;
  if (isComposed || !areFloats(...outputs)) return undefined;
  if (kernel === 'Relu') return reluOf(wasm, step);
  const { a, b } = step.node.inputs as { readonly a?: Use; readonly b?: Use };
  if (a === undefined || b === undefined || !areFloats(a, b)) return undefined;
  const pairs = [
    [a, b],
    [b, a],
  ] as const;
  for (const [one, other] of pairs) {
    const found =
      kernel === 'Add'
        ? biasOf(wasm, step, one, other)
        : kernel === 'Multiply'
          ? timesStepOf(wasm, step, one, other, maker(other.value))
          : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function reluOf(wasm: OwnWasm, { node, kernel }: Step): Ending | undefined {
  const { x: a } = node.inputs as { readonly x: Use };
  const own = reluKernel(wasm, node.outputs[0] as Use);
  const renamed: KernelFunc = ({ inputs, ...others }) => own({ inputs: { a: inputs['x'] as TensorInfo }, ...others });
  const trial = { kernel, key: 'relu', inputs: { x: a }, attributes: node.attributes, hasSpecial: true };
  if (!areFloats(a) || sameAs(wasm.backend, trial, [renamed]) < 0) return undefined;
  return {
    end: 'relu',
    a,
    other: undefined,
    n: 0,
    alone: { node: ownNode(node, 'TfjsHeads.Relu', { a }), kernel: own },
  };
}

/** Of vectors as long as a row. */
function biasOf(wasm: OwnWasm, { node, kernel }: Step, a: Use, bias: Use): Ending | undefined {
  const [out] = node.outputs as readonly [Use];
  const n = sizeOf(bias.shape);
  if (n === 0 || n !== bias.shape.at(-1) || n !== out.shape.at(-1) || sizeOf(a.shape) !== sizeOf(out.shape))
    return undefined;
  const own = biasKernel(wasm, out, n);
  // The first two are as the backend has them; which of them is the vector is in its shape, or no matter.
  const theirs: KernelFunc = ({ inputs, ...others }) =>
    kernel({ inputs: { a: inputs['a'] as TensorInfo, b: inputs['bias'] as TensorInfo }, ...others });
  const trial = { kernel, key: 'bias', inputs: { a, bias }, attributes: node.attributes, hasSpecial: true };
  if (sameAs(wasm.backend, trial, [own], theirs) < 0) return undefined;
  return {
    end: 'bias',
    a,
    other: bias,
    n,
    alone: { node: ownNode(node, 'TfjsHeads.AddBias', { a, bias }), kernel: own },
  };
}

/** The gradient of a relu, where it is multiplied by the step of what the relu gave. */
function timesStepOf(
  wasm: OwnWasm,
  { node, kernel }: Step,
  a: Use,
  by: Use,
  maker: Step | undefined,
): Ending | undefined {
  const [out] = node.outputs as readonly [Use];
  if (maker === undefined || !isStep(maker.node)) return undefined;
  const { x: step } = maker.node.inputs as { readonly x: Use };
  if (!areFloats(step) || [a, by, step].some((use) => sizeOf(use.shape) !== sizeOf(out.shape))) return undefined;
  const own = timesStepKernel(wasm, out);
  const theirs: KernelFunc = (call) => {
    const { a: one, step: of } = call.inputs as unknown as Readonly<Record<'a' | 'step', TensorInfo>>;
    const made = maker.kernel({ ...call, inputs: { x: of }, attrs: maker.node.attributes as never }) as TensorInfo;
    const product = kernel({ ...call, inputs: { a: one, b: { ...made, shape: by.shape.slice() } } });
    (call.backend as Backend).disposeData(made.dataId);
    return product;
  };
  const trial = { kernel, key: 'step', inputs: { a, step }, attributes: node.attributes, hasSpecial: true };
  if (sameAs(wasm.backend, trial, [own], theirs) < 0) return undefined;
  return {
    end: 'step',
    a,
    other: step,
    n: sizeOf(out.shape),
    alone: { node: ownNode(node, 'TfjsHeads.TimesStep', { a, step }), kernel: own },
  };
}

/** Sums over the first axes, all but the last ones. */
export function columnSumsOf(wasm: OwnWasm, { node, kernel }: Step): Step | undefined {
  const { x } = node.inputs as { readonly x?: Use };
  if (node.kernel !== 'Sum' || node.isComposed || x === undefined || !areFloats(x, ...node.outputs)) return undefined;
  const axis = node.attributes['axis'] as number | readonly number[] | null | undefined;
  const axes = [axis ?? x.shape.map((_, i) => i)].flat();
  if (axes.length === 0 || sizeOf(x.shape) === 0 || !axes.every((one, i) => one === i)) return undefined;
  const n = sizeOf(x.shape.slice(axes.length));
  const own = [false, true].map((inDoubles) =>
    sumKernel(wasm, node.outputs[0] as Use, sizeOf(x.shape) / n, n, inDoubles),
  );
  const renamed = own.map(
    (sum): KernelFunc =>
      ({ inputs, ...others }) =>
        sum({ inputs: { a: inputs['x'] as TensorInfo }, ...others }),
  );
  const trial = { kernel, key: 'sum', inputs: { x }, attributes: node.attributes };
  const found = own[sameAs(wasm.backend, trial, renamed)];
  return found && { node: ownNode(node, 'TfjsHeads.SumOfRows', { a: x }), kernel: found };
}

function isStep({ kernel, attributes }: Node): boolean {
  return kernel === 'Step' && (attributes['alpha'] ?? 0) === 0;
}

function ownNode(node: Node, kernel: OwnKernel, inputs: Node['inputs']): Node {
  return { ...node, kernel, inputs, attributes: {} };
}

function areFloats(...uses: readonly Use[]): boolean {
  return uses.every(({ dtype }) => dtype === 'float32');
}
