import {
  fused,
  getBackend,
  getKernel,
  ones,
  tensor1d,
  tidy,
  type KernelFunc,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { WasmMemory } from '../wasm/memory.js';
import { wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'wasm-fused-matmul';
const report = reporter(mark, undefined);

const activationKernels: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
};

/**
 * wasm's fused product of transposed or batched operands adds the bias once for every block of the shared
 * dimension and applies the activation to partial sums. Such products are made of the plain
 * product, the sum and the activation instead, as the other backends' tests demand.
 */
export async function repairWasmFusedMatMul(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  if (await isRight()) return report.notNeeded('a fused product of transposed operands has the right bias');
  wrapKernel(mark, '_FusedMatMul', 'wasm', compose);
  return report.applied(
    'the bias of a fused product of transposed operands was added more than once; such products are composed now',
  );
}

function compose(original: KernelFunc): KernelFunc {
  return (params) => {
    const { a, b, bias, preluActivationWeights } = params.inputs as Readonly<Record<string, TensorInfo | undefined>>;
    const { transposeA, transposeB, activation, leakyreluAlpha } = params.attrs as unknown as Attributes;
    if (!a || !b || !(transposeA || transposeB || a.shape[0] !== 1 || b.shape[0] !== 1)) return original(params);
    const memory = params.backend as WasmMemory;
    let value = runKernel('BatchMatMul', memory, { a, b }, { transposeA, transposeB });
    const apply = (kernelName: string, inputs: Record<string, TensorInfo>, attrs: object = {}): void => {
      const next = runKernel(kernelName, memory, inputs, attrs);
      memory.disposeData(value.dataId);
      value = next;
    };
    if (bias) apply('Add', { a: value, b: bias });
    if (activation === 'prelu' && preluActivationWeights) apply('Prelu', { x: value, alpha: preluActivationWeights });
    else if (activation !== 'linear') {
      const kernelName = activationKernels[activation];
      if (kernelName === undefined) return original(params); // It says so itself.
      apply(kernelName, { x: value }, { alpha: leakyreluAlpha });
    }
    return value;
  };
}

interface Attributes {
  transposeA: boolean;
  transposeB: boolean;
  activation: string;
  leakyreluAlpha: number;
}

function runKernel(
  kernelName: string,
  backend: WasmMemory,
  inputs: Record<string, TensorInfo>,
  attrs: object,
): TensorInfo {
  const kernel = getKernel(kernelName, 'wasm');
  if (!kernel) throw new Error(`Kernel '${kernelName}' not registered for backend 'wasm'`);
  return kernel.kernelFunc({ inputs, backend, attrs: attrs as {} }) as TensorInfo;
}

async function isRight(): Promise<boolean> {
  const shared = 100; // More than one block.
  const product = tidy(() =>
    fused.matMul({ a: ones([1, shared]), b: ones([1, shared]), transposeB: true, bias: tensor1d([1]) }),
  );
  const [value] = await product.data();
  product.dispose();
  return value === shared + 1;
}
