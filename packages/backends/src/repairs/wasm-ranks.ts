import { getBackend, getKernel, tidy, type KernelFunc, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { binaryKernels, flatBeyondSix } from '../flat.js';
import { padded, type Pads } from '../padded.js';
import { spaceToBatch } from '../space-batches.js';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'wasm-ranks';
const report = reporter(mark, undefined);

interface Attributes {
  readonly paddings: Pads;
  readonly constantValue: number;
  readonly blockShape: readonly number[];
}

const kernels: Readonly<Record<string, (original: KernelFunc) => KernelFunc>> = {
  ...Object.fromEntries(binaryKernels.map((name) => [name, (original: KernelFunc) => flatBeyondSix(name, original)])),
  PadV2: beyondSix((x, { paddings, constantValue }) => padded(x, paddings, constantValue)),
  SpaceToBatchND: beyondSix((x, { blockShape, paddings }) => spaceToBatch(x, blockShape, paddings)),
};

/**
 * On wasm sums, differences, products, quotients and paddings of more than six axes are memory that was somebody else's, as XNNPACK takes no more; the console alone tells of it. `gather` of
 * six axes by a matrix of places makes such a tensor, and so do `stack` and `expandDims`. By fewer axes they give the same numbers.
 *
 * It is not tried out, as that would write to the console.
 */
export async function repairWasmRanks(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  const wrong = Object.entries(kernels).filter(
    ([name]) => getKernel(name, 'wasm') !== undefined && !isWrapped(mark, name, 'wasm'),
  );
  if (wrong.length === 0) return report.notNeeded('more than six axes are taken, or there are no such kernels');
  for (const [name, wrap] of wrong) wrapKernel(mark, name, 'wasm', wrap);
  return report.applied(
    `of more than six axes came garbage; they go by fewer axes now, in ${wrong.map(([name]) => name).join(', ')}`,
  );
}

function beyondSix(byFewer: (x: Tensor, attrs: Attributes) => Tensor): (original: KernelFunc) => KernelFunc {
  return (original) => (params) => {
    const x = params.inputs['x'] as Tensor;
    if (x.shape.length <= 6) return original(params);
    return tidy(() => byFewer(x, params.attrs as unknown as Attributes)) as TensorInfo;
  };
}
