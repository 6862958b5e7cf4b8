import { add, exp, round, sigmoid, sub, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { mapped, tensorOf, tensorsOf, WEIGHT, type Batch, type BatchTensors } from '../../batch.js';
import type { LabelKind, Values } from '@tfjs-heads/reference';
import type { NamedSubject } from '../../subject.js';
import { labelsOf } from './claims.js';
import { valuesOf } from '../outcome.js';

/** A tensor that an op has made on the device, and its values, read from a twin: the read one may have become a host's. */
export interface Made {
  readonly tensor: Tensor;
  readonly values: Values;
}

export async function made(values: Values, op: (x: Tensor) => Tensor): Promise<Made> {
  const make = (): Tensor => tidy(() => op(tensorOf(values)));
  return { tensor: make(), values: { shape: values.shape, values: await valuesOf(make()) } };
}

/** How each part is made on the device, by ops that take 0 to something else: they leave it in the padding of a texture. */
const ops: Readonly<Record<'logits' | 'weights' | Exclude<LabelKind, 'class'>, (x: Tensor) => Tensor>> = {
  logits: (x) => sub(1.5, exp(x)),
  weights: (x) => exp(x),
  real: (x) => sub(exp(x), 2),
  positive: (x) => exp(x),
  count: (x) => round(exp(x)),
  probability: (x) => sigmoid(x),
  binary: (x) => round(sigmoid(x)),
};

/** A batch as ops on the device make it from the numbers of another one, and its numbers. */
export async function madeOnDevice(subject: NamedSubject, from: Batch): Promise<{ tensors: BatchTensors; batch: Batch }> {
  const kind = labelsOf(subject);
  const logits = await made(small(from.logits), ops.logits);
  const uploaded = { tensor: tensorsOf(subject, from).labels, values: from.labels };
  const labels = kind === 'class' ? uploaded : await made(small(from.labels), ops[kind]);
  const weights = from.weights && (await made(small(from.weights), ops.weights));
  return {
    tensors: {
      logits: logits.tensor,
      labels: labels.tensor,
      features: { ...(weights && { [WEIGHT]: weights.tensor }), ...mapped(from.features ?? {}, throughOps) },
    },
    batch: { ...from, logits: logits.values, labels: labels.values, ...(weights && { weights: weights.values }) },
  };
}

/** The same values to the bit, since those drawn are multiples of 1/1024, as an op makes them. */
function throughOps(values: Values): Tensor {
  return tidy(() => sub(add(tensorOf(values), tensorOf({ shape: [], values: [1], dtype: values.dtype ?? 'float32' })), 1));
}

/** So that exp stays small. */
function small({ shape, values }: Values): Values {
  return { shape, values: values.map((value) => value / (1 + Math.abs(value))) };
}
