import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** What kernels written in JavaScript need of the wasm backend. */
export interface WasmMemory {
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  /** A view that growing the heap detaches: take it after every output has been allocated. */
  typedArrayFromHeap(info: TensorInfo): Float32Array | Int32Array | Uint8Array;
  disposeData(dataId: object): boolean;
}

/** A copy in fresh memory, seen as `shape`. */
export function copy(memory: WasmMemory, x: TensorInfo, shape: number[]): TensorInfo {
  const out = memory.makeOutput(shape, x.dtype);
  memory.typedArrayFromHeap(out).set(memory.typedArrayFromHeap(x));
  return out;
}
