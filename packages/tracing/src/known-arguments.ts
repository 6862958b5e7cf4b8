import { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Engine } from './engine.js';
import { sameShape } from './passes.js';
import { type Flat, isPlainMap, type Structure } from './structure.js';

/** What a recording is for, of a tensor. */
interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of a variable. */
  readonly id: number | undefined;
  /** Which argument is the first of its data. */
  readonly first: number;
}

/** The arguments of a call: whether those of another one are for the same recording shows in less time than it takes to take them apart. */
export class KnownArguments {
  readonly #flat: Flat;
  readonly #tensors: readonly Described[];
  readonly #backend: object;
  readonly #backendName: string;

  constructor(flat: Flat, { backend, backendName }: Engine) {
    this.#flat = flat;
    this.#tensors = flat.tensors.map(describe);
    this.#backend = backend;
    this.#backendName = backendName;
  }

  /** Other arguments, taken apart; undefined where they are not known to be for the same recording. */
  again(args: readonly unknown[], { backend, backendName }: Engine): Flat | undefined {
    if (backend !== this.#backend || backendName !== this.#backendName) return undefined;
    const { structure, paths, problem } = this.#flat;
    const tensors: Tensor[] = [];
    if (!gather(args, structure, tensors)) return undefined;
    for (let index = 0; index < tensors.length; index++)
      if (!isAlike(tensors[index] as Tensor, tensors, this.#tensors[index] as Described)) return undefined;
    return { structure, tensors, paths, problem };
  }
}

/** Whether something has a structure; if so, its tensors in order. */
function gather(value: unknown, structure: Structure, tensors: Tensor[]): boolean {
  switch (structure.kind) {
    case 'tensor':
      return value instanceof Tensor && tensors.push(value) > 0;
    case 'plain':
      return Object.is(value, structure.value);
    case 'list': {
      const { items } = structure;
      if (!Array.isArray(value) || value.length !== items.length) return false;
      for (let index = 0; index < items.length; index++)
        if (!gather(value[index], items[index] as Structure, tensors)) return false;
      return true;
    }
    case 'map': {
      const { entries } = structure;
      if (!isPlainMap(value)) return false;
      const keys = Object.keys(value);
      if (keys.length !== entries.length) return false;
      for (let index = 0; index < entries.length; index++) {
        const [key, part] = entries[index] as (typeof entries)[number];
        if (keys[index] !== key || !gather(value[key], part, tensors)) return false;
      }
      return true;
    }
  }
}

function describe(tensor: Tensor, _index: number, all: readonly Tensor[]): Described {
  const { dtype, shape } = tensor;
  return { dtype, shape, id: idOf(tensor), first: firstOf(tensor, all) };
}

function isAlike(tensor: Tensor, all: readonly Tensor[], { dtype, shape, id, first }: Described): boolean {
  return (
    tensor.dtype === dtype && sameShape(tensor.shape, shape) && idOf(tensor) === id && firstOf(tensor, all) === first
  );
}

function idOf(tensor: Tensor): number | undefined {
  return tensor instanceof Variable ? tensor.id : undefined;
}

function firstOf({ dataId }: Tensor, all: readonly Tensor[]): number {
  let first = 0;
  while (all[first]?.dataId !== dataId) first++;
  return first;
}
