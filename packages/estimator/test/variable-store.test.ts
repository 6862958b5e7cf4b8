import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { VariableStore } from '../src/index.js';

it('keeps what is made once from the scopes around', async () => {
  const store = new VariableStore(0);
  const make = () => {
    const inner = tf.tidy(() => tf.scalar(1));
    const later = tf.add(inner, 1);
    return { inner, later, dispose: () => tf.dispose([inner, later]) };
  };
  tf.tidy(() => void store.once('made', make));
  const made = store.once('made', make);
  expect(await made.later.array()).toBe(2);
  const outside = tf.tidy(() => tf.scalar(1));
  expect(outside.isDisposed).toBe(false);
  outside.dispose();
  store.dispose();
  expect(made.later.isDisposed).toBe(true);
});

it('is disposed of with a layer that was never used', () => {
  const store = new VariableStore(0);
  const before = tf.memory().numTensors;
  store.once('layer', () => {
    const layer = layers.dense({ units: 2 });
    layer.build([null, 3]);
    return layer;
  });
  expect(tf.memory().numTensors).toBe(before + 2);
  store.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it('makes a variable once, the same numbers for a seed and a name', async () => {
  const [a, b] = [new VariableStore(7), new VariableStore(7)];
  const first = a.variable('kernel', { shape: [3, 2] });
  expect(a.variable('kernel', { shape: [3, 2] })).toBe(first);
  b.variable('another', { shape: [1] });
  expect(await b.variable('kernel', { shape: [3, 2] }).data()).toEqual(await first.data());
  expect(await a.variable('other', { shape: [3, 2] }).data()).not.toEqual(await first.data());
  expect(() => a.variable('kernel', { shape: [2, 3] })).toThrowCoded('INVALID_ARGUMENT', ['[3,2]', '[2,3]']);
  expect(a.trainableVariables()).toHaveLength(2);
  a.variable('still', { shape: [], trainable: false, initializer: () => tf.scalar(1) });
  expect(a.trainableVariables()).toHaveLength(2);
  expect(a.all().map(({ name }) => name)).toEqual(['kernel', 'other', 'still']);
  for (const store of [a, b]) store.dispose();
});

it.each([
  ['', { shape: [1] }],
  ['a', { shape: [-1] }],
  ['a', { shape: [1.5] }],
  ['a', {}],
  ['a', { shape: [1], colour: 'red' }],
  ['a', { shape: [1], initializer: () => tf.scalar(1) }],
])('refuses %j %j, and makes nothing', (name, options) => {
  const store = new VariableStore(0);
  const before = tf.memory().numTensors;
  expect(() => tf.tidy(() => store.variable(name, options as never))).toThrowCoded('INVALID_ARGUMENT');
  expect(tf.memory().numTensors).toBe(before);
  expect(store.all()).toEqual([]);
});
