import { util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { classOf } from './checks/kinds.js';
import { backendOf, type HostArray, hostMemory, nativeMemory } from './host-memory.js';
import { recorderNow } from './recording.js';

/** What the GPU and native backends keep of a tensor until they upload it; the former also after they have read it back. */
interface DeviceStorage {
  has(dataId: object): boolean;
  get(dataId: object): { values?: unknown };
}

/**
 * The numbers of a tensor where they can be had without waiting for a device: always on cpu and
 * wasm; on webgl, webgpu and native tensorflow while the tensor has not been uploaded, as with
 * labels that come from the host. Not a copy: take what you need before anything else is allocated.
 */
export function valuesAtHand(tensor: Tensor): HostArray | undefined {
  recorderNow()?.looksAt(tensor);
  const backend = backendOf(tensor);
  const memory = hostMemory(backend);
  if (memory !== undefined) return memory.view(tensor);
  const storage = deviceStorage(backend);
  // Asking for data that the storage does not have would move them, with a blocking read.
  if (storage === undefined || !storage.has(tensor.dataId)) return undefined;
  const { values } = storage.get(tensor.dataId);
  return isHostArray(values) ? values : undefined;
}

/** The same, and of native tensorflow on a processor also what it has taken over: for kernels, which run there anyway. */
export function onHost(tensor: Tensor): HostArray | undefined {
  if (recorderNow()?.isConstant(tensor) === false) return undefined; // a step that is run again may have others
  return valuesAtHand(tensor) ?? nativeMemory(backendOf(tensor))?.view(tensor);
}

/** The strings of a tensor, which no device holds: no backend has to be waited for. */
export function stringsAtHand(tensor: Tensor): string[] {
  const backend = backendOf(tensor) as {
    readonly data?: { get(dataId: object): { readonly values: unknown } }; // cpu
    readonly dataIdMap?: { get(dataId: object): { readonly stringBytes: unknown } }; // wasm
  };
  const { dataId } = tensor;
  const bytes =
    deviceStorage(backend)?.get(dataId).values ??
    backend.dataIdMap?.get(dataId).stringBytes ??
    backend.data?.get(dataId).values;
  // Native TensorFlow alone keeps those of its own ops elsewhere, in this process' memory.
  if (bytes === undefined || bytes === null) return Array.from(tensor.dataSync<'string'>());
  return Array.from(bytes as Uint8Array[], (text) => util.decodeString(text));
}

function deviceStorage(backend: object): DeviceStorage | undefined {
  if ('texData' in backend) return backend.texData as DeviceStorage; // webgl
  if ('tensorMap' in backend) return backend.tensorMap as DeviceStorage; // webgpu, native
  return undefined;
}

const HOST_ARRAYS: ReadonlySet<string> = /*#__PURE__*/ new Set(['Float32Array', 'Int32Array', 'Uint8Array']);

function isHostArray(values: unknown): values is HostArray {
  return HOST_ARRAYS.has(classOf(values)); // by its name, since each realm has classes of its own
}
