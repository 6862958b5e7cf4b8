import * as tf from '@tensorflow/tfjs-core';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { expect } from './support/expect.js';

releaseTensors();

describe('line 14: labels that do not fit', () => {
  const shapes: readonly { logits: number[]; labels: number[]; dimension?: number; message: string[] }[] = [
    { logits: [4, 1], labels: [3, 1], message: ['labels shape must be [D0, D1, ... DN, 1]', '[4,1]', '[3,1]'] },
    { logits: [4, 1], labels: [3], message: ['labels shape must be [D0, D1, ... DN, 1]', '[4,1]', '[3]'] },
    { logits: [4, 1], labels: [1, 1], message: ['[4,1]', '[1,1]'] },
    { logits: [4, 1], labels: [4, 2], message: ['Mismatched label shape', 'Expected labels dimension=1', '[4,1]', '[4,2]'] },
    { logits: [4, 2], labels: [4], dimension: 2, message: ['Mismatched label shape', 'Expected labels dimension=2', '[4,2]', '[4]'] },
    { logits: [4, 2], labels: [4, 1], dimension: 2, message: ['Expected labels dimension=2', '[4,2]', '[4,1]'] },
    { logits: [2, 2], labels: [2], dimension: 2, message: ['Expected labels dimension=2', '[2,2]', '[2]'] },
    { logits: [4, 1], labels: [], message: ['labels must have rank at least 2', '[4,1]', '[]'] },
    { logits: [4, 3, 1], labels: [4], message: ['labels must have rank at least 2', '[4,3,1]', '[4]'] },
    { logits: [4, 3, 1], labels: [4, 1], message: ['labels shape must be', '[4,3,1]', '[4,1]'] },
    { logits: [4, 3, 1], labels: [12, 1], message: ['labels shape must be', '[4,3,1]', '[12,1]'] },
    { logits: [4, 3, 1], labels: [4, 3, 1, 1], message: ['labels shape must be', '[4,3,1]', '[4,3,1,1]'] },
    { logits: [4, 1], labels: [4, 1, 1], message: ['labels shape must be', '[4,1]', '[4,1,1]'] },
  ];

  it.each(shapes)('$labels for logits of $logits', ({ logits, labels, dimension = 1, message }) => {
    const head = new RegressionHead({ labelDimension: dimension });
    expect(() => head.loss(tf.zeros(labels), tf.zeros(logits))).toThrowCoded('LABELS_SHAPE', message);
    expect(() => head.updateMetrics(head.metrics(), {}, tf.zeros(logits), tf.zeros(labels))).toThrowCoded('LABELS_SHAPE', message);
  });
});

describe('line 15: logits', () => {
  const shapes = [
    { logits: [], dimension: 1, message: ['logits must have rank at least 2', '[]'] },
    { logits: [4], dimension: 1, message: ['logits must have rank at least 2', '[4]'] },
    { logits: [4, 2], dimension: 1, message: ['logits shape must be', '[D0, D1, ... DN, 1]', '[4,2]'] },
    { logits: [4, 1], dimension: 2, message: ['logits shape must be', '[D0, D1, ... DN, 2]', '[4,1]'] },
    { logits: [1, 4], dimension: 1, message: ['logits shape must be', '[1,4]'] },
    { logits: [0, 1], dimension: 1, message: ['logits', '[0,1]'] },
  ];

  it.each(shapes)('of shape $logits are refused for $dimension labels', ({ logits, dimension, message }) => {
    const head = new RegressionHead({ labelDimension: dimension });
    const labels = tf.zeros([4, dimension]);
    expect(() => head.loss(labels, tf.zeros(logits))).toThrowCoded('LOGITS_SHAPE', message);
    expect(() => head.predictions(tf.zeros(logits))).toThrowCoded('LOGITS_SHAPE', message);
    expect(() => head.updateMetrics(head.metrics(), {}, tf.zeros(logits), labels)).toThrowCoded('LOGITS_SHAPE', message);
    expect(() => head.createEstimatorSpec({ mode: 'infer', logits: tf.zeros(logits) })).toThrowCoded('LOGITS_SHAPE', message);
  });
});
