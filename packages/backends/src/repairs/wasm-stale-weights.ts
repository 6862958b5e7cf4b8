import {
  getBackend,
  matMul,
  ones,
  reshape,
  tensor2d,
  tidy,
  type KernelFunc,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { copy, type WasmMemory } from '../wasm/memory.js';
import { countMatrices } from '../wasm/plan-product.js';
import { wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'wasm-stale-weights';
const report = reporter(mark, undefined);

/**
 * wasm keeps the packed form of a product's right operand by its memory and forgets to keep the shape:
 * the same memory reshaped is multiplied in its first shape, or beyond its end. Where a shape differs
 * from the one that was packed, the operand is copied.
 */
export async function repairWasmStaleWeights(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  if (await isRight()) return report.notNeeded('a reshaped right operand is multiplied right');
  const packedColumns = new WeakMap<object, number>();
  for (const kernelName of ['BatchMatMul', '_FusedMatMul']) {
    wrapKernel(mark, kernelName, 'wasm', (original) => guard(original, packedColumns));
  }
  return report.applied('a reshaped right operand was multiplied in its old shape; it is copied now');
}

function guard(original: KernelFunc, packedColumns: WeakMap<object, number>): KernelFunc {
  return (params) => {
    const a = params.inputs['a'] as TensorInfo;
    const b = params.inputs['b'] as TensorInfo;
    const { transposeA, transposeB } = params.attrs as { transposeA: boolean; transposeB: boolean };
    // Only the product of two matrices as they are is packed.
    if (transposeA || transposeB || countMatrices(a.shape) !== 1 || countMatrices(b.shape) !== 1)
      return original(params);
    const columns = b.shape.at(-1) as number;
    const packed = packedColumns.get(b.dataId);
    if (packed === undefined) packedColumns.set(b.dataId, columns);
    if (packed === undefined || packed === columns) return original(params);
    const memory = params.backend as WasmMemory;
    const fresh = copy(memory, b, b.shape);
    const out = original({ ...params, inputs: { ...params.inputs, b: fresh } });
    memory.disposeData(fresh.dataId);
    return out;
  };
}

async function isRight(): Promise<boolean> {
  const product = tidy(() => {
    const weights = tensor2d([0, 1, 2, 3], [4, 1]);
    // In this order the wrong product writes no more than there is room for.
    matMul(ones([1, 4]), weights);
    return matMul(ones([1, 1]), reshape(weights, [1, 4]));
  });
  const values = await product.data();
  product.dispose();
  return values.every((value, i) => value === i);
}
