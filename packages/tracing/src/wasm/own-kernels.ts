import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { wasmHeap, type WasmHeap } from '@tfjs-heads/head-kit';
import type { Backend } from '../engine.js';
import { type Described, sizeOf } from '../program.js';
import { BYTES, SCRATCH } from './simd-module.js';

/** What `tools/step-kernels/products.ts` makes: of addresses, counts and strides. */
export interface WasmFunctions {
  product(...numbers: number[]): void;
  addBias(to: number, x: number, bias: number, rows: number, n: number): void;
  relu(to: number, x: number, count: number): void;
  timesStep(to: number, x: number, by: number, count: number): void;
  sumRows(to: number, x: number, rows: number, n: number): void;
  sumRowsInDoubles(to: number, x: number, rows: number, n: number): void;
}

/** The wasm backend with functions of our own in its memory. */
export interface OwnWasm {
  readonly backend: Backend & { makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo };
  readonly heap: WasmHeap;
  readonly functions: WasmFunctions;
}

/** Undefined on other backends, without SIMD, with threads, and where a policy forbids WebAssembly. */
export function ownWasm(backend: Backend): OwnWasm | undefined {
  const heap = wasmHeap(backend);
  const functions = heap?.exportsOf<WasmFunctions>(BYTES);
  return heap && functions && { backend: backend as OwnWasm['backend'], heap, functions };
}

/** The product of two matrices, `[m, k]` and `[k, n]` after transposing. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** What a kernel of ours is given: two factors, or one tensor, and what is added to rows or has the sign that counts. All float32. */
type Given = Readonly<Record<'a' | 'b' | 'bias' | 'step', TensorInfo>>;

/** What is done to each number of a product: a vector is added to its rows, what is negative becomes 0, it is multiplied by the step of another. */
export type End = 'bias' | 'relu' | 'step';

/**
 * A product, and what becomes of each number of it before another kernel has it.
 *
 * @param order After how many terms a sum ends that is added to the others; 0 for one sum of all.
 * @param ends What follows, in this order.
 */
export function productKernel(
  { backend, heap, functions }: OwnWasm,
  { m, k, n, transposeA, transposeB }: Product,
  order: number,
  { shape }: Described,
  ends: readonly End[] = [],
): KernelFunc {
  const [aRow, aColumn] = transposeA ? [4, 4 * m] : [4 * k, 4];
  const [bRow, bColumn] = transposeB ? [4, 4 * k] : [4 * n, 4];
  const isColumn = n === 1; // eight of its numbers are a row of the transposed product
  return kernelOf(({ a, b, bias, step }) => {
    const out = backend.makeOutput(shape.slice(), 'float32');
    const room = heap.scratch(SCRATCH);
    const [left, right, c] = [heap.address(a), heap.address(b), heap.address(out)];
    if (isColumn) functions.product(right, left, c, 1, k, m, bColumn, bRow, aColumn, aRow, 4 * m, order, room);
    else functions.product(left, right, c, m, k, n, aRow, aColumn, bRow, bColumn, 4 * n, order, room);
    for (const end of ends)
      if (end === 'bias') functions.addBias(c, c, heap.address(bias), m, n);
      else if (end === 'relu') functions.relu(c, c, m * n);
      else functions.timesStep(c, c, heap.address(step), m * n);
    return out;
  });
}

/** Adds a vector of `n` numbers to each row. */
export function biasKernel({ functions, ...wasm }: OwnWasm, { shape }: Described, n: number): KernelFunc {
  const rows = sizeOf(shape) / n;
  return elementwise(wasm, shape, (to, a, bias) => functions.addBias(to, a, bias, rows, n), 'bias');
}

/** 0 for what is negative. */
export function reluKernel({ functions, ...wasm }: OwnWasm, { shape }: Described): KernelFunc {
  const count = sizeOf(shape);
  return elementwise(wasm, shape, (to, a) => functions.relu(to, a, count));
}

/** Times the step of another tensor: the gradient of a relu. */
export function timesStepKernel({ functions, ...wasm }: OwnWasm, { shape }: Described): KernelFunc {
  const count = sizeOf(shape);
  return elementwise(wasm, shape, (to, a, step) => functions.timesStep(to, a, step, count), 'step');
}

/** The sum of each column. */
export function sumKernel(
  { functions, ...wasm }: OwnWasm,
  { shape }: Described,
  rows: number,
  n: number,
  inDoubles: boolean,
): KernelFunc {
  const sum = inDoubles ? functions.sumRowsInDoubles : functions.sumRows;
  return elementwise(wasm, shape, (to, a) => sum(to, a, rows, n));
}

function elementwise(
  { backend, heap }: Omit<OwnWasm, 'functions'>,
  shape: readonly number[],
  run: (to: number, a: number, other: number) => void,
  other?: 'bias' | 'step',
): KernelFunc {
  return kernelOf((given) => {
    const out = backend.makeOutput(shape.slice(), 'float32');
    run(heap.address(out), heap.address(given.a), other === undefined ? 0 : heap.address(given[other]));
    return out;
  });
}

function kernelOf(run: (given: Given) => TensorInfo): KernelFunc {
  return ({ inputs }) => run(inputs as unknown as Given);
}
