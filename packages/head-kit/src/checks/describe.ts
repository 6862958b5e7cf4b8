import { Tensor } from '@tensorflow/tfjs-core';
import type { SparseTensor } from '@tfjs-heads/head-api';

/** `[2,3]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(',')}]`;
}

/** What a value is, for an error message: dtype and shape of a tensor, else its type. */
export function describe(value: unknown): string {
  if (value instanceof Tensor) return `a ${value.dtype} tensor of shape ${shapeText(value.shape)}`;
  if (isSparseTensor(value)) return `a SparseTensor of shape ${shapeText(value.denseShape)}`;
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return `an object with the keys ${JSON.stringify(Object.keys(value))}`;
  if (typeof value === 'function') return 'a function';
  return `the ${typeof value} ${JSON.stringify(value) ?? String(value)}`;
}

/** Whether a value has the shape of a {@link SparseTensor}. */
export function isSparseTensor(value: unknown): value is SparseTensor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'indices' in value &&
    'values' in value &&
    'denseShape' in value
  );
}

/** Whether a value is a plain map: neither a tensor, a sparse tensor, nor an array. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Tensor) &&
    !isSparseTensor(value)
  );
}
