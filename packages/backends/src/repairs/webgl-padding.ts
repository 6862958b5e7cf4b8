import {
  clipByValue,
  env,
  exp,
  fused,
  getBackend,
  getKernel,
  matMul,
  ones,
  tidy,
  zeros,
  type KernelFunc,
  type Tensor2D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { withoutCpuForwarding } from '../without-cpu-forwarding.js';
import { wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'webgl-padding';
const report = reporter(mark, undefined);

const flags = ['WEBGL_PACK_UNARY_OPERATIONS', 'WEBGL_PACK_BINARY_OPERATIONS', 'WEBGL_PACK_CLIP'] as const;

/**
 * WebGL packs 2 x 2 values into a pixel; with an odd size some of the four are padding. Packed unary and
 * binary operations, clipping and a fused sigmoid write into the padding, and the packed product multiplies
 * it along: wrong products, and training that goes astray in silence. Unpacked, those operations leave it clean.
 */
export async function repairWebglPadding(): Promise<RepairReport> {
  if (getBackend() !== 'webgl') return report.notNeeded('the backend is not webgl');
  if (await areProductsRight()) return report.notNeeded('products of odd sizes are right');
  for (const flag of flags) env().set(flag, false);
  wrapKernel(mark, '_FusedMatMul', 'webgl', sigmoidApart);
  if (!(await areProductsRight()))
    return report.impossible('products of odd sizes are wrong, and stay so without packed operations');
  return report.applied(
    `products of odd sizes were wrong; ${flags.join(', ')} are off now, and a fused sigmoid is computed apart`,
  );
}

/** The other activations take zero to zero. */
function sigmoidApart(original: KernelFunc): KernelFunc {
  return (params) => {
    const sigmoid = getKernel('Sigmoid', 'webgl')?.kernelFunc;
    if (params.attrs?.['activation'] !== 'sigmoid' || !sigmoid) return original(params);
    const x = original({ ...params, attrs: { ...params.attrs, activation: 'linear' } }) as TensorInfo;
    const out = sigmoid({ inputs: { x }, backend: params.backend, attrs: {} });
    (params.backend as { disposeIntermediateTensorInfo(info: TensorInfo): void }).disposeIntermediateTensorInfo(x);
    return out;
  };
}

/** Matrices of one value each, and of an odd size. Their squares hold three times its square, if nothing else is multiplied. */
const matrices: readonly (readonly [make: () => Tensor2D, value: number])[] = [
  [() => exp(zeros([3, 3])), 1],
  [() => clipByValue(zeros([3, 3]), 1, 2), 1],
  [() => fused.matMul({ a: zeros([3, 3]), b: ones([3, 3]), activation: 'sigmoid' }) as Tensor2D, 0.5],
];

async function areProductsRight(): Promise<boolean> {
  return withoutCpuForwarding(async () => {
    for (const [make, value] of matrices) {
      const square = tidy(() => {
        const matrix = make();
        return matMul(matrix, matrix);
      });
      const values = await square.data();
      square.dispose();
      if (values.some((product) => Math.abs(product - 3 * value * value) > 0.01)) return false;
    }
    return true;
  });
}
