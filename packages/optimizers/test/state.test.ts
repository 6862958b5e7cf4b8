// What was restored, and the variables that it meets.
import {
  dispose,
  engine,
  memory,
  scalar,
  tensor,
  variable,
  zeros,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Adam, type BaseOptimizer, SGD } from '../src/index.js';

beforeEach(() => engine().startScope());
afterEach(() => engine().endScope());

const made: Variable[] = [];
afterEach(() => dispose(made.splice(0)));

function variableOf(name: string, values: readonly number[] = [0]): Variable {
  const one = variable(tensor(values as number[]), true, name);
  made.push(one);
  return one;
}

const numbers = async (of: Tensor): Promise<number[]> => Array.from(await of.data());
const momentum = (): SGD => new SGD({ learningRate: 1, momentum: 0.5 });

function step(optimizer: BaseOptimizer, gradients: Readonly<Record<string, readonly number[]>>): void {
  optimizer.applyGradients(
    Object.entries(gradients).map(([name, values]) => ({ name, tensor: tensor(values as number[]) })),
  );
}

/** One that has taken a step, whose momenta are these. */
async function restored(momenta: Readonly<Record<string, readonly number[]>>): Promise<SGD> {
  const optimizer = momentum();
  await optimizer.setWeights([
    { name: 'iter', tensor: scalar(1, 'int32') },
    ...Object.entries(momenta).map(([name, values]) => ({
      name: `${name}/momentum`,
      tensor: tensor(values as number[]),
    })),
  ]);
  return optimizer;
}

const names = async (of: BaseOptimizer): Promise<string[]> => (await of.getWeights()).map(({ name }) => name);

it('a state in another shape than its variable is refused at the step, which changes nothing', async () => {
  const optimizer = new Adam();
  await optimizer.setWeights([
    { name: 'iter', tensor: scalar(1, 'int32') },
    ...['late/m', 'late/v'].map((name) => ({ name, tensor: zeros([2]) })),
  ]);
  const [early, late] = [variableOf('early'), variableOf('late', [1, 1, 1, 1])];
  expect(() => step(optimizer, { early: [1], late: [1, 1, 1, 1] })).toThrowCoded('OPTIMIZER_STATE_INVALID', [
    "Adam: the restored state 'late/m'",
    'shape [4]',
    'got a float32 tensor of shape [2]',
  ]);
  expect([...(await numbers(early)), ...(await numbers(late))]).toEqual([0, 1, 1, 1, 1]);
  expect(optimizer.iterations).toBe(1);
  expect(await names(optimizer)).toEqual(['iter', 'late/m', 'late/v']);
});

it('a state may be restored beside a variable of its name in another shape, that is gone when it is used', async () => {
  const other = variableOf('held', [0, 0, 0]);
  const optimizer = await restored({ held: [-1, -2] });
  dispose(other);
  const own = variableOf('held', [0, 0]);
  step(optimizer, { held: [0, 0] });
  expect(await numbers(own)).toEqual([-0.5, -1]);
});

it.each<[string, Record<string, number>, Record<string, number>]>([
  ['a model that is loaded again', { 'd/bias': -1, 'd/kernel': -2 }, { 'd/kernel_1': -2, 'd/bias_1': -1 }],
  ['and again', { 'd/bias_1': -1, 'd/kernel_1': -2 }, { 'd/kernel_12': -2, 'd/bias_12': -1 }],
  ['or first elsewhere', { 'd/bias_3': -1 }, { 'd/bias': -1 }],
  ['one whose layers share names', { k: -1, k_1: -2 }, { k_10: -2, k_9: -1 }],
  ['one whose names have numbers', { w_2: -2, w_1: -1 }, { w_1_1: -1, w_2_1: -2 }],
  ['one that has more variables now', { a: -1 }, { a_1: -1, b: 0 }],
  ['one of which some names are the same', { a: -1, b: -2 }, { b: -2, a_1: -1 }],
])('a state goes to the variables of %s, by their names', async (_, from, to) => {
  const optimizer = await restored(Object.fromEntries(Object.entries(from).map(([name, value]) => [name, [value]])));
  const variables = Object.keys(to).map((name) => variableOf(name));
  step(optimizer, Object.fromEntries(Object.keys(to).map((name) => [name, [0]])));
  const after = await Promise.all(variables.map(async (one) => (await numbers(one))[0]));
  expect(after).toEqual(Object.values(to).map((value) => value / 2));
});

