import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** What kernels written in JavaScript need of the wasm backend. */
export interface WasmMemory {
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  /** A view that growing the heap detaches: take it after every output has been allocated. */
  typedArrayFromHeap(info: TensorInfo): Float32Array | Int32Array | Uint8Array;
  disposeData(dataId: object): boolean;
  /** Of strings: each as UTF-8. */
  readSync(dataId: object): Uint8Array[];
}

/** A copy in fresh memory, seen as `shape`. */
export function copy(memory: WasmMemory, x: TensorInfo, shape: number[]): TensorInfo {
  return copyAs(memory, x, x.dtype, shape);
}

/** A copy in fresh memory with elements of another type, which must have room for the values. */
export function copyAs(memory: WasmMemory, x: TensorInfo, dtype: DataType, shape: number[] = x.shape): TensorInfo {
  const out = memory.makeOutput(shape, dtype);
  memory.typedArrayFromHeap(out).set(memory.typedArrayFromHeap(x));
  return out;
}
