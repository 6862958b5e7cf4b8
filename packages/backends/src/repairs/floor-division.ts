import {
  div,
  floor,
  floorDiv,
  getBackend,
  getKernel,
  tensor1d,
  tidy,
  type KernelFunc,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'floor-division';
const report = reporter(mark, undefined);

/**
 * `floorDiv` of floats is int32 on cpu, webgl and webgpu, so that what is computed with it is rounded, or has no gradient; webgl rounds the operands, too, before it divides: 3.6 by 1.3 is 4. It
 * is the floor of the quotient now, a float, as it is on native TensorFlow and wasm.
 *
 * It is tried out where that takes no shader.
 */
export async function repairFloorDivision(): Promise<RepairReport> {
  const backendName = getBackend();
  if (getKernel('FloorDiv', backendName) === undefined) return report.notNeeded('there is no such kernel');
  if (isWrapped(mark, 'FloorDiv', backendName)) return report.notNeeded('the quotient of floats is a float');
  const isGpu = backendName === 'webgl' || backendName === 'webgpu';
  if (!isGpu && isFloat()) return report.notNeeded('the quotient of floats is a float');
  wrapKernel(mark, 'FloorDiv', backendName, ofFloats);
  return report.applied('the floor of a quotient of floats was int32; it is a float now');
}

function isFloat(): boolean {
  return tidy(() => (floorDiv(tensor1d([3.6]), tensor1d([1.3])).dtype === 'float32') as never);
}

function ofFloats(original: KernelFunc): KernelFunc {
  return (params) => {
    const { a, b } = params.inputs as Readonly<Record<'a' | 'b', Tensor>>;
    if (a.dtype !== 'float32') return original(params);
    return tidy(() => floor(div(a, b))) as TensorInfo;
  };
}
