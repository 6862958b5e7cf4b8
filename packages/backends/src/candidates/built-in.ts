import { backend } from '@tensorflow/tfjs-core';
import { loadBackend, loadNative } from '../load-backend.js';
import { nodeModule } from '../node-module.js';
import { repairGpuRanks } from '../repairs/gpu-ranks.js';
import { repairNodeGradients } from '../repairs/node-gradients.js';
import { repairNodeUtil } from '../repairs/node-util.js';
import { repairNodeWebgpu } from '../repairs/node-webgpu.js';
import { repairWasmBatchedGather } from '../repairs/wasm-batched-gather.js';
import { repairWasmConvolutionGradients } from '../repairs/wasm-convolution-gradients.js';
import { repairWasmElementTypes } from '../repairs/wasm-element-types.js';
import { repairWasmFusedMatMul } from '../repairs/wasm-fused-matmul.js';
import { repairWasmLargeSums } from '../repairs/wasm-large-sums.js';
import { repairWasmLargest } from '../repairs/wasm-largest.js';
import { repairWasmPaths } from '../repairs/wasm-paths.js';
import { repairWasmPrelu } from '../repairs/wasm-prelu.js';
import { repairWasmRanks } from '../repairs/wasm-ranks.js';
import { repairWasmSamePadding } from '../repairs/wasm-same-padding.js';
import { repairWasmStaleWeights } from '../repairs/wasm-stale-weights.js';
import { repairWasmTransposedMatMul } from '../repairs/wasm-transposed-matmul.js';
import { repairWasmUnsortedSegmentSum } from '../repairs/wasm-unsorted-segment-sum.js';
import { repairWebglEpsilon } from '../repairs/webgl-epsilon.js';
import { repairWebglPadding } from '../repairs/webgl-padding.js';
import { repairWebgpuDisposedReads } from '../repairs/webgpu-disposed-reads.js';
import { repairWebgpuIntegerCasts } from '../repairs/webgpu-integer-casts.js';
import { repairWebgpuPlacesOfLargest } from '../repairs/webgpu-places-of-largest.js';
import { repairWebgpuReversedSums } from '../repairs/webgpu-reversed-sums.js';
import { repairWebgpuShaders } from '../repairs/webgpu-shaders.js';
import type { Candidate } from './candidate.js';
import { asNative, noCudaDevice, usesCuda } from './cuda.js';
import { lackingWebgl, lackingWebgpu, mayDraw, unregisteredWebgpu } from './gpu.js';
import { ofTfjs } from './of-tfjs.js';
import { registeredCandidate } from './registered.js';

const cpu: Candidate = {
  name: 'cpu',
  backendName: 'cpu',
  load: () => loadBackend('cpu'),
  repairsBeforeStart: [repairNodeGradients],
  repairs: ofTfjs,
};

const wasm: Candidate = {
  name: 'wasm',
  backendName: 'wasm',
  load: () => loadBackend('wasm'),
  repairsBeforeStart: [repairNodeGradients, repairWasmPaths],
  repairs: [
    // First: it copies what others want as tensors.
    repairWasmElementTypes,
    ...ofTfjs,
    repairWasmUnsortedSegmentSum,
    repairWasmBatchedGather,
    repairWasmSamePadding,
    repairWasmConvolutionGradients,
    repairWasmLargest,
    repairWasmPrelu,
    repairWasmRanks,
    repairWasmLargeSums,
    repairWasmStaleWeights,
    repairWasmFusedMatMul,
    repairWasmTransposedMatMul,
  ],
};

const webgl: Candidate = {
  name: 'webgl',
  backendName: 'webgl',
  lacking: lackingWebgl,
  load: () => loadBackend('webgl'),
  repairsBeforeStart: [repairNodeGradients],
  repairs: [...ofTfjs, repairWebglPadding, repairWebglEpsilon, repairGpuRanks],
  compiles: true,
};

const webgpu: Candidate = {
  name: 'webgpu',
  backendName: 'webgpu',
  lacking: lackingWebgpu,
  load: async () => (await loadBackend('webgpu')) ?? unregisteredWebgpu(),
  repairsBeforeStart: [repairNodeGradients, repairNodeWebgpu],
  repairs: [
    ...ofTfjs,
    repairWebgpuDisposedReads,
    repairWebgpuIntegerCasts,
    repairWebgpuReversedSums,
    repairWebgpuPlacesOfLargest,
    repairWebgpuShaders,
    repairGpuRanks,
  ],
  compiles: true,
};

const tensorflow: Candidate = {
  name: 'tensorflow',
  backendName: 'tensorflow',
  load: () => loadNative('@tensorflow/tfjs-node'),
  repairsBeforeStart: [repairNodeUtil],
  unfit: () =>
    usesCuda(backend())
      ? "this process runs TensorFlow's CUDA build already: ask for tensorflow-gpu, or for this one alone"
      : undefined,
  repairs: ofTfjs,
};

const tensorflowGpu: Candidate = {
  name: 'tensorflow-gpu',
  backendName: 'tensorflow',
  unavailable: noCudaDevice,
  load: () => loadNative('@tensorflow/tfjs-node-gpu'),
  repairsBeforeStart: [repairNodeUtil],
  unfit: () => {
    const native = asNative(backend());
    if (native?.isUsingGpuDevice) return undefined;
    return native?.isGPUPackage
      ? 'TensorFlow found no CUDA device, or not the libraries of CUDA 12 and cuDNN 8, and would compute on the CPU'
      : 'this process runs tfjs-node already, which computes on the CPU: start tensorflow-gpu before it';
  },
  repairs: ofTfjs,
};

const builtIn: readonly Candidate[] = [tensorflowGpu, tensorflow, webgpu, webgl, wasm, cpu];

/**
 * The backends that this environment may have, by what it can do: pages may have Node's modules, and Node may have a
 * `document`.
 */
export function builtInCandidates(): readonly Candidate[] {
  const native = nodeModule('node:fs') === undefined ? [] : [tensorflowGpu, tensorflow];
  // When WebGPU has been given up it goes on compiling, and whoever comes next to the GPU would wait.
  const drawing = mayDraw() ? [webgl, webgpu] : native.length > 0 ? [webgpu] : [];
  return [...native, ...drawing, wasm, cpu];
}

/** A candidate that was asked for by name, wherever this is; it may be a backend that the program has registered itself. */
export function candidateNamed(name: string): Candidate {
  return (
    builtIn.find((candidate) => candidate.name === name) ??
    registeredCandidate(
      name,
      builtIn.map((candidate) => candidate.name),
    )
  );
}
