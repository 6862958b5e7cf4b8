import {
  add, losses, matMul, relu, tensor1d, tensor2d, train, variable, variableGrads, type Scalar, type Tensor, type Tensor2D, type Variable,
} from '@tensorflow/tfjs-core';
import type { Check } from '../check.js';
import type { Judge } from '../../judge.js';
import { K } from '../../tier.js';
import { drawn, map, product, softmaxOf, sumOf, transposed, upload, type Doubles } from './doubles.js';
import { tableOf, type OpCase } from './table.js';

// Seven rows, five inputs, nine hidden units, three classes: all odd.
const inputs = drawn([7, 5], 101);
const classes = [0, 2, 1, 1, 0, 2, 2];
const start = {
  w1: drawn([5, 9], 102, -0.5, 0.5),
  b1: drawn([1, 9], 103, -0.5, 0.5),
  w2: drawn([9, 3], 104, -0.5, 0.5),
  b2: drawn([1, 3], 105, -0.5, 0.5),
};
const names = ['w1', 'b1', 'w2', 'b2'] as const;

type Weights = Readonly<Record<(typeof names)[number], Doubles>>;

const plus = (x: Doubles, bias: Doubles): Doubles => map(x, (value, i) => value + (bias.values[i % bias.values.length] as number));
const columnSums = (x: Doubles): Doubles => {
  const [rows = 1] = x.shape;
  return product({ shape: [1, rows], values: Array.from({ length: rows }, () => 1) }, x);
};

/** The loss of one hidden layer of relu under softmax cross-entropy, and its gradients, in doubles. */
function inDoubles({ w1, b1, w2, b2 }: Weights): { loss: number; gradients: Weights } {
  const before = plus(product(inputs, w1), b1);
  const hidden = map(before, (x) => Math.max(x, 0));
  const probabilities = softmaxOf(plus(product(hidden, w2), b2));
  const loss = -sumOf(classes.map((label, i) => Math.log(probabilities.values[i * 3 + label] as number))) / 7;
  const dLogits = map(probabilities, (p, i) => (p - (i % 3 === classes[Math.floor(i / 3)] ? 1 : 0)) / 7);
  const dHidden = map(product(dLogits, transposed(w2)), (d, i) => ((before.values[i] as number) > 0 ? d : 0));
  return {
    loss,
    gradients: {
      w1: product(transposed(inputs), dHidden),
      b1: columnSums(dHidden),
      w2: product(transposed(hidden), dLogits),
      b2: columnSums(dLogits),
    },
  };
}

/** The same on the backend. */
function onBackend(): { variables: Variable[]; loss: () => Scalar } {
  const variables = names.map((name) => variable(upload(start[name])));
  const labels = tensor2d(classes.map((label) => [0, 1, 2].map((each) => (each === label ? 1 : 0))));
  const x = upload(inputs);
  const [w1, b1, w2, b2] = variables as [Tensor, Tensor, Tensor, Tensor] & Variable[];
  const loss = (): Scalar => losses.softmaxCrossEntropy(labels, add(matMul(relu(add(matMul(x, w1), b1)), w2), b2) as Tensor2D) as Scalar;
  return { variables, loss };
}

async function judgeAll(judge: Judge, what: string, tensors: readonly Tensor[], expected: Weights, k: number): Promise<void> {
  for (const [i, name] of names.entries()) {
    const actual = tensors[i] as Tensor;
    judge.near(`${what} ${name}`, await actual.data(), expected[name].values, { k, scale: 1 });
  }
}

const gradientsOfAll: OpCase = async ({ judge }) => {
  const { variables, loss } = onBackend();
  const { value, grads } = variableGrads(loss, variables);
  const expected = inDoubles(start);
  judge.near('the loss', await value.data(), [expected.loss], { k: K.REDUCE, scale: 1 });
  await judgeAll(judge, 'the gradient of', variables.map(({ name }) => grads[name] as Tensor), expected.gradients, K.REDUCE);
};

const tenSteps: OpCase = async ({ judge }) => {
  const { variables, loss } = onBackend();
  const optimizer = train.sgd(0.25);
  let weights: Weights = start;
  for (let step = 0; step < 10; step++) {
    const { gradients } = inDoubles(weights);
    const moved = (name: keyof Weights): Doubles => map(weights[name], (value, i) => value - 0.25 * (gradients[name].values[i] as number));
    weights = { w1: moved('w1'), b1: moved('b1'), w2: moved('w2'), b2: moved('b2') };
    optimizer.minimize(loss, false, variables);
  }
  await judgeAll(judge, 'after ten steps', variables, weights, K.TRAIN);
  optimizer.dispose();
};

/** A batch of one row after a batch of many, through the same weights. */
const twoBatchSizes: OpCase = async ({ judge }) => {
  const [w1] = onBackend().variables as [Variable<never>];
  matMul(upload(inputs), w1 as Tensor);
  const row = drawn([1, 5], 106);
  const one = add(matMul(upload(row), w1 as Tensor), tensor1d(Array.from({ length: 9 }, () => 0.5)));
  const expected = product(row, start.w1);
  judge.near('one row', await one.data(), expected.values.map((value) => value + 0.5), { k: K.REDUCE, scale: 4 });
};

export const network: Check = tableOf('A small network of odd sizes learns as it does in doubles.', {
  gradients: gradientsOfAll,
  'ten-steps-of-sgd': tenSteps,
  'two-batch-sizes': twoBatchSizes,
});
