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
  /** Where each string is one of a list: the list, and the index of each, so that an exported graph can look them up. */
  lookup?(): StringLookup;
  /** The values in row-major order. */
  data(): Promise<ArrayLike<string>>;
  /** The values nested as in `shape`. */
  array(): Promise<unknown>;
  dispose(): void;
}

/** Strings by their index in a list. */
export interface StringLookup {
  /** int32, of the shape of the strings; the caller owns it. */
  readonly ids: Tensor;
  readonly table: readonly string[];
}

/**
 * Prediction key to values. The caller owns every value.
 *
 * The predictions of one head are a type of their own, an alias and no interface, with a key optional that only some heads of
 * its class have:
 *
 * ```ts
 * type RegressionPredictions = { readonly predictions: Tensor; readonly logits?: Tensor };
 * ```
 */
export type Predictions = Readonly<Record<string, Tensor | StringValues>>;

/** What may be asked for of predictions `P`: any string where the keys are not known, else `K`, as far as it is one of them. */
export type PredictionKey<P extends Predictions, K extends string> = WhereKeysAreKnown<P, K & keyof P, string>;

/** The predictions under the keys `K`: all that is known of `P` where its keys are not. */
export type PredictionsAt<P extends Predictions, K extends string> = WhereKeysAreKnown<P, Pick<P, K & keyof P>, P>;

/**
 * `Then`, but `Else` for plain {@link Predictions}, which may have any key. Written with functions, which takes the keys of `P`
 * the other way round: with `string extends keyof P` no head whose keys are known would be a plain `Head`.
 */
type WhereKeysAreKnown<P extends Predictions, Then, Else> = ((key: keyof P) => void) extends (key: string) => void
  ? Else
  : Then;
