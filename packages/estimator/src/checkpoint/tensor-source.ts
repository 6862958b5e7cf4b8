import { decodeSafetensors, type SavedTensor } from './safetensors.js';

/** What a file has under a name. */
export interface TensorInfo {
  /** The dtype in the words of safetensors, or another that cannot be read. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** Tensors by name, read when they are asked for. */
export interface TensorSource {
  /** In which file, for messages. */
  readonly where: string;
  /** Undefined where there is none of the name. */
  info(name: string): TensorInfo | undefined;
  /** What is under a name of which `info` knows. Throws CHECKPOINT_INVALID. */
  read(name: string): Promise<SavedTensor>;
  close(): Promise<void>;
}

/** The tensors of a safetensors file. Throws CHECKPOINT_INVALID. */
export function safetensorsSource(bytes: Uint8Array, where: string): TensorSource {
  const { tensors } = decodeSafetensors(bytes, where);
  return {
    where,
    info: (name) => tensors.get(name),
    read: async (name) => tensors.get(name) as SavedTensor,
    close: async () => undefined,
  };
}
