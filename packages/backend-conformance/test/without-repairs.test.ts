import type { RepairReport } from '@tfjs-heads/backends';
import { expect, inject, test } from 'vitest';
import { repairAveragePoolGradients } from '@tfjs-heads/backends/repairs/average-pool-gradients';
import { repairBroadcastGradients } from '@tfjs-heads/backends/repairs/broadcast-gradients';
import { repairBroadcastMatMul } from '@tfjs-heads/backends/repairs/broadcast-matmul';
import { repairDenseBincount } from '@tfjs-heads/backends/repairs/dense-bincount';
import { repairEinsum } from '@tfjs-heads/backends/repairs/einsum';
import { repairFloorDivision } from '@tfjs-heads/backends/repairs/floor-division';
import { repairGpuRanks } from '@tfjs-heads/backends/repairs/gpu-ranks';
import { repairLargestOfVolumes } from '@tfjs-heads/backends/repairs/largest-of-volumes';
import { repairMirrorPadGradients } from '@tfjs-heads/backends/repairs/mirror-pad-gradients';
import { repairMissingGradients } from '@tfjs-heads/backends/repairs/missing-gradients';
import { repairResizeGradients } from '@tfjs-heads/backends/repairs/resize-gradients';
import { repairSamePaddingOfVolumes } from '@tfjs-heads/backends/repairs/same-padding-of-volumes';
import { repairStridedSlice } from '@tfjs-heads/backends/repairs/strided-slice';
import { repairTiedGradients } from '@tfjs-heads/backends/repairs/tied-gradients';
import { repairWasmBatchedGather } from '@tfjs-heads/backends/repairs/wasm-batched-gather';
import { repairWasmConvolutionGradients } from '@tfjs-heads/backends/repairs/wasm-convolution-gradients';
import { repairWasmLargest } from '@tfjs-heads/backends/repairs/wasm-largest';
import { repairWasmRanks } from '@tfjs-heads/backends/repairs/wasm-ranks';
import { repairWasmPrelu } from '@tfjs-heads/backends/repairs/wasm-prelu';
import { repairNegativeAxes } from '@tfjs-heads/backends/repairs/negative-axes';
import { repairSecondDerivatives } from '@tfjs-heads/backends/repairs/second-derivatives';
import { repairWasmElementTypes } from '@tfjs-heads/backends/repairs/wasm-element-types';
import { repairWasmFusedMatMul } from '@tfjs-heads/backends/repairs/wasm-fused-matmul';
import { repairWasmLargeSums } from '@tfjs-heads/backends/repairs/wasm-large-sums';
import { repairWasmSamePadding } from '@tfjs-heads/backends/repairs/wasm-same-padding';
import { repairWasmStaleWeights } from '@tfjs-heads/backends/repairs/wasm-stale-weights';
import { repairWasmUnsortedSegmentSum } from '@tfjs-heads/backends/repairs/wasm-unsorted-segment-sum';
import { repairWebglEpsilon } from '@tfjs-heads/backends/repairs/webgl-epsilon';
import { repairWebglPadding } from '@tfjs-heads/backends/repairs/webgl-padding';
import { repairWebgpuIntegerCasts } from '@tfjs-heads/backends/repairs/webgpu-integer-casts';
import { repairWebgpuPlacesOfLargest } from '@tfjs-heads/backends/repairs/webgpu-places-of-largest';
import { repairWebgpuShaders } from '@tfjs-heads/backends/repairs/webgpu-shaders';
import { repairWebgpuReversedSums } from '@tfjs-heads/backends/repairs/webgpu-reversed-sums';
import { isFailure, loadExpectations } from '../src/index.js';
import { runOps } from './run-ops.js';
import { withoutRepairs } from './without-repairs.js';

/** The repairs that concern numbers; of the other six three are about speed, paths and reads, and three make backends run at all. */
const repairs: Readonly<Record<string, () => Promise<RepairReport>>> = {
  'average-pool-gradients': repairAveragePoolGradients,
  'broadcast-gradients': repairBroadcastGradients,
  'mirror-pad-gradients': repairMirrorPadGradients,
  'resize-gradients': repairResizeGradients,
  'tied-gradients': repairTiedGradients,
  'missing-gradients': repairMissingGradients,
  einsum: repairEinsum,
  'strided-slice': repairStridedSlice,
  'broadcast-matmul': repairBroadcastMatMul,
  'largest-of-volumes': repairLargestOfVolumes,
  'same-padding-of-volumes': repairSamePaddingOfVolumes,
  'wasm-batched-gather': repairWasmBatchedGather,
  'wasm-convolution-gradients': repairWasmConvolutionGradients,
  'wasm-largest': repairWasmLargest,
  'wasm-prelu': repairWasmPrelu,
  'wasm-same-padding': repairWasmSamePadding,
  'negative-axes': repairNegativeAxes,
  'second-derivatives': repairSecondDerivatives,
  'wasm-element-types': repairWasmElementTypes,
  'wasm-unsorted-segment-sum': repairWasmUnsortedSegmentSum,
  'wasm-large-sums': repairWasmLargeSums,
  'wasm-stale-weights': repairWasmStaleWeights,
  'wasm-fused-matmul': repairWasmFusedMatMul,
  'webgl-padding': repairWebglPadding,
  'webgl-epsilon': repairWebglEpsilon,
  'webgpu-integer-casts': repairWebgpuIntegerCasts,
  'webgpu-reversed-sums': repairWebgpuReversedSums,
  'webgpu-shaders': repairWebgpuShaders,
  'webgpu-places-of-largest': repairWebgpuPlacesOfLargest,
  'wasm-ranks': repairWasmRanks,
  'dense-bincount': repairDenseBincount,
  'floor-division': repairFloorDivision,
  'gpu-ranks': repairGpuRanks,
};

const backend = inject('backend');
const reds = withoutRepairs[backend];
/** On a GPU in software, which compiles shaders for minutes, what tfjs alone computes right on each backend is run with repairs only, by the suite. */
const asked = backend === 'webgl' || backend === 'webgpu' ? wrongSomewhere() : ['tfjs:op'];

function wrongSomewhere(): string[] {
  return [...new Set(Object.values(withoutRepairs).flatMap((cases) => Object.values(cases).flat()))];
}

// Before any other test: a repair stays for good.
test('without repairs exactly these cases fail beyond those that are expected to', async () => {
  const results = await runOps({
    backend,
    repair: false,
    filters: asked,
    expectations: await loadExpectations(backend),
  });
  const failed = results.filter(isFailure).map(({ query }) => query);
  expect(failed.toSorted()).toEqual(Object.values(reds).flat().toSorted());
});

test.each(Object.entries(reds))('%s cures its cases', async (repair, filters) => {
  expect(await repairs[repair]?.()).toMatchObject({ repair, outcome: 'applied' });
  const results = await runOps({ backend, repair: false, filters });
  expect(results.map(({ query, status, message }) => ({ query, status, message }))).toEqual(
    results.map(({ query }) => ({ query, status: 'pass', message: undefined })),
  );
  expect(results).toHaveLength(filters.length);
});

test('every repair that concerns numbers has a case that fails without it', () => {
  const shown = Object.values(withoutRepairs).flatMap((cases) => Object.keys(cases));
  expect([...new Set(shown)].toSorted()).toEqual(Object.keys(repairs).toSorted());
});
