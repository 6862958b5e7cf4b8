import {
  cumprod,
  cumsum,
  getBackend,
  getKernel,
  reverse,
  tidy,
  util,
  type KernelFunc,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'webgpu-reversed-sums';
const report = reporter(mark, undefined);

const operations = { Cumsum: cumsum, Cumprod: cumprod } as const;

/**
 * webgpu writes the length of the axis into the shader of a reversed cumsum or cumprod and keeps that shader for any length: the second length
 * that a program has is added up wrong, and so is the gradient of a cumsum, which is a reversed one. Turned round, they go forwards.
 *
 * It is not tried out, as that would take two shaders.
 */
export async function repairWebgpuReversedSums(): Promise<RepairReport> {
  if (getBackend() !== 'webgpu') return report.notNeeded('the backend is not webgpu');
  const names = (['Cumsum', 'Cumprod'] as const).filter(
    (name) => getKernel(name, 'webgpu') !== undefined && !isWrapped(mark, name, 'webgpu'),
  );
  if (names.length === 0) return report.notNeeded('there are no cumulative sums, or they are cured');
  for (const name of names) wrapKernel(mark, name, 'webgpu', forwards(operations[name]));
  return report.applied('reversed cumulative sums knew one length; they are forward ones of what is turned round now');
}

function forwards(operation: typeof cumsum | typeof cumprod): (original: KernelFunc) => KernelFunc {
  return (original) => (params) => {
    const how = params.attrs as unknown as { axis: number; exclusive: boolean; reverse: boolean };
    if (!how.reverse) return original(params);
    const x = params.inputs['x'] as Tensor;
    const [axis] = util.parseAxisParam(how.axis, x.shape) as [number];
    return tidy(() => reverse(operation(reverse(x, axis), axis, how.exclusive, false), axis));
  };
}
