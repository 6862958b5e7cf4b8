import { engine, util } from '@tensorflow/tfjs-core';
import type { DataType, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** The numbers of a tensor: float32, int32 or bool. */
export type HostArray = Float32Array | Int32Array | Uint8Array;

/** A backend whose data lie in the memory of this process, so that a loop can walk over them. */
export interface HostMemory {
  /**
   * The data of a tensor, not a copy. Take every view after the last allocation: the memory may
   * move when it grows.
   */
  view(tensor: TensorInfo): HostArray;
  /** A new tensor with undefined content. */
  allocate(shape: number[], dtype: DataType): TensorInfo;
  /** From how many elements on the backend's own kernels beat a loop in JavaScript. */
  readonly kernelsWinFrom: number;
  /** Whether these kernels run on one core, as the loop does. */
  readonly hasOneCore: boolean;
}

/** What the cpu backend offers. */
interface ArrayBackend {
  readonly data: { get(dataId: object): { values: HostArray } };
  makeTensorInfo(shape: number[], dtype: DataType, values: HostArray): TensorInfo;
}

/** What the wasm backend offers. */
interface HeapBackend {
  readonly dataIdMap: { get(dataId: object): unknown };
  typedArrayFromHeap(tensor: TensorInfo): HostArray;
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
}

/** What the native backend offers. */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readSync(dataId: object): HostArray;
  write(values: HostArray, shape: number[], dtype: DataType): object;
}

/**
 * The views of several tensors, all of them valid. Asking for a tensor that another backend holds
 * brings it over, which is an allocation, so each is asked for twice.
 */
export function viewAll(memory: HostMemory, tensors: readonly (TensorInfo | undefined)[]): (HostArray | undefined)[] {
  const view = (tensor: TensorInfo | undefined): HostArray | undefined => tensor && memory.view(tensor);
  tensors.forEach(view);
  return tensors.map(view);
}

const memories = new WeakMap<object, HostMemory | 'none'>();

/** The memory of a backend, found by what the backend offers; undefined where its data lie elsewhere. */
export function hostMemory(backend: object): HostMemory | undefined {
  let memory = memories.get(backend);
  if (memory === undefined) {
    memory = isHeapBackend(backend) ? heapMemory(backend) : isArrayBackend(backend) ? arrayMemory(backend) : 'none';
    memories.set(backend, memory);
  }
  return memory === 'none' ? undefined : memory;
}

/**
 * The memory of native TensorFlow on a processor, whose tensors can be copied in no time that would count beside a
 * kernel call; undefined on any other backend. What {@link HostMemory.view} gives of an input is a copy here.
 */
export function nativeMemory(backend: object): HostMemory | undefined {
  if (!isNativeBackend(backend) || backend.isUsingGpuDevice) return undefined;
  return {
    view: ({ dataId }) => backend.readSync(dataId),
    allocate: (shape, dtype) => {
      const values = util.getTypedArrayFromDType(dtype as 'float32', util.sizeFromShape(shape));
      return { dataId: backend.write(values, shape, dtype), shape, dtype }; // holds the array until an op takes it
    },
    kernelsWinFrom: 4096, // they run on all cores, but cost 30 microseconds a call
    hasOneCore: false,
  };
}

/** The backend that holds a tensor's data now. */
export function backendOf(tensor: TensorInfo): object {
  return engine().state.tensorInfo.get(tensor.dataId)?.backend ?? engine().backend;
}

/** A tensor of the same data, under the backend's count of references: a copy that needs no kernel. */
export function sharing({ dataId, shape, dtype }: Tensor): Tensor {
  (backendOf({ dataId, shape, dtype }) as { incRef(dataId: object): void }).incRef(dataId);
  return engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}

function isHeapBackend(backend: object): backend is HeapBackend {
  return 'typedArrayFromHeap' in backend && 'dataIdMap' in backend;
}

function isNativeBackend(backend: object): backend is NativeBackend {
  return 'binding' in backend && 'isUsingGpuDevice' in backend;
}

function isArrayBackend(backend: object): backend is ArrayBackend {
  return 'data' in backend && 'makeTensorInfo' in backend;
}

function heapMemory(backend: HeapBackend): HostMemory {
  return {
    view(tensor) {
      // Brings over what another backend holds. typedArrayFromHeap would do so as well, but only after
      // it has taken the buffer that this may replace.
      backend.dataIdMap.get(tensor.dataId);
      return backend.typedArrayFromHeap(tensor);
    },
    allocate: (shape, dtype) => backend.makeOutput(shape, dtype),
    kernelsWinFrom: 2048, // they are vectorised, but cost 10 microseconds a call
    hasOneCore: true,
  };
}

function arrayMemory(backend: ArrayBackend): HostMemory {
  return {
    view: (tensor) => backend.data.get(tensor.dataId).values,
    allocate: (shape, dtype) =>
      backend.makeTensorInfo(shape, dtype, util.getTypedArrayFromDType(dtype as 'float32', util.sizeFromShape(shape))),
    kernelsWinFrom: Infinity,
    hasOneCore: true,
  };
}
