import {
  customGrad, elu, exp, expm1, grad, localResponseNormalization, logSoftmax, logSumExp, losses, max, maxPool, min, mul, pow, reshape, sigmoid, softmax, softplus,
  square, sum, tanh, tensor1d, tensor2d, type Tensor, type Tensor4D,
} from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import { drawn, sigmoidOf, softmaxOf, totalOf, ULPS } from '@tfjs-heads/reference';
import type { Check } from '../check.js';
import { type OpCase, opTable } from './table.js';

/** The gradient of the sum of squares of a function, in doubles. */
type Gradient = (x: readonly number[]) => readonly number[];

const points = drawn([3, 4], 93, -1.5, 1.5);
const direction = drawn([3, 4], 94, 0.5, 1);

/** The gradient, along a direction, of the gradient of the sum of squares: so that a term that is lost is missed, not all of it. */
function secondOf(f: (x: Tensor) => Tensor): Tensor {
  return grad((y) => grad((x) => sum(square(f(x))))(y))(tensorOf(points), tensorOf(direction));
}

/** The change of a gradient along the direction, by differences of fourth order. */
function changeOf(gradient: Gradient): number[] {
  const step = 2 ** -9;
  const [a, b, c, d] = [-2, -1, 1, 2].map((steps) => gradient(points.values.map((x, i) => x + steps * step * (direction.values[i] as number)))) as [
    readonly number[], readonly number[], readonly number[], readonly number[],
  ];
  return a.map((value, i) => (value - 8 * (b[i] as number) + 8 * (c[i] as number) - (d[i] as number)) / (12 * step));
}

function second(f: (x: Tensor) => Tensor, gradient: Gradient): OpCase {
  return async ({ judge }) => {
    const values = changeOf(gradient);
    await judge.tensorNear('the second derivative', secondOf(f), { shape: points.shape, values }, { k: ULPS.REDUCE, scale: Math.max(...values.map(Math.abs)) });
  };
}

/** As much is asked where tfjs has no second derivative; it may say so. */
function secondOrError(f: (x: Tensor) => Tensor, gradient: Gradient): OpCase {
  return async (context) => {
    try {
      secondOf(f);
    } catch {
      return;
    }
    await second(f, gradient)(context);
  };
}

/** Of a function of each element, from its value and its slope. */
const elementwise = (f: (x: number) => number, slope: (x: number) => number): Gradient => (x) => x.map((value) => 2 * f(value) * slope(value));

const ofExp = elementwise(Math.exp, Math.exp);
const base = 3;
const classes = [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]];
const inFours = (values: readonly number[]): number[][] => [0, 4, 8].map((start) => values.slice(start, start + 4));
const probabilitiesOf = (x: readonly number[]): readonly number[] => softmaxOf({ shape: [3, 4], values: [...x] }).values;

const ofSoftmax: Gradient = (x) =>
  inFours(probabilitiesOf(x)).flatMap((row) => {
    const squares = totalOf(row.map((p) => p * p));
    return row.map((p) => 2 * p * (p - squares));
  });

const ofLogSoftmax: Gradient = (x) =>
  inFours(probabilitiesOf(x)).flatMap((row) => {
    const total = totalOf(row.map(Math.log));
    return row.map((p) => 2 * (Math.log(p) - total * p));
  });

const ofCrossEntropy: Gradient = (x) => {
  const p = probabilitiesOf(x);
  const labels = classes.flat();
  const loss = -totalOf(p.map((probability, i) => Math.log(probability) * (labels[i] as number))) / 3;
  return p.map((probability, i) => (2 * loss * (probability - (labels[i] as number))) / 3);
};

const ofLogSumExp: Gradient = (x) => {
  const powers = x.map(Math.exp);
  const total = totalOf(powers);
  return powers.map((power) => (2 * Math.log(total) * power) / total);
};

/** Of the one element of each row that is chosen. */
const ofChosen = (choose: (...row: number[]) => number): Gradient => (x) =>
  inFours(x).flatMap((row) => row.map((value) => (value === choose(...row) ? 2 * value : 0)));

const image = (x: Tensor): Tensor4D => reshape(x, [1, 3, 4, 1]);

/** The value, saved, is what the gradient is made of. */
const expByHand = customGrad((x, save) => {
  const value = exp(x as Tensor);
  (save as (tensors: Tensor[]) => void)([value]);
  return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, saved[0] as Tensor) };
}) as (x: Tensor) => Tensor;

/** What is saved is neither the input nor the value. */
const squareOfExpByHand = customGrad((x, save) => {
  const root = exp(x as Tensor);
  (save as (tensors: Tensor[]) => void)([root]);
  return { value: square(root), gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, mul(2, square(saved[0] as Tensor))) };
}) as (x: Tensor) => Tensor;

export const secondDerivatives: Check = opTable('A second derivative is right, or an error where there is none: no term of it is lost in silence.', {
  // The gradients of these use what the operation has put out, which the tape takes for a constant.
  exp: second(exp, ofExp),
  sigmoid: second(sigmoid, elementwise(sigmoidOf, (x) => sigmoidOf(x) * sigmoidOf(-x))),
  tanh: second(tanh, elementwise(Math.tanh, (x) => 1 - Math.tanh(x) ** 2)),
  elu: second(elu, elementwise((x) => (x > 0 ? x : Math.expm1(x)), (x) => (x > 0 ? 1 : Math.exp(x)))),
  'pow-of-exponent': second((x) => pow(base, x), elementwise((x) => base ** x, (x) => Math.log(base) * base ** x)),
  softmax: second((x) => softmax(x), ofSoftmax),
  'log-softmax': second((x) => logSoftmax(x), ofLogSoftmax),
  'custom-of-value': second(expByHand, ofExp),
  // And these what they have computed on the way.
  'softmax-cross-entropy': second((x) => losses.softmaxCrossEntropy(tensor2d(classes), x), ofCrossEntropy),
  'custom-of-intermediate': second(squareOfExpByHand, elementwise((x) => Math.exp(2 * x), (x) => 2 * Math.exp(2 * x))),
  // And these end at a kernel that has no gradient.
  'log-sum-exp': secondOrError((x) => logSumExp(x), ofLogSumExp),
  max: secondOrError((x) => max(x, 1), ofChosen(Math.max)),
  min: secondOrError((x) => min(x, 1), ofChosen(Math.min)),
  'max-pool': secondOrError((x) => maxPool(image(x), [1, 4], 1, 'valid'), ofChosen(Math.max)),
  'local-response-normalization': secondOrError((x) => localResponseNormalization(image(x), 0, 1, 1, 1), elementwise((x) => x / (1 + x * x), (x) => (1 - x * x) / (1 + x * x) ** 2)),
  // These use what went in.
  expm1: second(expm1, elementwise(Math.expm1, Math.exp)),
  softplus: second(softplus, elementwise((x) => Math.log1p(Math.exp(x)), sigmoidOf)),
  'pow-of-base': second((x) => pow(x, 3), elementwise((x) => x ** 3, (x) => 3 * x * x)),
  third: async ({ judge }) => {
    const third = grad((z) => grad((y) => grad((x) => sum(exp(x)))(y))(z))(tensor1d([-1, 0, 1]));
    await judge.tensorNear('the third derivative of exp', third, { shape: [3], values: [-1, 0, 1].map(Math.exp) }, { k: ULPS.ELEMENT });
  },
});
