import type { JsonNumber } from '@tfjs-heads/head-api';
import type { Parameters } from '../case.js';

/** Numbers to put in: written out, or drawn by `drawValues` from a seed where they would fill pages. All are exact in float32. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values?: readonly JsonNumber[];
  readonly draw?: { readonly seed: number; readonly kind: 'logits' | 'weights' | 'real' | 'count' | 'probability' };
  /** Default: `float32`; `int32` for labels of a head that claims labels of the kind `class`. */
  readonly dtype?: 'float32' | 'int32';
}

/** What must come out: values, and the magnitude of the terms that each was combined from (one for all, or one for each). */
export interface GoldenValues {
  readonly values: readonly JsonNumber[];
  readonly scale: number | readonly number[];
  /** The indices of these values among all, ascending, where there are too many to write out. Default: all. */
  readonly at?: readonly number[];
  /** How many rounding units: one of `ULPS`, or a number with a reason in the file's `provenance`. */
  readonly k: number;
}

/** What goes into a head. */
export interface GoldenBatch {
  readonly logits: GoldenTensor;
  readonly labels: GoldenTensor;
  /** The feature `weight`. */
  readonly weights?: GoldenTensor;
  /** Other features by name, handed to loss, metrics and specs: an exposure, a mark of what is censored. */
  readonly features?: Readonly<Record<string, GoldenTensor>>;
}

/** One batch and everything a head makes of it. */
export interface GoldenCase extends GoldenBatch {
  /** What stands in the query of its cases; unique in the file. */
  readonly parameters: Parameters;
  /** The head's options; with weights `weightColumn: 'weight'` is among them. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly loss: GoldenValues;
  /** Of the loss with respect to the logits, in their shape. */
  readonly gradient: GoldenValues;
  /** Prediction key to values, in the logits' shape; empty where another case of the same logits has them. */
  readonly predictions: Readonly<Record<string, GoldenValues>>;
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
export interface GoldenTraining {
  readonly parameters: Parameters;
  readonly options: GoldenCase['options'];
  readonly optimizer: { readonly name: string; readonly settings: Readonly<Record<string, number | boolean>> };
  readonly steps: number;
  /** `[rows, inputs]`. */
  readonly inputs: GoldenTensor;
  readonly labels: GoldenTensor;
  readonly weights?: GoldenTensor;
  readonly features?: Readonly<Record<string, GoldenTensor>>;
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

/** The goldens of one head. */
export interface GoldenFile {
  readonly format: 'tfjs-heads-goldens/1';
  readonly head: string;
  /** Where the expected values come from. */
  readonly provenance: Readonly<Record<string, string>>;
  /** Serving keys in order. Default: exports are not looked at. */
  readonly exports?: Readonly<Record<string, GoldenExport>>;
  readonly cases: readonly GoldenCase[];
  readonly evaluations: readonly GoldenEvaluation[];
  readonly trainings: readonly GoldenTraining[];
}
