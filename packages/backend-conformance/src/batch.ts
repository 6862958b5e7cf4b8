import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { drawValues, sizeOf } from './draw.js';
import type { Subject } from './subject.js';

/** The feature that holds the weights, wherever the suite gives some. */
export const WEIGHT = 'weight';

/** Values with their shape, row-major; all exact in float32. */
export interface Values {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** A batch as numbers, so that a check can cut, permute or change it before it makes tensors. */
export interface Batch {
  readonly logits: Values;
  readonly labels: Values;
  readonly weights?: Values;
}

/** How a batch is to be drawn. */
export interface BatchSize {
  readonly seed: number;
  /** The dimensions before the last one: `[33]`, `[2, 3, 5]`. */
  readonly rows: readonly number[];
  /** One weight for each row, or for each logit too. Default: none. */
  readonly weights?: 'rows' | 'logits';
}

/** Draws logits, labels of the kind that the subject claims, and weights. */
export function drawBatch(subject: Subject, { logitsDimension }: Head, { seed, rows, weights }: BatchSize): Batch {
  const kind = subject.labels ?? 'real';
  const draw = (offset: number, shape: readonly number[], drawn: 'logits' | 'weights' | typeof kind): Values => ({
    shape,
    values: drawValues(seed * 3 + offset, shape, drawn, logitsDimension),
  });
  const labelDimension = subject.labelDimension ?? (kind === 'class' ? 1 : logitsDimension);
  return {
    logits: draw(0, [...rows, logitsDimension], 'logits'),
    labels: draw(1, [...rows, labelDimension], kind),
    ...(weights && { weights: draw(2, weights === 'rows' ? rows : [...rows, logitsDimension], 'weights') }),
  };
}

/** The tensors of a batch, uploaded; labels of the kind `class` are int32. The weights are the feature {@link WEIGHT}. */
export function tensorsOf(subject: Subject, { logits, labels, weights }: Batch): { logits: Tensor; labels: Tensor; features: Record<string, Tensor> } {
  return {
    logits: tensorOf(logits),
    labels: tensorOf(labels, subject.labels === 'class' ? 'int32' : 'float32'),
    features: weights === undefined ? {} : { [WEIGHT]: tensorOf(weights) },
  };
}

/** The rows of a batch at some indices of the first dimension, in that order: a part of it, or all of it permuted. */
export function pickRows(batch: Batch, indices: readonly number[]): Batch {
  const pick = ({ shape: [rows = 0, ...rest], values }: Values): Values => {
    const size = values.length / rows;
    return { shape: [indices.length, ...rest], values: indices.flatMap((row) => values.slice(row * size, (row + 1) * size)) };
  };
  return mapBatch(batch, pick);
}

/** Each part of a batch changed in the same way. */
export function mapBatch({ logits, labels, weights }: Batch, map: (values: Values) => Values): Batch {
  return { logits: map(logits), labels: map(labels), ...(weights && { weights: map(weights) }) };
}

/** The same value at every place. */
export function filled(shape: readonly number[], value: number): Values {
  return { shape, values: Array.from({ length: sizeOf(shape) }, () => value) };
}

export function tensorOf({ values, shape }: Values, dtype: 'float32' | 'int32' = 'float32'): Tensor {
  return tensor([...values], [...shape], dtype);
}
