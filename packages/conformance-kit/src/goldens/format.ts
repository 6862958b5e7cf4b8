import type { JsonNumber } from '@tfjs-heads/head-api';
import type { PerHead } from '../batch.js';
import type { Parameters } from '../case.js';
import type { DrawKind } from '@tfjs-heads/reference';

/** The number of this form of file: no other is read. */
export const GOLDEN_FORMAT = 2;

/** Numbers to put in: written out, or drawn by `drawValues` from a seed where they would fill pages. All are exact in float32. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values?: readonly JsonNumber[];
  /** `classes`: how many ids there are, for the kind `class`. */
  readonly draw?: { readonly seed: number; readonly kind: DrawKind; readonly classes?: number };
  /** Default: `float32`. */
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

/** Words to put in. */
export interface GoldenWords {
  readonly shape: readonly number[];
  readonly values: readonly string[];
  readonly dtype: 'string';
}

/** Labels: numbers or words; sparse ones with the places in `shape` that `values` stand at, in row-major order. */
export type GoldenLabels = (GoldenTensor | GoldenWords) & { readonly indices?: readonly (readonly number[])[] };

/** What must come out: values, and the magnitude of the terms that each was combined from (one for all, or one for each). */
export interface GoldenValues {
  readonly values: readonly JsonNumber[];
  readonly scale: number | readonly number[];
  /** The indices of these values among all, ascending, where there are too many to write out. Default: all. */
  readonly at?: readonly number[];
  /** How many rounding units: one of `ULPS`, or a number with a reason in the file's `provenance`. */
  readonly k: number;
}

/** A prediction: floats to be near, or whole numbers, truth values or words to be the same. */
export type GoldenPrediction =
  | (GoldenValues & { readonly shape: readonly number[]; readonly dtype: 'float32' })
  | (Pick<GoldenValues, 'at'> & {
      readonly shape: readonly number[];
      readonly dtype: 'int32' | 'bool';
      readonly values: readonly number[];
    })
  | (Pick<GoldenValues, 'at'> & {
      readonly shape: readonly number[];
      readonly dtype: 'string';
      readonly values: readonly string[];
    });

/** An option of a head, such as a list of thresholds or of the names of classes. */
export type GoldenOption = string | number | boolean | readonly string[] | readonly number[];

/** What goes into a head; into one made of heads labels for each, by its name, and logits for each, or one tensor of those of all. */
export interface GoldenBatch {
  readonly logits: PerHead<GoldenTensor>;
  readonly labels: PerHead<GoldenLabels>;
  /** The feature `weight`. */
  readonly weights?: GoldenTensor;
  /** Other features by name, handed to loss, metrics and specs: an exposure, the mask of a sequence, a mark of what is censored. */
  readonly features?: Readonly<Record<string, GoldenTensor>>;
}

/** One batch and everything a head makes of it. */
export interface GoldenCase extends GoldenBatch {
  /** What stands in the query of its cases; unique in the file. */
  readonly parameters: Parameters;
  /** The head's options; with weights `weightColumn: 'weight'` is among them. */
  readonly options: Readonly<Record<string, GoldenOption>>;
  readonly loss: GoldenValues;
  /** Of the loss with respect to the logits, in their shape; a map where they are one. */
  readonly gradient: PerHead<GoldenValues>;
  /** By prediction key; empty where another case of the same logits has them. */
  readonly predictions: Readonly<Record<string, GoldenPrediction>>;
  /** Metric key to value, after this batch alone; empty where another case has them. */
  readonly metrics: Readonly<Record<string, GoldenValues>>;
}

/** Metrics over several batches. */
export interface GoldenEvaluation {
  readonly parameters: Parameters;
  readonly options: GoldenCase['options'];
  readonly batches: readonly GoldenBatch[];
  readonly metrics: Readonly<Record<string, GoldenValues>>;
}

/** A network of one hidden layer of relu under the head, trained on one batch. */
export interface GoldenTraining extends Omit<GoldenBatch, 'logits'> {
  readonly parameters: Parameters;
  readonly options: GoldenCase['options'];
  readonly optimizer: { readonly name: string; readonly settings: Readonly<Record<string, number | boolean>> };
  readonly steps: number;
  /** `[rows, inputs]`, or with steps of a sequence between them. */
  readonly inputs: GoldenTensor;
  /** How many outputs of the network, in this order, are the logits of each head. Default: all are those of one. */
  readonly heads?: Readonly<Record<string, number>>;
  /** Kernel and bias of the hidden layer, then of the last one. */
  readonly start: readonly GoldenTensor[];
  /** The loss of each step, before its update. */
  readonly losses: GoldenValues;
  /** The variables after the last step, in the order of `start`. */
  readonly end: readonly GoldenValues[];
}

/** What stands under one serving key: names of outputs (`value` of a regression) to the prediction keys that they hold. */
export interface GoldenExport {
  readonly kind: 'regression' | 'classification' | 'predict';
  readonly outputs: Readonly<Record<string, string>>;
}

/** A head that another one is made of, by the name of its class and its options. */
export interface GoldenHead {
  readonly head: string;
  readonly options: GoldenCase['options'];
}

/** The goldens of one head. */
export interface GoldenFile {
  readonly format: typeof GOLDEN_FORMAT;
  readonly head: string;
  /** Of a head made of heads: those, for whoever replays the file elsewhere. */
  readonly heads?: readonly GoldenHead[];
  /** What wrote the file, and where the expected values come from, with versions. */
  readonly provenance: Readonly<Record<string, string>>;
  /** Serving keys in order. Default: exports are not looked at. */
  readonly exports?: Readonly<Record<string, GoldenExport>>;
  readonly cases: readonly GoldenCase[];
  readonly evaluations: readonly GoldenEvaluation[];
  readonly trainings: readonly GoldenTraining[];
}
