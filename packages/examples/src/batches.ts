import { dispose, tensor2d, type Tensor2D, type TensorContainer } from '@tensorflow/tfjs-core';
import type { Labels } from '@tfjs-heads/head-api';

/** One row as numbers, with what the head is to learn of it. */
export interface Sample<Label = number> {
  readonly inputs: readonly number[];
  readonly label: Label;
  /** How much the row counts, where rows count differently. */
  readonly weight?: number;
}

/** Makes the labels of a batch, as its head takes them. */
export type LabelsOf<Label> = (labels: readonly Label[]) => Labels;

/** Samples, and how their labels are given to a head. */
export interface Part<Label> {
  readonly samples: readonly Sample<Label>[];
  readonly labelsOf: LabelsOf<Label>;
}

/** The tensors of a few samples, alive until the next batch is asked for. */
export type Batch = {
  readonly inputs: Tensor2D;
  readonly labels: Labels;
  /** What the head gets to see of the features: `weight`, where the samples have one. */
  readonly features: Readonly<Record<string, Tensor2D>>;
};

/** The samples in their order, `size` at a time. The last batch is smaller when they do not come out even. */
export function* batches<Label>({ samples, labelsOf }: Part<Label>, size: number): Generator<Batch> {
  for (let start = 0; start < samples.length; start += size) {
    const batch = toBatch(samples.slice(start, start + size), labelsOf);
    try {
      yield batch;
    } finally {
      dispose(batch as TensorContainer);
    }
  }
}

function toBatch<Label>(samples: readonly Sample<Label>[], labelsOf: LabelsOf<Label>): Batch {
  const weights = samples.flatMap((sample) => sample.weight ?? []);
  return {
    inputs: tensor2d(samples.map((sample) => [...sample.inputs])),
    labels: labelsOf(samples.map((sample) => sample.label)),
    features: weights.length > 0 ? { weight: column(weights) } : {},
  };
}

/** Numbers or names, one a row: `[rows, 1]`, float32 or string. */
export function column(values: readonly (number | string)[]): Tensor2D {
  return tensor2d([...values] as number[] | string[], [values.length, 1]);
}
