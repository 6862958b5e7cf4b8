import type { Variable } from '@tensorflow/tfjs-core';
import { replaceData } from '../replace-data.js';
import { type BackendData, numbersInMemory } from '../engine.js';
import type { Handle, NativeBackend, NativeEntry } from './backend.js';

/** A variable as a part of the whole. */
interface Part {
  readonly variable: Variable;
  readonly offset: number;
  readonly size: number;
  /** What the backend has of it, once that is answered for here. */
  dataId: object | undefined;
  entry: NativeEntry | undefined;
  /** Whether the newest numbers are in the whole alone. */
  isStale: boolean;
}

/**
 * Small variables of a step as one tensor, which goes into its graph and comes out: what a session is given, and what it gives, costs more than to compute with it. For everybody else they are
 * variables of their backend: whoever asks for one is given its numbers of the last step, which are copied then and not before.
 */
export class PackedVariables {
  readonly #backend: NativeBackend;
  readonly #parts: readonly Part[];
  readonly #size: number;
  #id: number | undefined;
  /** What the whole has, once somebody has asked. */
  #numbers: Float32Array | undefined;

  /**
   * @param parts Each variable, and from which number of the whole on it is.
   * @param size How many numbers the whole has, those between two parts included.
   */
  constructor(
    parts: readonly { readonly variable: Variable; readonly offset: number }[],
    size: number,
    backend: NativeBackend,
  ) {
    this.#backend = backend;
    this.#parts = parts.map(({ variable, offset }) => ({
      variable,
      offset,
      size: variable.size,
      dataId: undefined,
      entry: undefined,
      isStale: false,
    }));
    this.#size = size;
  }

  /** Before a step: the whole, with what others have assigned. It stays of this. */
  load(): number {
    let isWhole = this.#id !== undefined;
    for (const part of this.#parts) {
      if (part.dataId === part.variable.dataId && part.entry?.refCount === 1) continue;
      isWhole = false;
      this.#leave(part);
    }
    if (isWhole) return this.#id as number;
    const id = this.pack(this.#parts.map(({ variable }) => numbersInMemory(variable)));
    this.#replace(id);
    return id;
  }

  /** The numbers of all, one after the other, as a tensor of the addon's, which is the caller's. */
  pack(all: readonly BackendData[]): number {
    const { binding } = this.#backend;
    const whole = new Float32Array(this.#size);
    this.#parts.forEach(({ offset }, index) => whole.set(all[index] as Float32Array, offset));
    return binding.createTensor([this.#size], binding.TF_FLOAT, whole);
  }

  /** What a whole has of each. */
  unpack(id: number): Float32Array[] {
    const whole = this.#backend.binding.tensorDataSync(id);
    return this.#parts.map(({ offset, size }) => whole.slice(offset, offset + size));
  }

  /** After a step: the whole has these numbers. */
  changed({ id }: Handle): void {
    const { binding } = this.#backend;
    this.#replace(id);
    for (const part of this.#parts) {
      const { entry } = part;
      if (entry === undefined) {
        this.#answerFor(part);
        continue;
      }
      part.isStale = true;
      if (entry.id < 0) continue;
      binding.deleteTensor(entry.id);
      entry.id = -1;
    }
  }

  /** Lets the backend have them. */
  release(): void {
    for (const part of this.#parts) this.#leave(part);
    this.#replace(undefined);
  }

  #replace(id: number | undefined): void {
    if (this.#id !== undefined) this.#backend.binding.deleteTensor(this.#id);
    this.#id = id;
    this.#numbers = undefined;
  }

  #numbersOf({ offset, size }: Part): Float32Array {
    this.#numbers ??= this.#backend.binding.tensorDataSync(this.#id as number);
    return this.#numbers.slice(offset, offset + size);
  }

  /** From now on its entry is what it is. */
  #leave(part: Part): void {
    const { entry, isStale } = part;
    if (entry !== undefined)
      Object.defineProperty(entry, 'values', {
        value: isStale ? this.#numbersOf(part) : entry.values,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    part.entry = undefined;
    part.dataId = undefined;
    part.isStale = false;
  }

  #answerFor(part: Part): void {
    const { variable } = part;
    replaceData(variable, new Float32Array(0), this.#backend);
    const entry = this.#backend.tensorMap.get(variable.dataId);
    part.dataId = variable.dataId;
    part.entry = entry;
    part.isStale = true;
    let values: BackendData | null = null;
    Object.defineProperty(entry, 'values', {
      get: () => (part.isStale ? this.#numbersOf(part) : values),
      // The backend forgets them as soon as TensorFlow has them.
      set: (given: BackendData | null) => {
        values = given;
        part.isStale = false;
      },
      enumerable: true,
      configurable: true,
    });
  }
}
