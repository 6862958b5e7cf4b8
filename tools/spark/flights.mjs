// Says whether a flight is late, by its distance: what `npm run spark` evaluates.
import '@tensorflow/tfjs-backend-cpu';
import { cast, greater, matMul, reshape, sub, tensor2d } from '@tensorflow/tfjs-core';
import { BinaryClassHead } from '@tfjs-heads/head-classification';

export const head = new BinaryClassHead();
export const columns = { distance: 'float32' };
export const labelColumns = { delay: 'float32' };

const kernel = tensor2d([[1 / 2048]]);

/** @param {Record<'distance', import('@tensorflow/tfjs-core').Tensor>} columns */
export const logits = ({ distance }) => sub(matMul(reshape(distance, [-1, 1]), kernel), 1.5);

/**
 * More than a quarter of an hour is late.
 *
 * @param {Record<'delay', import('@tensorflow/tfjs-core').Tensor>} columns
 */
export const labels = ({ delay }) => cast(greater(delay, 15), 'float32');
