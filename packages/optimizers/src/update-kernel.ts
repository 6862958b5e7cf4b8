import { engine, getKernel, registerKernel, util } from '@tensorflow/tfjs-core';
import type { KernelFunc, NamedAttrMap, NamedTensorMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { hostMemory, nativeMemory, scoped } from '@tfjs-heads/head-kit';
import { composedUpdate, type UpdateInputs, type UpdateOutputs } from './composed-update.js';
import { gpuUpdate } from './gpu-update.js';
import { hostUpdate } from './host-update.js';
import type { UpdateAttributes } from './update-rule.js';

/**
 * The name of the kernel, with the version of {@link UpdateAttributes}: two versions of this package in one program, whose
 * engine is one, would else run each other's.
 */
export const UPDATE = 'TfjsHeads.Update/1';

/**
 * The new values of a variable and of its slots, by one kernel. The caller owns them; nothing is assigned.
 *
 * @param inputs float32, of one shape; `scale` is a scalar.
 */
export function runUpdate(inputs: UpdateInputs<Tensor>, attributes: UpdateAttributes): UpdateOutputs<Tensor> {
  registerOnce();
  // A rule is no attribute of a serialised graph.
  const outputs: unknown = engine().runKernel(UPDATE, inputs as NamedTensorMap, attributes as unknown as NamedAttrMap);
  return outputs as UpdateOutputs<Tensor>;
}

const updateKernel: KernelFunc = (call) => {
  const backend = call.backend as object;
  const inputs = call.inputs as unknown as UpdateInputs<TensorInfo>;
  const attributes = call.attrs as unknown as UpdateAttributes;
  const native = nativeMemory(backend);
  const isLarge = native !== undefined && util.sizeFromShape(inputs.variable.shape) >= native.kernelsWinFrom;
  const memory = isLarge ? undefined : (native ?? hostMemory(backend));
  if (memory !== undefined) return hostUpdate(backend, memory, inputs, attributes);
  return (
    gpuUpdate(backend, inputs, attributes) ??
    // Under a scope of its own: what a kernel leaves behind the engine counts as a leak, when it counts (`IS_TEST`).
    scoped(() => [...composedUpdate(inputs as unknown as UpdateInputs<Tensor>, attributes)])
  );
};

function registerOnce(): void {
  const { backendName } = engine();
  if (getKernel(UPDATE, backendName) === undefined)
    registerKernel({ kernelName: UPDATE, backendName, kernelFunc: updateKernel });
}
