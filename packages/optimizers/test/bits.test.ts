import { engine, getBackend, tensor, variable } from '@tensorflow/tfjs-core';
import { ULPS } from '@tfjs-heads/reference';
import { describe, expect, it } from 'vitest';
import { Adam, type Arithmetic, type BaseOptimizer, SGD } from '../src/index.js';
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
  clip: (a, limit) => (a > limit ? limit : a < -limit ? -limit : a),
};

const optimizers: Readonly<Record<string, () => BaseOptimizer>> = {
  SGD: () => new SGD(),
  'SGD, momentum': () => new SGD({ momentum: 0.9 }),
  'SGD, nesterov': () => new SGD({ momentum: 0.9, nesterov: true }),
  Adam: () => new Adam(),
};

/** From 4,096 elements on native TensorFlow computes with its own kernels. */
const sizes = { 'a small variable': 37, 'a large one': 4099 };
const STEPS = 5;

// A GPU may contract a product and a sum to one operation, and rounds quotients and roots less well.
const isOnGpu = ['webgl', 'webgpu'].includes(getBackend());

describe.each(Object.entries(sizes))(
  'float32 arithmetic in the order of the rule, to the bit in memory, %s',
  (_size, size) => {
    it.each(Object.entries(optimizers))('%s', async (_name, make) => {
      const optimizer = make();
      const { rule } = optimizer;
      let expected = draw(1, size).map((value): Record<string, number> => ({ variable: value }));
      for (const slot of rule.slots) expected.forEach((one) => (one[slot] = 0));
      engine().startScope();
      const x = variable(tensor(expected.map((one) => one['variable'] as number)));
      for (let step = 0; step < STEPS; step++) {
        const gradient = draw(2 + step, size, 2 ** -step);
        const numbers = Object.entries(optimizer.scalarsFor(x.name)).map(([name, n]) => [name, fround(n)]);
        expected = expected.map((from, i) =>
          rule.compose(inFloat32, { ...from, gradient: gradient[i] as number } as never, Object.fromEntries(numbers)),
        );
        optimizer.applyGradients({ [x.name]: tensor(gradient) });
      }
      const slots = (await optimizer.getWeights()).slice(1);
      expect(slots).toHaveLength(rule.slots.length);
      for (const { name, tensor: actual } of [{ name: 'variable', tensor: x }, ...slots]) {
        const bits = Float32Array.from(expected, (one) => one[name.split('/').at(-1) as string] as number);
        if (isOnGpu) expectAllWithin(await actual.data(), bits, ULPS.ELEMENT, 1);
        else expect(await actual.data(), name).toEqual(bits);
      }
      optimizer.dispose();
      x.dispose();
      engine().endScope();
    });
  },
);
