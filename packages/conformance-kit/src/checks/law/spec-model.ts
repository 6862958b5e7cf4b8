import { customGrad, matMul, tidy, variable, type Tensor, type Tensor2D, type Variable } from '@tensorflow/tfjs-core';
import type { Head, Logits } from '@tfjs-heads/head-api';
import { drawValues, filled } from '@tfjs-heads/reference';
import { asLogits, stepsOf, tensorOf, tensorsOf, widthOf, type Batch, type BatchTensors } from '../../batch.js';
import type { HeadOptions, NamedSubject } from '../../subject.js';
import { batchFor, headOf } from './claims.js';

/** A head on a network of one kernel, and a batch for it. */
export interface Model {
  readonly head: Head;
  readonly batch: Batch;
  readonly tensors: BatchTensors;
  readonly kernel: Variable;
  readonly logits: (kernel?: Tensor) => Logits;
}

export function modelFor(subject: NamedSubject, options: HeadOptions = {}): Model {
  const head = headOf(subject, options);
  const batch = batchFor(subject, head, 5);
  const tensors = tensorsOf(batch);
  const small = (seed: number, of: readonly number[]): Tensor =>
    tensorOf({ shape: of, values: drawValues(seed, of, 'real').map((value) => value / 4) });
  const kernel = tidy(() => variable(small(8, [3, widthOf(batch)])));
  const run = product(small(7, [stepsOf(batch), 3]));
  return { head, batch, tensors, kernel, logits: (given = kernel) => asLogits(run(given), batch.logits) };
}

/** A network of one kernel, `[3, width]` of 0.5, whose outputs are in the shapes of the logits of a batch. */
export function networkFor(batch: Batch): { readonly kernel: Variable; readonly logits: () => Logits } {
  const kernel = tidy(() => variable(tensorOf(filled([3, widthOf(batch)], 0.5))));
  const run = product(tensorOf(filled([stepsOf(batch), 3], 0.25)));
  return { kernel, logits: () => asLogits(run(kernel), batch.logits) };
}

/** `x` times a kernel, with its gradient at hand: tfjs has those of its own only where they have been registered. */
export function product(x: Tensor): (kernel: Tensor) => Tensor {
  return customGrad((kernel) => ({
    value: matMul(x as Tensor2D, kernel as Tensor2D),
    gradFunc: (dy: Tensor) => matMul(x as Tensor2D, dy as Tensor2D, true),
  })) as (kernel: Tensor) => Tensor;
}
