// What a head that is made of heads takes and gives, as far as the types of its heads tell.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, Labels, Logits, Predictions, SparseTensor } from '@tfjs-heads/head-api';

/** The labels that a head takes. */
type LabelsOf<H extends Head> = Extract<Parameters<H['loss']>[0], Labels>;

/** The logits that a head takes. */
type LogitsOf<H extends Head> = Extract<Parameters<H['predictions']>[0], Logits>;

/** The predictions that a head gives. */
export type PredictionsOf<H extends Head> = Extract<ReturnType<H['createEstimatorSpec']>['predictions'], Predictions>;

/** The name of a head where its type says it, else any string. */
type NameOf<H extends Head> = NonNullable<H['name']>;

/** Labels by the names of the heads. */
export type MultiLabels<H extends readonly Head[]> = {
  readonly [One in H[number] as NameOf<One>]: Extract<LabelsOf<One>, Tensor | SparseTensor>;
};

/** Logits by the names of the heads, or those of all heads beside each other in the last dimension, in the order of the heads. */
export type MultiLogits<H extends readonly Head[]> =
  | Tensor
  | { readonly [One in H[number] as NameOf<One>]: Extract<LogitsOf<One>, Tensor> };

/**
 * Predictions under `head/key`. A head whose type says no name may have any: then the keys that end like its own are known.
 *
 * ```ts
 * new MultiHead({ heads: [price, kind] }).predictions(logits)['kind/probabilities']; // a tensor
 * ```
 */
export type MultiPredictions<H extends readonly Head[]> = {
  readonly [Key in KeysOf<H[number]> as Key['always']]: Key['value'];
} & { readonly [Key in KeysOf<H[number]> as Key['sometimes']]?: Key['value'] };

/** The predictions of a head, a union: the keys that are always there, and those that are optional. */
type KeysOf<H extends Head> = H extends unknown ? KeyOf<NameOf<H>, PredictionsOf<H>> : never;
type KeyOf<Name extends string, P extends Predictions> = {
  [Key in keyof P & string]-?: {
    readonly always: IsOptional<Name, P[Key]> extends true ? never : `${Name}/${Key}`;
    readonly sometimes: IsOptional<Name, P[Key]> extends true ? `${Name}/${Key}` : never;
    readonly value: NonNullable<P[Key]>;
  };
}[keyof P & string];

/** Of any name there may be none of a key, anyway. */
type IsOptional<Name extends string, Value> = string extends Name ? false : undefined extends Value ? true : false;
