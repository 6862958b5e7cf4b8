import { add, losses, matMul, tensor1d, tensor2d, train, variableGrads, type Scalar, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { tensorOf } from '../../batch.js';
import {
  backward,
  drawn,
  type LossOfLogits,
  matMul as matMulInDoubles,
  softmaxOf,
  totalOf,
  trainNetwork,
  ULPS,
  updateRule,
  type Values,
} from '@tfjs-heads/reference';
import type { Judge } from '../../judge.js';
import type { Check } from '../check.js';
import { Network } from '../training/trainee.js';
import { type OpCase, opTable } from './table.js';

// Seven rows, five inputs, nine hidden units, three classes: all odd.
const inputs = drawn([7, 5], 101);
const classes = [0, 2, 1, 1, 0, 2, 2];
const small = (seed: number, ...shape: number[]): Values => drawn(shape, seed, -0.5, 0.5);
const start = [small(102, 5, 9), small(103, 9), small(104, 9, 3), small(105, 3)] as const;
const names = ['w1', 'b1', 'w2', 'b2'] as const;

/** The mean softmax cross-entropy, in doubles. */
const crossEntropy: LossOfLogits = (values) => {
  const { values: probabilities } = softmaxOf({ shape: [7, 3], values });
  const loss = -totalOf(classes.map((label, i) => Math.log(probabilities[i * 3 + label] as number))) / 7;
  const gradient = probabilities.map((p, i) => (p - (i % 3 === classes[Math.floor(i / 3)] ? 1 : 0)) / 7);
  return { loss: { value: loss, scale: 1 }, gradient: gradient.map((value) => ({ value, scale: 1 })) };
};

/** The same on the backend, over a network. */
function onBackend(): { network: Network; loss: () => Scalar } {
  const network = new Network(start);
  const labels = tensor2d(classes.map((label) => [0, 1, 2].map((column) => (column === label ? 1 : 0))));
  const x = tensorOf(inputs);
  return { network, loss: () => losses.softmaxCrossEntropy(labels, network.apply(x) as Tensor2D) as Scalar };
}

async function judgeAll(judge: Judge, what: string, actual: readonly Tensor[], expected: readonly (readonly number[])[], k: number): Promise<void> {
  for (const [i, name] of names.entries()) {
    judge.near(`${what} ${name}`, await (actual[i] as Tensor).data(), expected[i] ?? [], { k, scale: 1 });
  }
}

const gradientsOfAll: OpCase = async ({ judge }) => {
  const { network, loss } = onBackend();
  const { value, grads } = variableGrads(loss, [...network.variables]);
  const expected = backward(inputs, start, crossEntropy);
  judge.near('the loss', await value.data(), [expected.loss.value], { k: ULPS.REDUCE, scale: 1 });
  await judgeAll(judge, 'the gradient of', network.variables.map(({ name }) => grads[name] as Tensor), expected.gradients, ULPS.REDUCE);
};

const tenSteps: OpCase = async ({ judge }) => {
  const { network, loss } = onBackend();
  const optimizer = train.sgd(0.25);
  for (let step = 0; step < 10; step++) optimizer.minimize(loss, false, [...network.variables]);
  const { end } = trainNetwork({ inputs, start }, crossEntropy, updateRule('sgd', { learningRate: 0.25 }), 10);
  await judgeAll(judge, 'after ten steps', network.variables, end, ULPS.TRAIN);
};

/** A batch of one row after a batch of many, through the same weights. */
const twoBatchSizes: OpCase = async ({ judge }) => {
  const w1 = onBackend().network.variables[0] as Tensor;
  matMul(tensorOf(inputs), w1);
  const row = drawn([1, 5], 106);
  const outputs = add(matMul(tensorOf(row), w1), tensor1d(Array.from({ length: 9 }, () => 0.5)));
  const expected = matMulInDoubles(row, start[0]);
  judge.near('one row', await outputs.data(), expected.values.map((value) => value + 0.5), { k: ULPS.REDUCE, scale: 4 });
};

export const network: Check = opTable('A small network of odd sizes learns as it does in doubles.', {
  gradients: gradientsOfAll,
  'ten-steps-of-sgd': tenSteps,
  'two-batch-sizes': twoBatchSizes,
});