it.each<[string, Record<string, number[]>, Record<string, number[]>]>([
  ['other names', { a: [-1] }, { c: [0] }],
  ['other shapes', { a: [-1] }, { a_1: [0, 0] }],
  ['some of the names only', { a: [-1], b: [-1] }, { a_1: [0] }],
  ['more of one name', { a: [-1] }, { a_1: [0], a_2: [0] }],
])('a state is refused where the variables have %s', async (_, from, to) => {
  const optimizer = await restored(from);
  const variables = Object.entries(to).map(([name, values]) => variableOf(name, values));
  const listed = [...Object.keys(from), ...Object.keys(to)].map((name) => `'${name}'`);
  expect(() => step(optimizer, to)).toThrowCoded('OPTIMIZER_STATE_INVALID', listed);
  expect(await names(optimizer)).toEqual(['iter', ...Object.keys(from).map((name) => `${name}/momentum`)]);
  expect(optimizer.iterations).toBe(1);
  dispose(variables);
  for (const [name, values] of Object.entries(from)) variableOf(name, values);
  step(optimizer, from); // It still is that of its own variables.
});

it('a state stays with a live variable that is trained later', async () => {
  const [a, c] = [variableOf('a'), variableOf('c')];
  const optimizer = await restored({ a: [-1] });
  step(optimizer, { c: [2] });
  step(optimizer, { a: [0] });
  expect([await numbers(a), await numbers(c)]).toEqual([[-0.5], [-2]]);
  const [b, next] = [variableOf('b'), await restored({ a: [-1], b: [-2] })];
  variableOf('a_1');
  step(next, { b: [0], a_1: [0] });
  step(next, { a: [0] });
  expect([await numbers(a), await numbers(b)]).toEqual([[-1], [-1]]);
});

it('of a variable that is gone nothing is kept', async () => {
  const [optimizer, first] = [momentum(), variableOf('gone')];
  variableOf('stays');
  step(optimizer, { gone: [1], stays: [1] });
  const before = memory().numTensors;
  dispose(first);
  const [iter, ...slots] = await optimizer.getWeights();
  expect(slots.map(({ name }) => name)).toEqual(['stays/momentum']);
  dispose([iter?.tensor as Tensor, ...slots.map(({ tensor: one }) => one)]);
  expect(memory().numTensors).toBe(before - 2);
});

it('a state is copied at once, and nothing stays of one that is refused', async () => {
  const x = variableOf('x');
  const [optimizer, given] = [momentum(), tensor([-4])];
  const done = optimizer.setWeights([
    { name: 'iter', tensor: scalar(1, 'int32') },
    { name: 'x/momentum', tensor: given },
  ]);
  given.dispose();
  await done;
  const wrong = [
    { name: 'iter', tensor: scalar(0.5) },
    { name: 'x/momentum', tensor: tensor([9]) },
  ];
  const before = memory().numTensors;
  await expect(optimizer.setWeights(wrong)).rejects.toMatchObject({ code: 'OPTIMIZER_STATE_INVALID' });
  expect(memory().numTensors).toBe(before);
  step(optimizer, { x: [0] });
  expect(await numbers(x)).toEqual([-2]);
});

it('what does not decay is known by its name though tfjs-layers add to it', async () => {
  const [bias, kernel] = [variableOf('z/bias_1', [1]), variableOf('z/kernel_1', [1])];
  const optimizer = new SGD({ learningRate: 0.5, weightDecay: 0.5, excludeFromWeightDecay: ['/bias$'] });
  step(optimizer, { 'z/bias_1': [0], 'z/kernel_1': [0] });
  expect([await numbers(bias), await numbers(kernel)]).toEqual([[1], [0.75]]);
});
