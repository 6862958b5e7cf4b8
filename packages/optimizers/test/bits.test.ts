import { engine, getBackend, tensor, variable } from '@tensorflow/tfjs-core';
import { ULPS } from '@tfjs-heads/reference';
import { describe, expect, it } from 'vitest';
import { compose } from '../src/composed-update.js';
import type { Arithmetic } from '../src/index.js';
import { optimizerCases } from '../src/conformance-cases.js';
import { draw, expectAllWithin } from './run.js';

const { fround } = Math;

/** One number at a time, each operation rounded to float32. */
const inFloat32: Arithmetic<number> = {
  add: (a, b) => fround(a + b),
  sub: (a, b) => fround(a - b),
  mul: (a, b) => fround(a * b),
  div: (a, b) => fround(a / b),
  sqrt: (a) => fround(Math.sqrt(a)),
  abs: Math.abs,
  max: Math.max,
  relu: (a) => Math.max(a, 0),
  sign: Math.sign,
  pow: (base, exponent) => fround(base ** exponent),
  clip: (a, limit) => (a > limit ? limit : a < -limit ? -limit : a),
};

/** No two make the same of a power. */
const { 'Ftrl, another power': _, ...optimizers } = optimizerCases;

/** How many numbers are different, and how often they stand in the variable. */
const SIZE = 37;
/** From 4,096 elements on native TensorFlow computes with its own kernels. */
const times = getBackend() === 'tensorflow' ? [1, 111] : [1];
const STEPS = 3;

// A GPU may contract a product and a sum to one operation, and rounds quotients and roots less well.
const isOnGpu = ['webgl', 'webgpu'].includes(getBackend());

describe.each(times)('float32 arithmetic in the order of the rule, to the bit in memory, %i times', (repeats) => {
  const repeated = (values: readonly number[]): number[] => Array.from({ length: repeats }, () => values).flat();

  it.each(Object.entries(optimizers))('%s', async (_name, { make, settings }) => {
    const optimizer = make();
    const { rule } = optimizer;
    const startOf = (slot: string): number =>
      slot === 'accumulator' ? Number(settings['initialAccumulatorValue']) : 0;
    const starts = Object.fromEntries(rule.slots.map((slot) => [slot, fround(startOf(slot))]));
    let expected = draw(1, SIZE).map((value) => ({ variable: value, ...starts }) as Record<string, number>);
    engine().startScope();
    const x = variable(tensor(repeated(expected.map((one) => one['variable'] as number))));
    for (let step = 0; step < STEPS; step++) {
      const gradient = draw(2 + step, SIZE, 2 ** -step);
      const scalars = optimizer.scalarsFor(x.name);
      expected = expected.map((from, i) => {
        const inputs = { ...from, gradient: gradient[i] as number } as { variable: number; gradient: number };
        const made = compose(inFloat32, inputs, { rule, scalars }, (name) => fround(scalars[name] as number));
        return Object.fromEntries(['variable', ...rule.slots].map((name, j) => [name, made[j] as number]));
      });
      optimizer.applyGradients({ [x.name]: tensor(repeated(gradient)) });
    }
    const slots = (await optimizer.getWeights()).slice(1);
    expect(slots).toHaveLength(rule.slots.length);
    for (const { name, tensor: actual } of [{ name: 'variable', tensor: x }, ...slots]) {
      const bits = repeated(expected.map((one) => one[name.split('/').at(-1) as string] as number));
      if (isOnGpu) expectAllWithin(await actual.data(), bits, ULPS.ELEMENT, 1, name);
      else expect(await actual.data(), name).toEqual(Float32Array.from(bits));
    }
    optimizer.dispose();
    x.dispose();
    engine().endScope();
  });
});
