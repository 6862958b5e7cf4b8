import { Tensor } from '@tensorflow/tfjs-core';

/** What is not a tensor in a structure: compared by value. */
export type Plain = string | number | boolean | bigint | null | undefined;

/** Arguments or results with their tensors taken out, in the order of `tensors`. */
export type Structure =
  | { readonly kind: 'tensor'; readonly index: number }
  | { readonly kind: 'plain'; readonly value: Plain }
  | { readonly kind: 'list'; readonly items: readonly Structure[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Structure])[] };

/** A structure taken apart. */
export interface Flat {
  readonly structure: Structure;
  readonly tensors: readonly Tensor[];
  /** Where each tensor stands, such as `features.age`. */
  readonly paths: readonly string[];
  /** What cannot be taken apart, said in words: the first such thing. */
  readonly problem: string | undefined;
}

/** Takes lists and plain maps of tensors apart, to any depth. */
export function flatten(whole: unknown): Flat {
  const tensors: Tensor[] = [];
  const paths: string[] = [];
  const within: unknown[] = [];
  let problem: string | undefined;

  const visit = (value: unknown, path: string): Structure => {
    if (value instanceof Tensor) {
      paths.push(path);
      return { kind: 'tensor', index: tensors.push(value) - 1 };
    }
    if (isPlain(value)) return { kind: 'plain', value };
    if (!within.includes(value) && within.length < 32) {
      within.push(value);
      try {
        if (Array.isArray(value))
          return { kind: 'list', items: value.map((item, index) => visit(item, join(path, `${index}`))) };
        if (isPlainMap(value))
          return {
            kind: 'map',
            entries: Object.entries(value).map(([key, item]) => [key, visit(item, join(path, key))]),
          };
      } finally {
        within.pop();
      }
    }
    problem ??= `${path === '' ? 'it' : path} is ${nameOf(value)}, neither a tensor nor a map or list of them`;
    return { kind: 'plain', value: undefined };
  };

  const structure = visit(whole, '');
  return { structure, tensors, paths, problem };
}

/** The inverse of {@link flatten}. */
export function assemble(structure: Structure, tensors: readonly Tensor[]): unknown {
  switch (structure.kind) {
    case 'tensor':
      return tensors[structure.index];
    case 'plain':
      return structure.value;
    case 'list':
      return structure.items.map((item) => assemble(item, tensors));
    case 'map':
      return Object.fromEntries(structure.entries.map(([key, item]) => [key, assemble(item, tensors)]));
  }
}

/** A text that two structures have in common only if they are alike, what is not a tensor included. */
export function textOf(structure: Structure): string {
  switch (structure.kind) {
    case 'tensor':
      return `t${structure.index}`;
    case 'plain':
      return plainText(structure.value);
    case 'list':
      return `[${structure.items.map(textOf).join()}]`;
    case 'map':
      return `{${structure.entries.map(([key, item]) => `${JSON.stringify(key)}:${textOf(item)}`).join()}}`;
  }
}

function plainText(value: Plain): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return Object.is(value, -0) ? '-0' : `${typeof value === 'bigint' ? 'n' : ''}${value}`;
}

function isPlain(value: unknown): value is Plain {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');
}

export function isPlainMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of any realm: what has no prototype of its own but that of all objects.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (isThenable(value)) return 'a promise';
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== '' ? `an object of the class ${name.slice(0, 80)}` : 'an object';
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
