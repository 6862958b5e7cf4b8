// What a value is, asked so that no answer depends on which realm, which copy of a package or which global made it,
// and that no value can answer by throwing: a proxy, or a getter, may.
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { SparseTensor } from '@tfjs-heads/head-api';

/** The answer to a question about a value of somebody else's, or `otherwise` where the value throws. */
export function ask<T>(question: () => T, otherwise: T): T {
  try {
    return question();
  } catch {
    return otherwise;
  }
}

type Properties = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null;
}

/** `Float32Array`, `Map`, `Object`: the built-in class of an object, also of one from another realm. */
export function classOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

export function isList(value: unknown): value is readonly unknown[] {
  return ask(() => Array.isArray(value) && Number.isInteger(value.length), false);
}

/** A copy of a list of somebody else's; undefined for what is none, or throws when it is looked at. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  return ask(() => (Array.isArray(value) ? Array.from(value as unknown[]) : undefined), undefined);
}

/** Whether a value is a tensor by its shape, whichever copy of tfjs-core made it. */
export function isTensor(value: unknown): value is Tensor {
  return ask(
    () =>
      isObject(value) &&
      typeof value.dataSync === 'function' &&
      typeof value.throwIfDisposed === 'function' &&
      typeof value.dispose === 'function' &&
      isObject(value.dataId) &&
      Array.isArray(value.shape) &&
      typeof value.dtype === 'string' &&
      typeof value.size === 'number' &&
      typeof value.rank === 'number' &&
      typeof value.isDisposed === 'boolean',
    false,
  );
}

export function isVariable(value: unknown): value is Variable {
  return (
    isTensor(value) &&
    ask(
      () =>
        'assign' in value && typeof value.assign === 'function' && 'name' in value && typeof value.name === 'string',
      false,
    )
  );
}

/** Whether a value is a promise of any make: native, of a library, or of another realm. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return ask(
    () => (isObject(value) || typeof value === 'function') && typeof (value as Properties).then === 'function',
    false,
  );
}

export function isSparseTensor(value: unknown): value is SparseTensor {
  return ask(
    () => isObject(value) && 'indices' in value && 'values' in value && Array.isArray(value.denseShape),
    false,
  );
}

/** Whether a value is a plain map from names: neither a tensor, a list, nor a collection or other built-in. */
export function isMap(value: unknown): value is Properties {
  return (
    ask(
      () => isObject(value) && !Array.isArray(value) && !NO_MAPS.has(classOf(value)) && !ArrayBuffer.isView(value),
      false,
    ) &&
    !isTensor(value) &&
    !isSparseTensor(value) &&
    !isPromise(value)
  );
}

const NO_MAPS: ReadonlySet<string> = /*#__PURE__*/ new Set([
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Date',
  'RegExp',
  'Error',
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Promise',
  'String',
  'Number',
  'Boolean',
]);
