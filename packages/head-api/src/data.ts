import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** A sparse tensor: `values[i]` stands at `indices[i]` of a tensor of shape `denseShape`. */
export interface SparseTensor {
  /** int32, `[count, rank]`, in row-major order. */
  readonly indices: Tensor2D;
  /** `[count]`. */
  readonly values: Tensor1D;
  readonly denseShape: readonly number[];
}

/** Feature name to values, the first dimension being the batch. */
export type Features = Readonly<Record<string, Tensor | SparseTensor>>;

/** Labels of one head, or of each head by name. */
export type Labels = Tensor | SparseTensor | Readonly<Record<string, Tensor | SparseTensor>>;

/** Logits of one head, `[D0, .., DN, logitsDimension]`, or of each head by name. */
export type Logits = Tensor | Readonly<Record<string, Tensor>>;

/**
 * String values with a shape, such as class names. A string tensor of tfjs is one; an object that
 * makes the strings only when they are asked for is another, and forces no read from a GPU.
 */
export interface StringValues {
  readonly shape: readonly number[];
  readonly dtype: 'string';
  /** The values in row-major order. */
  data(): Promise<ArrayLike<string>>;
  /** The values nested as in `shape`. */
  array(): Promise<unknown>;
  dispose(): void;
}

/** Prediction key to values. The caller owns every value. */
export type Predictions = Readonly<Record<string, Tensor | StringValues>>;
