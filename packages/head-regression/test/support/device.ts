import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { exact, random, sizeOf } from '@tfjs-heads/reference';
import type { LabelKind } from './data.js';

/** A tensor that ops have just made on the device, and its values, read from a twin. */
export interface Made {
  readonly tensor: Tensor;
  readonly values: readonly number[];
}

/** Makes a tensor on the device. What a GPU keeps beyond the last element is then not zero. */
export async function made(make: () => Tensor): Promise<Made> {
  const twin = tf.tidy(make);
  const values = Array.from(await twin.data());
  twin.dispose();
  return { tensor: tf.tidy(make), values };
}

/** Ops that leave something in the padding: each takes 0 to another number. */
const ops: Readonly<Record<'logits' | 'weights' | LabelKind, (x: Tensor) => Tensor>> = {
  logits: (x) => tf.sub(1.5, tf.exp(x)),
  weights: (x) => tf.exp(x),
  real: (x) => tf.sub(tf.exp(x), 2),
  count: (x) => tf.exp(x),
  probability: (x) => tf.sigmoid(x),
};

/** Random numbers of a kind, made by an op on the device. */
export async function randomOnDevice(seed: number, shape: readonly number[], kind: keyof typeof ops): Promise<Made> {
  const next = random(seed);
  const start = Array.from({ length: sizeOf(shape) }, () => exact(next, -1, 1));
  return made(() => ops[kind](tf.tensor(start, [...shape])));
}
