import { dispose, tensor, variable } from '@tensorflow/tfjs-core';
import { exact, random, usedTolerance } from '@tfjs-heads/reference';
import { expect } from 'vitest';
import type { BaseOptimizer } from '../src/index.js';

/** Numbers that are exact in float32, seeded. */
export function draw(seed: number, size: number, largest = 1): number[] {
  const next = random(seed);
  return Array.from({ length: size }, () => exact(next, -largest, largest));
}

/** Where a walk starts, and the gradient of each of its steps. */
export interface Course {
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

/** Gradients of several magnitudes, so that an epsilon in the wrong place shows. */
export function drawCourse(steps: number, size: number): Course {
  const gradients = Array.from({ length: steps }, (_, step) => draw(step + 1, size).map((g, i) => g * 10 ** -(i % 4)));
  return { start: draw(1000, size), gradients: gradients.map((g) => g.map(Math.fround)) };
}

/** What an optimizer makes of a variable, and what it remembers of it then. */
export async function follow(
  optimizer: BaseOptimizer,
  { start, gradients }: Course,
): Promise<{ variable: Float32Array; state: Record<string, Float32Array> }> {
  const x = variable(tensor(start as number[]));
  for (const values of gradients) {
    const gradient = tensor(values as number[]);
    optimizer.applyGradients([{ name: x.name, tensor: gradient }]);
    gradient.dispose();
  }
  const values = (await x.data()) as Float32Array;
  const state: Record<string, Float32Array> = {};
  for (const { name, tensor: slot } of await optimizer.getWeights()) {
    if (name !== 'iter') state[name.slice(x.name.length + 1)] = (await slot.data()) as Float32Array;
    slot.dispose();
  }
  dispose(x);
  optimizer.dispose();
  return { variable: values, state };
}

/** Expects each of many numbers to be within `k` roundings of the larger of the number and the scale. */
export function expectAllWithin(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  k: number,
  scale: number,
  what = 'the number',
): void {
  expect(actual).toHaveLength(expected.length);
  const used = Array.from(expected, (value, i) =>
    usedTolerance(actual[i] as number, value, { k, unit: 2 ** -24, scale }),
  );
  const worst = used.indexOf(Math.max(...used));
  expect(used[worst], `${what} at ${worst}: ${actual[worst]} against ${expected[worst]}`).toBeLessThanOrEqual(1);
}
