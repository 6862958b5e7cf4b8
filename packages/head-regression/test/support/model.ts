import * as tf from '@tensorflow/tfjs-core';
import type { Values } from '@tfjs-heads/reference';
import type { Problem } from './problem.js';

/** A problem as tensors, with the network that is to learn it. */
export interface Model {
  readonly labels: tf.Tensor;
  /** The weights are the feature `w`. */
  readonly features: { readonly w: tf.Tensor };
  readonly variables: tf.Variable[];
  /** Runs the network. */
  readonly logits: () => tf.Tensor;
  dispose(): void;
}

export function modelOf({ size: { rows, inputs, outputs }, ...problem }: Problem): Model {
  const variable = ({ values, shape }: Values): tf.Variable => tf.tidy(() => tf.variable(tf.tensor([...values], [...shape])));
  const [kernel, bias, lastKernel, lastBias] = problem.parameters;
  const [w1, b1, w2, b2] = [variable(kernel), variable(bias), variable(lastKernel), variable(lastBias)];
  const variables = [w1, b1, w2, b2];
  const x = tf.tensor2d([...problem.x], [rows, inputs]);
  const labels = tf.tensor2d([...problem.labels], [rows, outputs]);
  const features = { w: tf.tensor2d([...problem.weights], [rows, 1]) };
  return {
    labels,
    features,
    variables,
    logits: () => tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(x, w1), b1)), w2), b2),
    dispose: () => tf.dispose([x, labels, features.w, ...variables]),
  };
}
