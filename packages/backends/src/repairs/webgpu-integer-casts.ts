import {
  add,
  backend,
  cast,
  getBackend,
  getKernel,
  tensor1d,
  tidy,
  type DataStorage,
  type DataType,
  type KernelFunc,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'webgpu-integer-casts';
const report = reporter(mark, undefined);

/** What the webgpu backend has; the type that it has down for data decides how shaders read them. */
interface WebgpuBackend {
  readonly tensorMap: DataStorage<{ readonly dtype: DataType }>;
}

/**
 * The webgpu backend casts int32 and bool to float32 by saying so: the data stay integers, and it is left to each shader to convert what
 * it reads. Those that take it as it lies do not compile: a transposition of three or more axes, and with it `sum`, `max` and the like over
 * an axis that is not the last, gives memory that was somebody else's. Afterwards the cast converts.
 *
 * It is found by what is down for the data, as a shader that does not compile takes along whatever is queued.
 */
export async function repairWebgpuIntegerCasts(): Promise<RepairReport> {
  if (getBackend() !== 'webgpu') return report.notNeeded('the backend is not webgpu');
  const ceil = getKernel('Ceil', 'webgpu')?.kernelFunc;
  if (ceil === undefined) return report.impossible('there is no kernel Ceil, which would convert');
  if (isWrapped(mark, 'Cast', 'webgpu') || castIsOfFloats()) return report.notNeeded('casts to float32 give floats');
  wrapKernel(mark, 'Cast', 'webgpu', (original) => converting(original, ceil));
  if (!castIsOfFloats()) return report.impossible('what is cast to float32 stays int32');
  return report.applied('what was cast to float32 stayed int32; it is converted now');
}

function castIsOfFloats(): boolean {
  return tidy(() => {
    const { dataId } = cast(add(tensor1d([1, 2], 'int32'), tensor1d([3, 4], 'int32')), 'float32');
    const { tensorMap } = backend() as unknown as WebgpuBackend;
    return (tensorMap.get(dataId).dtype === 'float32') as never;
  });
}

/** The least integer above an integer is itself: a shader for single numbers reads with conversion, and writes floats. */
function converting(original: KernelFunc, ceil: KernelFunc): KernelFunc {
  return (params) => {
    const { dtype } = params.inputs['x'] as TensorInfo;
    const x = original(params) as TensorInfo;
    if (x.dtype !== 'float32' || (dtype !== 'int32' && dtype !== 'bool')) return x;
    const floats = ceil({ inputs: { x }, backend: params.backend, attrs: {} });
    (params.backend as { disposeData(dataId: object): unknown }).disposeData(x.dataId);
    return floats;
  };
}
