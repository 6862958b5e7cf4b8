import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Backend, BackendData } from '../engine.js';

/** What a session gives of a tensor: the handle that the addon knows it by. */
export interface Handle {
  readonly id: number;
  readonly shape: number[];
  /** TensorFlow's number of the type. */
  readonly dtype: number;
}

/** The addon of tfjs-node as far as graphs need it. */
export interface Addon {
  readonly TF_FLOAT: number;
  createTensor(shape: number[], dtype: number, values: Float32Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  /** @param inputs Names with the numbers of outputs, `x:0`, separated by commas; so are `outputs`. */
  runSavedModel(session: number, ids: number[], inputs: string, outputs: string): Handle[];
}

/** What the backend knows of some data. */
export interface NativeEntry {
  readonly shape: readonly number[];
  /** As they were given, until TensorFlow has them. */
  values: BackendData | null;
  /** Of the addon, or -1. */
  id: number;
  readonly refCount: number;
}

/** The backend of tfjs-node on a processor. */
export interface NativeBackend extends Backend {
  readonly binding: Addon;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: { get(dataId: object): NativeEntry };
  /** Uploads what has not been yet. */
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  /** Takes a handle over: a tensor of the engine, which is the caller's. */
  createOutputTensor(handle: Handle): Tensor;
  readSync(dataId: object): BackendData;
}

/** The backend, if it is native TensorFlow whose data lie in the memory of this process and which can run graphs. */
export function nativeBackend(backend: object): NativeBackend | undefined {
  const { binding, isUsingGpuDevice } = backend as Partial<NativeBackend>;
  const canRun = typeof binding?.loadSavedModel === 'function' && typeof binding.runSavedModel === 'function';
  return canRun && isUsingGpuDevice === false ? (backend as NativeBackend) : undefined;
}
