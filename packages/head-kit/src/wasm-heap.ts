import type { TensorInfo } from '@tensorflow/tfjs-core';
import { instantiate } from './instantiate.js';

/** The memory of tfjs' wasm backend, for WebAssembly of our own that computes in it: no number is copied, none is seen through a view. */
export interface WasmHeap {
  /**
   * Where the data of a tensor begin, in bytes. Growing the memory changes no address.
   *
   * @throws RangeError where there was no room for them: the backend allocates them at 0 then.
   */
  address(tensor: TensorInfo): number;
  /** Where there is room for so many bytes, whose content nobody keeps from one call to the next. Throws RangeError where there is none. */
  scratch(bytes: number): number;
  /**
   * What a module exports that imports the memory as `env.memory`. Compiled when it is first asked for.
   *
   * @param module Its bytes in base64, which name it.
   * @returns Undefined without SIMD, or where the policy of a page forbids it.
   */
  exportsOf<E extends object>(module: string): E | undefined;
}

/** What is used of the backend; the memory is where Emscripten keeps what the binary exports. */
interface HeapBackend {
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  readonly wasm: {
    readonly asm: { readonly memory: WebAssembly.Memory; malloc(bytes: number): number; free(address: number): void };
  };
}

const heaps = new WeakMap<object, WasmHeap | 'none'>();

/** The memory of the wasm backend, or undefined of any other, and where it is shared by threads. */
export function wasmHeap(backend: object): WasmHeap | undefined {
  let heap = heaps.get(backend);
  if (heap === undefined) {
    heap = hasHeap(backend) ? heapOf(backend) : 'none';
    heaps.set(backend, heap);
  }
  return heap === 'none' ? undefined : heap;
}

function hasHeap(backend: object): backend is HeapBackend {
  const { wasm, dataIdMap } = backend as Partial<HeapBackend>;
  return (
    dataIdMap !== undefined &&
    typeof WebAssembly === 'object' &&
    wasm?.asm?.memory instanceof WebAssembly.Memory &&
    wasm.asm.memory.buffer instanceof ArrayBuffer &&
    typeof wasm.asm.malloc === 'function' &&
    typeof wasm.asm.free === 'function'
  );
}

function heapOf({ dataIdMap, wasm: { asm } }: HeapBackend): WasmHeap {
  const instances = new Map<string, object | 'none'>();
  let room = { at: 0, bytes: 0 };
  return {
    address: ({ dataId, shape }) => allocated(dataIdMap.get(dataId).memoryOffset, () => `a tensor of shape [${shape}]`),
    scratch(bytes) {
      if (room.bytes < bytes) {
        const at = allocated(asm.malloc(bytes) >>> 0, () => `${bytes} bytes`);
        if (room.bytes > 0) asm.free(room.at);
        room = { at, bytes };
      }
      return room.at;
    },
    exportsOf<E extends object>(module: string) {
      let instance = instances.get(module);
      if (instance === undefined) {
        instance = instantiate(module, { env: { memory: asm.memory } }) ?? 'none';
        instances.set(module, instance);
      }
      return instance === 'none' ? undefined : (instance as E);
    },
  };
}

function allocated(address: number, what: () => string): number {
  if (address === 0) throw new RangeError(`The wasm backend is out of memory: there was no room for ${what()}.`);
  return address;
}
