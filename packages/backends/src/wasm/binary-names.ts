import { env } from '@tensorflow/tfjs-core';

/** The binaries of the wasm backend, one of which suits an environment. */
export const binaryNames = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const;

export type BinaryName = (typeof binaryNames)[number];

/** Where binaries are: the folder's address, with the slash at its end, or the address of each file, as `setWasmPaths` of tfjs has it. */
export type WasmPaths = string | Readonly<Partial<Record<BinaryName, string>>>;

/** The binary that the backend takes here. */
export async function binaryNameHere(): Promise<BinaryName> {
  const [simd, threads] = await Promise.all([
    env().getAsync('WASM_HAS_SIMD_SUPPORT'),
    env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT'),
  ]);
  return binaryNames[simd ? (threads ? 2 : 1) : 0];
}

export interface WasmPathsOptions {
  /** Where the binaries are, and nowhere else: the folder, with the slash at its end, or the address of each file. */
  readonly wasmPaths?: WasmPaths | undefined;
}
