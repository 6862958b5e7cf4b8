// A batch of sequences of which only a device knows which steps are real, and how many. To wait for their number would be a
// blocking read, so all steps stay rows of the batch: those that are not real count as nothing in the loss, by weights that are
// made on the device, and are left out of the metrics when these have been read.
import { any, cast, div, reshape, sum } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { type Features, type Head, type Labels, type Logits, Reduction } from '@tfjs-heads/head-api';
import {
  checkTensor,
  deviceCheck,
  type HostTensors,
  type ReadBefore,
  reduceLoss,
  rejectReads,
} from '@tfjs-heads/head-kit';
import { isReal, notAtHand, noStep, type Steps } from './steps.js';

/** A row for each step of a batch. */
export interface FlatBatch {
  readonly labels: Labels;
  readonly logits: Logits;
  readonly features: Features;
}

/** The loss of each row, which every head of head-kit gives and the contract does not ask for. */
interface HeadWithRowLosses extends Head {
  rowLosses(labels: Labels, logits: Logits, options: { readonly features: Features }): Tensor;
}

/** @throws SEQUENCE_MASK_INVALID for a head that does not give the loss of each row */
export function checkRowLosses(head: Head, key: string): HeadWithRowLosses {
  if (typeof (head as Partial<HeadWithRowLosses>).rowLosses === 'function') return head as HeadWithRowLosses;
  throw notAtHand(key, 'the static head has no rowLosses');
}

/**
 * The loss over the real steps of a batch, without its regularization. Differentiable once.
 *
 * @returns A scalar that rejects reading where no step is real.
 * @throws SEQUENCE_MASK_INVALID, and what the head throws
 */
export function lossOnDevice(head: Head, { labels, logits, features }: FlatBatch, steps: Steps, key: string): Scalar {
  const rowLosses: unknown = checkRowLosses(head, key).rowLosses(labels, logits, { features });
  const ofRows = checkTensor('what rowLosses() returns', rowLosses, 'a tensor', 'STATIC_HEAD_INVALID');
  const real = cast(reshape(isReal(steps), [-1]), 'float32');
  // The mean of the losses of the rows is the loss: of a sum, each is as many times its share as there are rows.
  const weights = head.lossReduction === Reduction.SUM ? div(real, steps.mask.size) : div(real, sum(real));
  const loss = reduceLoss(ofRows, weights, Reduction.SUM);
  const error = (): ReturnType<typeof noStep> => noStep(key, 'none, as only the device knows');
  return rejectReads(loss, [deviceCheck({ valid: any(isReal(steps)), error })]);
}

/** Leaves the rows of steps that are not real out of what metrics count, when all of it has been read. */
export function realRows({ mask }: Steps, key: string): ReadBefore {
  return {
    tensors: { mask },
    change(batch, read) {
      const { values } = read['mask'] as HostTensors[string];
      const rows = Array.from(values).flatMap((value, row) => (value === 0 ? [] : [row]));
      if (rows.length === 0) throw noStep(key, 'none');
      return Object.fromEntries(
        Object.entries(batch).map(([name, { values: all, shape }]) => {
          if (shape[0] !== values.length) return [name, { values: all, shape }]; // no quantity of rows
          const size = all.length / values.length;
          const kept = rows.flatMap((row) => Array.from({ length: size }, (_, i) => all[row * size + i] as number));
          return [name, { values: kept, shape: [rows.length, ...shape.slice(1)] }];
        }),
      );
    },
  };
}
