import {
  cast,
  denseBincount,
  engine,
  expandDims,
  getBackend,
  getKernel,
  greater,
  mul,
  oneHot,
  registerKernel,
  sum,
  tensor1d,
  tidy,
  type KernelFunc,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'dense-bincount';
const kernelName = 'DenseBincount';
const report = reporter(mark, undefined);

interface Attributes {
  readonly size: number;
  readonly binaryOutput: boolean;
}

/**
 * `denseBincount`, which `categoryEncoding` of tfjs-layers is made of: with `binaryOutput`, one axis is counted all the same on cpu, webgl and webgpu, so that what is there twice is 2. Native
 * TensorFlow has no such kernel.
 *
 * It is tried out where that takes no shader.
 */
export async function repairDenseBincount(): Promise<RepairReport> {
  const backendName: string | undefined = getBackend();
  if (!backendName) return report.impossible('no backend has been started');
  if (getKernel(kernelName, backendName) === undefined) {
    registerKernel({ kernelName, backendName, kernelFunc: countedByOneHot });
    wrapKernel(mark, kernelName, backendName, (original) => original); // marks it
    return report.applied(`the kernel ${kernelName} was missing; it is registered now`);
  }
  const isGpu = backendName === 'webgl' || backendName === 'webgpu';
  if (isWrapped(mark, kernelName, backendName) || (!isGpu && (await isBinary())))
    return report.notNeeded('what is there more than once is 1 in a binary output');
  wrapKernel(mark, kernelName, backendName, whetherAny);
  return report.applied('what was there more than once was counted in a binary output; it is 1 now');
}

/** A backend that cannot be read is left alone: whoever starts it says so. */
async function isBinary(): Promise<boolean> {
  let bins: Tensor | undefined;
  try {
    bins = tidy(() => denseBincount(tensor1d([1, 1], 'int32'), [], 2, true));
    return (await bins.data())[1] === 1;
  } catch {
    return true;
  } finally {
    bins?.dispose();
  }
}

/** A binary output by a count, which weights have no part in. */
function whetherAny(original: KernelFunc): KernelFunc {
  return (params) => {
    const { x, weights } = params.inputs as Readonly<Record<'x' | 'weights', Tensor>>;
    const { size, binaryOutput } = params.attrs as unknown as Attributes;
    if (!binaryOutput) return original(params);
    return tidy(() => {
      const inputs = { x, weights: tensor1d([], weights.dtype as 'float32' | 'int32') };
      const counts = engine().runKernel(kernelName, inputs, { size, binaryOutput: false }) as Tensor;
      return cast(greater(counts, 0), weights.dtype);
    }) as TensorInfo;
  };
}

const countedByOneHot: KernelFunc = ({ inputs, attrs }) => {
  const { x, weights } = inputs as Readonly<Record<'x' | 'weights', Tensor>>;
  const { size, binaryOutput } = attrs as unknown as Attributes;
  return tidy(() => {
    const rows = oneHot(cast(x, 'int32'), size, 1, 0, 'float32');
    const isWeighted = weights.size > 0 && !binaryOutput;
    const counts = sum(isWeighted ? mul(rows, expandDims(weights, -1)) : rows, -2);
    return cast(binaryOutput ? greater(counts, 0) : counts, weights.dtype);
  }) as TensorInfo;
};
