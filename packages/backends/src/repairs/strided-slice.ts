import {
  getBackend,
  getKernel,
  reshape,
  slice_util,
  stridedSlice,
  tidy,
  type KernelFunc,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { sliceOf, type StridedSliceAttributes } from '../slices.js';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'strided-slice';
const kernelName = 'StridedSlice';
const report = reporter(mark, undefined);

/** What Python writes as `x[::2, 1]` reads from somewhere else, in silence, on cpu, wasm, webgl and webgpu: the kernels forget the axis that goes. */
export async function repairStridedSlice(): Promise<RepairReport> {
  const backendName = getBackend();
  if (getKernel(kernelName, backendName) === undefined) return report.notNeeded(`there is no kernel ${kernelName}`);
  if (backendName === 'tensorflow') return report.notNeeded('it is that of TensorFlow');
  if (countsAllAxes() || isWrapped(mark, kernelName, backendName))
    return report.notNeeded('slices with strides keep count of the axes that go');
  wrapKernel(mark, kernelName, backendName, overAllAxes);
  return report.applied(
    'slices with strides forgot the axes that go; they are cut with all axes now, and take its shape then',
  );
}

/** By what the kernels of all these backends are told of their output, so that nothing is computed. */
function countsAllAxes(): boolean {
  return slice_util.sliceInfo([3, 2], [0, 1], [3, 2], [2, 1], 0, 0, 0, 0, 2).finalShapeSparse.length === 2;
}

function overAllAxes(original: KernelFunc): KernelFunc {
  return (params) => {
    const x = params.inputs['x'] as Tensor;
    const attrs = params.attrs as unknown as StridedSliceAttributes;
    if (attrs.shrinkAxisMask === 0) return original(params);
    const { begin, end, strides, isSimpleSlice, finalShape } = sliceOf(x.shape, attrs);
    if (isSimpleSlice || finalShape.includes(0)) return original(params);
    // Backwards to the very first, the end is before it: -1 would be the last.
    const endMask = end.reduce((mask, at, axis) => (at < 0 ? mask | (1 << axis) : mask), 0);
    return tidy(() => reshape(stridedSlice(x, begin, end, strides, 0, endMask), finalShape));
  };
}
