import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import type { Parameters } from './case.js';
import { drawValues, type Values } from '@tfjs-heads/reference';
import type { Subject } from './subject.js';

/** The feature that holds the weights, wherever the suite gives some. */
export const WEIGHT = 'weight';

/** A batch as numbers, so that a check can cut, permute or change it before it makes tensors. */
export interface Batch {
  readonly logits: Values;
  readonly labels: Values;
  readonly weights?: Values;
  /** Other features by name, row by row. */
  readonly features?: Readonly<Record<string, Values>>;
}

/** The tensors of a batch. */
export interface BatchTensors {
  readonly logits: Tensor;
  readonly labels: Tensor;
  /** The weights as {@link WEIGHT}, if there are any, and the other features. */
  readonly features: Record<string, Tensor>;
}

/** How a batch is to be drawn. */
export interface BatchSize {
  readonly seed: number;
  /** The dimensions before the last one: `[33]`, `[2, 3, 5]`. */
  readonly rows: readonly number[];
  /** One weight for each row, or for each logit too. Default: none. */
  readonly weights?: 'rows' | 'logits';
}

/** Draws logits, labels of the kind that the subject claims, the features that it claims, and weights. */
export function drawBatch(subject: Subject, { logitsDimension }: Head, { seed, rows, weights }: BatchSize): Batch {
  const kind = subject.labels ?? 'real';
  const draw = (offset: number, shape: readonly number[], drawn: 'logits' | 'weights' | typeof kind): Values => ({
    shape,
    values: drawValues(seed * 3 + offset, shape, drawn, subject.classes ?? logitsDimension),
  });
  const labelDimension = subject.labelDimension ?? (kind === 'class' ? 1 : logitsDimension);
  return {
    logits: draw(0, [...rows, logitsDimension], 'logits'),
    labels: draw(1, [...rows, labelDimension], kind),
    ...(weights && { weights: draw(2, weights === 'rows' ? rows : [...rows, logitsDimension], 'weights') }),
    ...(subject.features && { features: drawFeatures(subject.features, rows, seed) }),
  };
}

function drawFeatures(
  features: NonNullable<Subject['features']>,
  rows: readonly number[],
  seed: number,
): Record<string, Values> {
  const drawn = Object.entries(features).map(
    ([name, { kind, lastDimension = 1, classes = 2 }], i): [string, Values] => {
      const shape = [...rows, lastDimension];
      const values = drawValues(1009 * seed + i, shape, kind, classes);
      return [name, { shape, values, dtype: kind === 'class' ? 'int32' : 'float32' }];
    },
  );
  return Object.fromEntries(drawn);
}

/**
 * The tensors of a batch; labels of the kind `class` are int32.
 *
 * @param make Makes a tensor of values. Default: uploads them.
 */
export function tensorsOf(subject: Subject, batch: Batch, make: typeof tensorOf = tensorOf): BatchTensors {
  const { logits, labels, weights, features = {} } = batch;
  return {
    logits: make(logits),
    labels: make(labels, labels.dtype ?? (subject.labels === 'class' ? 'int32' : 'float32')),
    features: { ...(weights && { [WEIGHT]: make(weights) }), ...mapped(features, (feature) => make(feature)) },
  };
}

/** The same of each, under the same name. */
export function mapped<T, U>(named: Readonly<Record<string, T>>, map: (one: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(named).map(([name, one]) => [name, map(one)]));
}

/** The dimensions before the last one as they stand in a query: `5`, `2x3`. */
export function rowsOf(rows: Parameters[string]): number[] {
  return String(rows).split('x').map(Number);
}

/** The rows of a batch at some indices of the first dimension, in that order: a part of it, or all of it permuted. */
export function pickRows({ logits, labels, weights, features }: Batch, indices: readonly number[]): Batch {
  const pick = ({ shape: [rows = 0, ...rest], values, ...others }: Values): Values => {
    const size = values.length / rows;
    return {
      ...others,
      shape: [indices.length, ...rest],
      values: indices.flatMap((row) => values.slice(row * size, (row + 1) * size)),
    };
  };
  return {
    logits: pick(logits),
    labels: pick(labels),
    ...(weights && { weights: pick(weights) }),
    ...(features && { features: mapped(features, pick) }),
  };
}

/** The values, uploaded. */
export function tensorOf(
  { values, shape, dtype: own = 'float32' }: Values,
  dtype: 'float32' | 'int32' | 'bool' = own,
): Tensor {
  return tensor([...values], [...shape], dtype);
}
