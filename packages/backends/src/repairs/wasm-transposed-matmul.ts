import {
  backend,
  getBackend,
  getKernel,
  ones,
  tidy,
  type KernelFunc,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { planProduct, type Product } from '../wasm/plan-product.js';
import { copy, type WasmMemory } from '../wasm/memory.js';
import { transpose } from '../wasm/transpose.js';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';
import { repairWasmFusedMatMul } from './wasm-fused-matmul.js';
import { repairWasmStaleWeights } from './wasm-stale-weights.js';

const mark = 'wasm-transposed-matmul';
const report = reporter(mark, undefined);

/**
 * On wasm a product with a transposed operand runs in a plain loop, up to 40 times as long as the packed
 * product of operands that were transposed first; every dense layer's gradient has two of them. Here they are
 * transposed first wherever that is faster. The fused product is served by the same kernel.
 */
export async function repairWasmTransposedMatMul(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  if (isWrapped(mark, 'BatchMatMul', 'wasm')) return report.notNeeded('transposed products are fast');
  const slowdown = measureSlowdown();
  if (slowdown < 1.5) return report.notNeeded('transposed products are as fast as others');
  // Operands change their shapes here more often than elsewhere, and fused products have to come by.
  await repairWasmStaleWeights();
  await repairWasmFusedMatMul();
  wrapKernel(mark, 'BatchMatMul', 'wasm', transposeFirst);
  return report.applied(
    `a transposed product took ${slowdown.toFixed(1)} times as long as a plain one; operands are transposed first now`,
  );
}

function transposeFirst(original: KernelFunc): KernelFunc {
  return (params) => {
    const a = params.inputs['a'] as TensorInfo;
    const b = params.inputs['b'] as TensorInfo;
    const { transposeA, transposeB } = params.attrs as { transposeA: boolean; transposeB: boolean };
    const plan =
      a.dtype === 'float32' && b.dtype === 'float32'
        ? planProduct(a.shape, b.shape, transposeA, transposeB)
        : undefined;
    if (plan === undefined) return original(params);
    return multiply(original, params.backend as WasmMemory, a, b, plan);
  };
}

/** The product of two matrices by the packed kernel, which wants neither of them transposed. */
function multiply(original: KernelFunc, memory: WasmMemory, a: TensorInfo, b: TensorInfo, plan: Product): TensorInfo {
  const { m, k, n, transposeA, transposeB, swap, shape } = plan;
  const temporary: TensorInfo[] = [];
  const oriented = (x: TensorInfo, rows: number, columns: number, turn: boolean, isRight: boolean): TensorInfo => {
    const as = (dimensions: number[]): TensorInfo => ({ dataId: x.dataId, dtype: x.dtype, shape: dimensions });
    if (!turn) return as([1, rows, columns]);
    const isVector = rows === 1 || columns === 1;
    // A vector lies in memory as its transpose does; as the right operand it would be packed in two shapes.
    if (isVector && !isRight) return as([1, columns, rows]);
    const turned = isVector ? copy(memory, x, [1, columns, rows]) : transpose(memory, as([1, rows, columns]));
    temporary.push(turned);
    return turned;
  };
  const first = oriented(a, transposeA ? k : m, transposeA ? m : k, transposeA !== swap, swap);
  const second = oriented(b, transposeB ? n : k, transposeB ? k : n, transposeB !== swap, !swap);
  const inputs = swap ? { a: second, b: first } : { a: first, b: second };
  let out = original({ inputs, backend: memory, attrs: { transposeA: false, transposeB: false } }) as TensorInfo;
  if (swap && m !== 1 && n !== 1) {
    temporary.push(out);
    out = transpose(memory, { ...out, shape: [1, n, m] });
  }
  for (const { dataId } of temporary) memory.disposeData(dataId);
  out.shape = shape;
  return out;
}

function measureSlowdown(): number {
  return tidy(() => {
    const x = ones([1, 64, 64]);
    const plain = timeProduct(x, false);
    return timeProduct(x, true) / plain;
  });
}

/** The shortest of a few runs, in milliseconds, each long enough for a browser's coarse clock. */
function timeProduct(x: Tensor, transposeA: boolean): number {
  const kernel = getKernel('BatchMatMul', 'wasm')?.kernelFunc as KernelFunc;
  const memory = backend() as unknown as WasmMemory;
  let best = Infinity;
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    for (let i = 0; i < 10; i++) {
      const out = kernel({
        inputs: { a: x, b: x },
        backend: memory,
        attrs: { transposeA, transposeB: false },
      }) as TensorInfo;
      memory.disposeData(out.dataId);
    }
    best = Math.min(best, performance.now() - start);
  }
  return Math.max(best, 0.01);
}
