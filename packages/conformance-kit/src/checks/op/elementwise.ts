import {
  exp,
  expm1,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  prelu,
  round,
  sigmoid,
  softmax,
  softplus,
  sqrt,
  tanh,
  tensor1d,
  tensor2d,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { drawn, magnitudes, mapValues, sigmoidOf, softmaxOf, spread, ULPS } from '@tfjs-heads/reference';
import { tensorOf } from '../../batch.js';
import type { Check } from '../check.js';
import { gives, opTable, type OpCase } from './table.js';

type Scale = (x: number, y: number) => number;

/** The value alone: the error is relative, however small the value is. */
const relative: Scale = () => 0;
const unitScale: Scale = () => 1;
/** e to the x: an argument that is rounded is off by x units, and so is the power, relatively. */
const power: Scale = (x, y) => y * Math.max(1, Math.abs(x));

/** Inputs are made when the case runs: every process that lists cases imports this. */
function element(op: (x: Tensor) => Tensor, f: (x: number) => number, inputs: () => number[], scale: Scale): OpCase {
  return gives(() => op(tensor1d(inputs())), () => {
    const values = inputs().map(f);
    return { values, k: ULPS.ELEMENT, scale: inputs().map((x, i) => scale(x, values[i] as number)) };
  });
}

const softplusOf = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const bothSigns = (values: readonly number[]): number[] => values.flatMap((x) => [x, -x]);
const far = (): number[] => [-10_000, -1000, -200, 200, 1000, 10_000];

export const elementwise: Check = opTable('A function of each element has the value that doubles give.', {
  exp: element(exp, Math.exp, () => spread(-10, 10), power),
  'exp-far': element(exp, Math.exp, () => spread(-87, 88), power),
  log: element(log, Math.log, () => magnitudes(1e-6, 1e6), unitScale),
  log1p: element(log1p, Math.log1p, () => spread(-0.75, 4), unitScale),
  // wasm, webgl and webgpu compute log(1 + x): 0 below 6e-8, and half the digits at 1e-3.
  'log1p-of-small': element(log1p, Math.log1p, () => bothSigns(magnitudes(1e-8, 1e-3)), relative),
  expm1: element(expm1, Math.expm1, () => spread(-3, 3), (x, y) => Math.max(1, Math.abs(y), Math.exp(x) * Math.abs(x))),
  // webgl and webgpu compute exp(x) - 1.
  'expm1-of-small': element(expm1, Math.expm1, () => bothSigns(magnitudes(1e-8, 1e-3)), relative),
  sigmoid: element(sigmoid, sigmoidOf, () => spread(-20, 20), power),
  'sigmoid-far': element(sigmoid, sigmoidOf, far, unitScale),
  tanh: element(tanh, Math.tanh, () => spread(-5, 5), unitScale),
  // webgl and webgpu subtract a power that is nearly 1 from 1.
  'tanh-of-small': element(tanh, Math.tanh, () => bothSigns(magnitudes(1e-6, 1e-3)), relative),
  'tanh-far': element(tanh, Math.tanh, far, unitScale),
  softplus: element(softplus, softplusOf, () => spread(-30, 30), unitScale),
  // webgl and webgpu compute log(1 + exp(x)) from -14 on, where half the digits are gone.
  'softplus-below': element(softplus, softplusOf, () => spread(-19, -9, 65), power),
  'softplus-far': element(softplus, softplusOf, far, unitScale),
  sqrt: element(sqrt, Math.sqrt, () => magnitudes(1e-12, 1e12), relative),
  // wasm takes the slopes for those of the last axis.
  'prelu-of-rows': gives(() => prelu(tensor2d([[-1, -2], [-3, 4]]), tensor2d([[2], [3]])), { shape: [2, 2], values: [-2, -4, -9, 4] }),
  'round-half-to-even': gives(() => round(tensor1d([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.4])), { values: [-2, -2, 0, 0, 2, 2, 3] }),
});

const logits = drawn([5, 7], 61, -8, 8);
const third = 1 / 3;

export const softmaxes: Check = opTable('A softmax is a distribution however large the logits are, and a class that is masked has probability 0.', {
  softmax: gives(() => softmax(tensorOf(logits)), () => ({ ...softmaxOf(logits), k: ULPS.ELEMENT, scale: 1 })),
  'log-softmax': gives(() => logSoftmax(tensorOf(logits)), () => ({ ...mapValues(softmaxOf(logits), Math.log), k: ULPS.ELEMENT, scale: 8 })),
  large: gives(() => softmax(tensor2d([[1000, 1000, 1000], [-1000, 0, -2000]])), {
    shape: [2, 3],
    values: [third, third, third, 0, 1, 0],
    k: ULPS.ELEMENT,
  }),
  'log-large': gives(() => logSoftmax(tensor2d([[1000, 0, -1000]])), { shape: [1, 3], values: [0, -1000, -2000], k: ULPS.ELEMENT }),
  // Masks are -1e9 by custom (#5394).
  'masked-by-a-large-number': gives(() => softmax(tensor2d([[1, -1e9, 1]])), { shape: [1, 3], values: [0.5, 0, 0.5], k: ULPS.ELEMENT }),
  'log-sum-exp': gives(() => logSumExp(tensor1d([1000, 1000, 0])), { shape: [], values: [1000 + Math.LN2], k: ULPS.ELEMENT }),
});
