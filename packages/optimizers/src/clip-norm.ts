import {
  add,
  div,
  engine,
  getKernel,
  maximum,
  registerKernel,
  scalar,
  sqrt,
  square,
  sub,
  util,
} from '@tensorflow/tfjs-core';
import type { KernelFunc, NamedAttrMap, NamedTensorMap, Scalar, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { hostMemory, type HostMemory, nativeMemory, scoped, sumOnDevice } from '@tfjs-heads/head-kit';

/** The name of the kernel of {@link clipScale}, with the version of its attributes. */
const CLIP_SCALE = 'TfjsHeads.ClipScale/1';

/** How the norm of gradients is clipped. */
export interface NormClip {
  readonly norm: number;
  /** Whether gradients that are not finite make all of them NaN, as `tf.clip_by_global_norm` has it. */
  readonly isGlobal: boolean;
}

/**
 * What gradients must be multiplied by so that their common norm is no larger than a number: 1, or less. One kernel; on the
 * host the squares are summed in doubles.
 */
export function clipScale(gradients: readonly Tensor[], clip: NormClip): Scalar {
  registerOnce();
  const inputs = Object.fromEntries(gradients.map((gradient, i): [string, Tensor] => [`gradient${i}`, gradient]));
  return engine().runKernel(CLIP_SCALE, inputs as NamedTensorMap, clip as unknown as NamedAttrMap) as Scalar;
}

const clipScaleKernel: KernelFunc = (call) => {
  const backend = call.backend as object;
  const gradients = Object.values(call.inputs as unknown as Record<string, TensorInfo>);
  const clip = call.attrs as unknown as NormClip;
  const native = nativeMemory(backend);
  const size = gradients.reduce((total, { shape }) => total + util.sizeFromShape(shape), 0);
  const memory = native !== undefined && size >= native.kernelsWinFrom ? undefined : (native ?? hostMemory(backend));
  if (memory !== undefined) return hostClipScale(memory, gradients, clip);
  return scoped(() => composedClipScale(gradients as Tensor[], clip));
};

function hostClipScale(memory: HostMemory, gradients: readonly TensorInfo[], { norm, isGlobal }: NormClip): TensorInfo {
  let squares = 0;
  for (const gradient of gradients) {
    for (const value of memory.view(gradient)) squares += value * value;
  }
  const scale = memory.allocate([], 'float32');
  const length = Math.sqrt(squares);
  memory.view(scale)[0] = isGlobal && !Number.isFinite(length) ? NaN : norm / Math.max(length, norm);
  return scale;
}

function composedClipScale(gradients: readonly Tensor[], { norm, isGlobal }: NormClip): Tensor {
  const length = sqrt(gradients.map((gradient) => sumOnDevice(square(gradient))).reduce((a, b) => add(a, b)));
  const scale = div(norm, maximum(length, scalar(norm)));
  return isGlobal ? add(scale, sub(length, length)) : scale; // a difference that is 0, or NaN
}

function registerOnce(): void {
  const { backendName } = engine();
  if (getKernel(CLIP_SCALE, backendName) === undefined)
    registerKernel({ kernelName: CLIP_SCALE, backendName, kernelFunc: clipScaleKernel });
}
