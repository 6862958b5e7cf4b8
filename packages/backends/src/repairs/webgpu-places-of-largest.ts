import { getBackend, getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'webgpu-places-of-largest';
const report = reporter(mark, undefined);

/** On webgpu `argMax` and `argMin` of a tensor of one axis give `[1]` where every other backend gives a scalar: stacked, or compared with one, they have an axis too many, in silence. */
export async function repairWebgpuPlacesOfLargest(): Promise<RepairReport> {
  if (getBackend() !== 'webgpu') return report.notNeeded('the backend is not webgpu');
  const names = ['ArgMax', 'ArgMin'].filter(
    (name) => getKernel(name, 'webgpu') !== undefined && !isWrapped(mark, name, 'webgpu'),
  );
  if (names.length === 0)
    return report.notNeeded('the place of the largest of one axis is a scalar, or there are no such kernels');
  for (const name of names)
    wrapKernel(mark, name, 'webgpu', (original) => (params) => {
      const place = original(params) as TensorInfo;
      return (params.inputs['x'] as TensorInfo).shape.length === 1 ? { ...place, shape: [] } : place;
    });
  return report.applied('the place of the largest of one axis had an axis itself; it is a scalar now');
}
