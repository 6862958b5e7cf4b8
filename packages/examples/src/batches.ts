import { dispose, tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';

/** One row as numbers. */
export interface Sample {
  readonly inputs: readonly number[];
  readonly label: number;
  /** How much the row counts, where rows count differently. */
  readonly weight?: number;
}

/** The tensors of a few samples, alive until the next batch is asked for. */
export type Batch = {
  readonly inputs: Tensor2D;
  readonly labels: Tensor2D;
  /** What the head gets to see of the features: `weight`, where the samples have one. */
  readonly features: Readonly<Record<string, Tensor2D>>;
};

/** The samples in their order, `size` at a time. The last batch is smaller when they do not come out even. */
export function* batches(samples: readonly Sample[], size: number): Generator<Batch> {
  for (let start = 0; start < samples.length; start += size) {
    const batch = toBatch(samples.slice(start, start + size));
    try {
      yield batch;
    } finally {
      dispose(batch);
    }
  }
}

function toBatch(samples: readonly Sample[]): Batch {
  const weights = samples.flatMap((sample) => sample.weight ?? []);
  return {
    inputs: tensor2d(samples.map((sample) => [...sample.inputs])),
    labels: column(samples.map((sample) => sample.label)),
    features: weights.length > 0 ? { weight: column(weights) } : {},
  };
}

function column(values: readonly number[]): Tensor2D {
  return tensor2d([...values], [values.length, 1]);
}
