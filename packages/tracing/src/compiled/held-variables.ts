import type { TensorInfo, Variable } from '@tensorflow/tfjs-core';
import { hostMemory, type HostMemory } from '@tfjs-heads/head-kit';
import { type Backend, theEngine } from '../engine.js';
import { replaceData } from '../replace-data.js';
import type { NumberType } from './expression.js';

/** Numbers in the memory of a step. */
export type Numbers = Float32Array | Int32Array;

/** What a backend knows of some data: cpu has them as `values`, wasm at an address of its memory, under a number. */
interface Entry {
  refCount: number;
  values?: unknown;
  memoryOffset?: number;
  id?: number;
}

interface Wasm {
  readonly HEAPU8: Uint8Array;
  readonly tfjs: {
    disposeData(id: number): void;
    registerTensor(id: number, size: number, memoryOffset: number): void;
  };
}

interface Storage {
  get(dataId: object): Entry | undefined;
}

/** A backend whose data are in the memory of this process, as this module knows it. */
export interface HostBackend extends Backend {
  /** Of the backend cpu. */
  readonly data?: Storage;
  /** Of the backend wasm. */
  readonly dataIdMap?: Storage;
  readonly wasm?: Wasm;
  /** Of wasm: the number of the next data. */
  dataIdNextNumber?: number;
}

/** Who has the newest numbers of an entry. */
const owners = new WeakMap<Entry, HeldVariable>();

/**
 * A variable that a compiled step has in its own memory, from one step to the next. For everybody else it is a variable of its backend: whoever asks for its
 * data is given those of the last step, which are copied then and not before.
 */
export class HeldVariable {
  readonly variable: Variable;
  readonly #backend: HostBackend;
  #numbers: Numbers;
  readonly #dtype: 'float32' | 'int32' | 'bool';
  /** What is held here: the data that were copied, and in which version of their owner. */
  #dataId: object | undefined;
  #seen = 0;
  /** The entry that this one answers for. */
  #entry: Entry | undefined;
  /** How many steps have changed it. */
  #version = 1;
  #isStale = false;

  constructor(variable: Variable, backend: HostBackend, numbers: Numbers, type: NumberType) {
    this.variable = variable;
    this.#backend = backend;
    this.#numbers = numbers;
    this.#dtype = type === 'f32' ? 'float32' : (variable.dtype as 'int32' | 'bool');
  }

  /** Before a step: sees what others have assigned, and leaves what others have of it as it is. */
  load(): void {
    const { dataId } = this.variable;
    const own = this.#entry;
    if (own !== undefined) {
      if (this.#dataId === dataId && owners.get(own) === this && own.refCount === 1) return;
      this.release();
    }
    const entry = this.#entryOf(dataId);
    const owner = owners.get(entry);
    const version = owner === undefined ? 0 : owner.#version;
    if (this.#dataId === dataId && this.#seen === version) return;
    this.#numbers.set(viewOf(this.#backend, this.variable));
    this.#dataId = dataId;
    this.#seen = version;
  }

  /** After a step that has changed it. */
  changed(): void {
    this.#version++;
    this.#isStale = true;
    if (this.#entry !== undefined) return;
    const { variable } = this;
    replaceData(variable, this.#copy(), this.#backend);
    this.#dataId = variable.dataId;
    this.#entry = this.#entryOf(variable.dataId);
    owners.set(this.#entry, this);
    this.#answerFor(this.#entry);
  }

  /** Has its numbers elsewhere from now on. */
  move(numbers: Numbers): void {
    this.#numbers = numbers;
  }

  /** Lets the backend have it. */
  release(): void {
    const entry = this.#entry;
    this.#entry = undefined;
    this.#dataId = undefined;
    if (entry === undefined || owners.get(entry) !== this) return;
    owners.delete(entry);
    for (const key of ['values', 'memoryOffset', 'id'] as const)
      if (key in entry)
        Object.defineProperty(entry, key, { value: entry[key], writable: true, enumerable: true, configurable: true });
  }

  #entryOf(dataId: object): Entry {
    return (this.#backend.dataIdMap ?? this.#backend.data)?.get(dataId) as Entry;
  }

  #copy(): Numbers | Uint8Array {
    return this.#dtype === 'bool' ? Uint8Array.from(this.#numbers) : this.#numbers.slice();
  }

  #answerFor(entry: Entry): void {
    const define = (key: 'values' | 'memoryOffset' | 'id', get: () => unknown): void => {
      Object.defineProperty(entry, key, { get, enumerable: true, configurable: true });
    };
    this.#isStale = false; // it has just been given them
    if (this.#backend.dataIdMap === undefined) {
      let { values } = entry;
      define('values', () => {
        // An array that was handed out stays as it is.
        if (this.#isStale) values = this.#copy();
        this.#isStale = false;
        return values;
      });
      return;
    }
    const { memoryOffset } = entry;
    let { id } = entry;
    // The binary keeps what it has rearranged of a matrix by this number, as XNNPACK wants it: other numbers need another one.
    let isGiven = true;
    const write = (): void => {
      if (!this.#isStale) return;
      this.#isStale = false;
      const { buffer, byteOffset, byteLength } = this.#copy();
      this.#backend.wasm?.HEAPU8.set(new Uint8Array(buffer, byteOffset, byteLength), memoryOffset);
      if (!isGiven) return;
      isGiven = false;
      const { tfjs } = this.#backend.wasm as Wasm;
      tfjs.disposeData(id as number);
      id = (this.#backend as { dataIdNextNumber: number }).dataIdNextNumber++;
      tfjs.registerTensor(id, this.#numbers.length, memoryOffset as number);
    };
    define('memoryOffset', () => (write(), memoryOffset));
    define('id', () => {
      write();
      isGiven = true;
      return id;
    });
  }
}

/** The numbers of a tensor, not copied; valid until the backend allocates. */
export function viewOf(backend: HostBackend, { dataId, shape, dtype }: TensorInfo): Numbers {
  const memory = hostMemory(backend) as HostMemory;
  const info = { dataId, shape, dtype };
  // Those of another backend are brought over, which may move the memory that is looked at.
  if (theEngine().state.tensorInfo.get(dataId)?.backend !== backend) memory.view(info);
  return memory.view(info) as Numbers;
}
