import type { Tensor } from '@tensorflow/tfjs-core';
import type { StringValues } from './data.js';

/** A regression result for serving: float values. */
export interface RegressionOutput {
  readonly kind: 'regression';
  readonly value: Tensor;
}

/** A classification result for serving: float scores, class names, or both. */
export interface ClassificationOutput {
  readonly kind: 'classification';
  readonly scores?: Tensor;
  readonly classes?: StringValues | Tensor;
}

/** Any named results for serving. */
export interface PredictOutput {
  readonly kind: 'predict';
  readonly outputs: Readonly<Record<string, Tensor | StringValues>>;
}

/** What a model offers under one serving key. */
export type ExportOutput = RegressionOutput | ClassificationOutput | PredictOutput;

/** Serving key to output. */
export type ExportOutputs = Readonly<Record<string, ExportOutput>>;
