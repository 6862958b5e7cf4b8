import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { exact, random, type ReferenceBatch, type Scaled, sizeOf } from '@tfjs-heads/reference';

/** Which numbers the labels of a head are. */
export type LabelKind = 'real' | 'count' | 'probability';

/** How the weights of a batch are laid out; `none` means that there are none. */
export type WeightKind = 'none' | '[D0..DN]' | '[D0..DN,1]' | '[D0..DN,K]';

export interface Batch extends ReferenceBatch {
  /** Of the logits and of the labels. */
  readonly shape: readonly number[];
  readonly weightShape: readonly number[];
}

const draw: Readonly<Record<LabelKind, (next: () => number) => number>> = {
  real: (next) => exact(next, -4, 4),
  count: (next) => [0, 1, 2, 50][Math.floor(next() * 4)] ?? 0,
  // Hard labels and soft ones.
  probability: (next) => (next() < 0.5 ? Math.round(next()) : exact(next, 0, 1)),
};

/** A random batch. About one weight in eight is zero. */
export function randomBatch(seed: number, shape: readonly number[], labels: LabelKind, weights: WeightKind = 'none'): Batch {
  const next = random(seed);
  const fill = (count: number, make: () => number): number[] => Array.from({ length: count }, make);
  const rows = shape.slice(0, -1);
  const weightShape = { none: [], '[D0..DN]': rows, '[D0..DN,1]': [...rows, 1], '[D0..DN,K]': shape }[weights];
  return {
    shape,
    weightShape,
    logits: fill(sizeOf(shape), () => exact(next, -3, 3)),
    labels: fill(sizeOf(shape), () => draw[labels](next)),
    ...(weights !== 'none' && { weights: fill(sizeOf(weightShape), () => (next() < 0.125 ? 0 : exact(next, 0, 3))) }),
  };
}

/** The tensors of a batch; the weights are the feature `w`. */
export function tensorsOf(batch: Batch): { logits: Tensor; labels: Tensor; features: Record<string, Tensor> } {
  return {
    logits: tf.tensor([...batch.logits], [...batch.shape]),
    labels: tf.tensor([...batch.labels], [...batch.shape]),
    features: batch.weights ? { w: tf.tensor([...batch.weights], [...batch.weightShape]) } : {},
  };
}

/** The numbers by themselves, in the order of their keys. */
export function valuesIn(scaled: readonly Scaled[] | Readonly<Record<string, Scaled>>): number[] {
  return Object.values<Scaled>({ ...scaled }).map(({ value }) => value);
}

/** The rows from `start` to `end` of a batch of rank 2. */
export function rowsOf(batch: Batch, start: number, end: number): Batch {
  const [count = 0, ...rest] = batch.shape;
  const cut = (values: readonly number[]): number[] => values.slice((start * values.length) / count, (end * values.length) / count);
  return {
    ...batch,
    shape: [end - start, ...rest],
    weightShape: [end - start, ...batch.weightShape.slice(1)],
    logits: cut(batch.logits),
    labels: cut(batch.labels),
    ...(batch.weights && { weights: cut(batch.weights) }),
  };
}
