// Fused multiply-adds in compiled steps: what asks for them, and what is done where there are none.
import { setFlagsFromString } from 'node:v8';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { SGD } from '@tfjs-heads/optimizers';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Trace, traceStep } from '../src/index.js';
import { accelerate } from '../src/layers.js';
import { draw, variable } from './support.js';

// Later versions of Node have it without.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
await tf.setBackend('cpu');

const [FUSED, NOT_FUSED] = [
  /run as one function of WebAssembly with fused/,
  /without fused multiply-adds \(the engine/,
];

/** What the instruction gives an engine's `f`, and what that means. */
it.each<[string, (() => number) | undefined, boolean]>([
  ['has no such instruction', undefined, false],
  ['rounds twice', () => 0, false],
  ['adds what others multiply', () => (1 + 2 ** -12) * (1 - (1 + 2 ** -11)), false],
  ['fuses', () => 2 ** -24, true],
])('looks at what an engine makes of it that %s', async (_, f, expected) => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', {
    Module: function Module() {
      if (f === undefined) throw new WebAssembly.CompileError('invalid simd opcode');
    },
    Instance: class {
      readonly exports = { f };
    },
    CompileError: WebAssembly.CompileError,
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const { hasFusedMultiplyAdd } = await import('../src/compiled/fused.js');
  expect(hasFusedMultiplyAdd()).toBe(expected);
  expect(hasFusedMultiplyAdd()).toBe(expected);
});

/** A dense layer that learns, and the losses and weights of 20 steps. */
async function trained(options: object): Promise<{ text: string; numbers: Float32Array[] }> {
  const [x, weights, bias] = [tf.keep(draw([37, 13], 1)), variable([13, 5], 2), variable([5], 3)];
  const optimizer = new SGD({ learningRate: 0.1 });
  const step = traceStep(
    () =>
      optimizer.minimize(() => tf.mean(tf.square(tf.add(tf.matMul(x, weights), bias))) as tf.Scalar, true, [
        weights,
        bias,
      ]) as tf.Scalar,
    { variables: [weights, bias], ...options },
  ) as Trace<() => tf.Scalar>;
  await step.rehearse();
  const losses: number[] = [];
  for (let count = 0; count < 20; count++) losses.push(tf.tidy(() => step().dataSync()[0] as number));
  const numbers = [Float32Array.from(losses), weights.dataSync().slice(), bias.dataSync().slice()] as Float32Array[];
  const text = String(step);
  step.dispose();
  optimizer.dispose();
  tf.dispose([x, weights, bias]);
  return { text, numbers };
}

it('fuses only where that is asked for, by any number of threads to the same bits', async () => {
  const plain = await trained({});
  const fused = await trained({ relaxedSimd: true });
  const byTwo = await trained({ relaxedSimd: true, threads: 2 });
  expect(plain.text).not.toMatch(/fused/);
  expect(fused.text).toMatch(FUSED);
  expect(byTwo.numbers).toEqual(fused.numbers);
  expect(fused.numbers).not.toEqual(plain.numbers);
  for (const [index, numbers] of fused.numbers.entries())
    for (const [at, value] of numbers.entries())
      expect(Math.abs(value - (plain.numbers[index]?.[at] as number))).toBeLessThan(1e-6);
});

it('computes as before, and says so, where an engine has none', async () => {
  const plain = await trained({});
  const { Module } = WebAssembly;
  vi.spyOn(WebAssembly, 'Module').mockImplementation(function (source: BufferSource) {
    const bytes = new Uint8Array(source as ArrayBuffer);
    if (bytes.some((byte, at) => byte === 0xfd && bytes[at + 1] === 0x85 && bytes[at + 2] === 0x02))
      throw new WebAssembly.CompileError('invalid simd opcode');
    return new Module(source);
  } as never);
  onTestFinished(() => void vi.restoreAllMocks());
  vi.resetModules();
  const { traceStep: fresh } = await import('../src/index.js');
  const step = fresh(() => tf.matMul(x, x), { variables: [], relaxedSimd: true });
  const x = tf.keep(draw([9, 9], 1)) as tf.Tensor2D;
  await step.rehearse();
  step().dispose();
  expect(String(step)).toMatch(NOT_FUSED);
  step.dispose();
  x.dispose();
  expect(plain.text).not.toMatch(/fused/);
});

it('trains an accelerated model', async () => {
  const model = sequential({ layers: [layers.dense({ units: 4, inputShape: [6] }), layers.dense({ units: 2 })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const acceleration = accelerate(model, { relaxedSimd: true });
  const [x, y] = [draw([16, 6], 1), draw([16, 2], 2)];
  await model.fit(x, y, { epochs: 20, verbose: 0 });
  expect(String(acceleration)).toMatch(FUSED);
  model.dispose();
  tf.dispose([x, y]);
});
