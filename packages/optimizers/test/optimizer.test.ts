import {
  dispose,
  engine,
  memory,
  mul,
  Optimizer,
  scalar,
  square,
  sum,
  tensor,
  tidy,
  variable,
  type Scalar,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Adagrad, Adam, AdamW, type BaseOptimizer, Ftrl, SGD } from '../src/index.js';
import { optimizerCases } from '../src/conformance-cases.js';
import { draw, expectAllWithin } from './run.js';

beforeEach(() => engine().startScope());
afterEach(() => engine().endScope());

const made: Variable[] = [];
afterEach(() => dispose(made.splice(0)));

function variableOf(values: readonly number[], name?: string): Variable {
  const one = tidy(() => variable(tensor(values as number[]), true, name));
  made.push(one);
  return one;
}

const numbers = async (of: Tensor): Promise<number[]> => Array.from(await of.data());

describe('applyGradients', () => {
  it('takes a map or a list, and leaves alone what has no gradient', async () => {
    const [a, b] = [variableOf([1, 2]), variableOf([3])];
    const optimizer = new SGD({ learningRate: 0.5 });
    expect(optimizer).toBeInstanceOf(Optimizer);
    optimizer.applyGradients({ [a.name]: tensor([1, -1]) });
    optimizer.applyGradients([
      { name: b.name, tensor: null },
      { name: a.name, tensor: tensor([1, -1]) },
    ]);
    optimizer.applyGradients([]);
    expect(await numbers(a)).toEqual([0, 3]);
    expect(await numbers(b)).toEqual([3]);
    expect(optimizer.iterations).toBe(2);
  });

  it('finds slots by the name of the variable, in whatever order and company it comes', async () => {
    const [a, b] = [variableOf([0]), variableOf([0])];
    const optimizer = new SGD({ learningRate: 1, momentum: 0.5 });
    const step = (...of: [Variable, number][]): void =>
      optimizer.applyGradients(of.map(([{ name }, gradient]) => ({ name, tensor: tensor([gradient]) })));
    step([a, 1], [b, 2]);
    step([b, 0], [a, 0]);
    step([b, 0]);
    expect(await numbers(a)).toEqual([-1.5]);
    expect(await numbers(b)).toEqual([-3.5]);
  });

  it('remembers nothing of a variable whose name another one has now', async () => {
    const optimizer = new SGD({ learningRate: 1, momentum: 0.5 });
    const first = variableOf([0, 0], 'named');
    optimizer.applyGradients({ named: tensor([1, 1]) });
    dispose(first);
    const second = variableOf([0], 'named');
    optimizer.applyGradients({ named: tensor([1]) });
    expect(await numbers(second)).toEqual([-1]);
  });

  it('refuses what is no gradient, before anything is changed', async () => {
    const [a, b] = [variableOf([1, 2], 'a'), variableOf([3], 'b')];
    const whole = variable(tensor([1], [1], 'int32'), true, 'whole');
    made.push(whole);
    const gone = tensor([1]);
    gone.dispose();
    const optimizer = new Adam({ learningRate: 1 });
    const before = memory().numTensors;
    const right = { name: 'a', tensor: tensor([1, 1]) };
    const other = tensor([1, 1, 1]);
    const refused: [unknown, string[]][] = [
      [undefined, ['gradients must be a map', 'got undefined']],
      [tensor([1]), ['gradients must be a map', 'got a float32 tensor of shape [1]']],
      [
        [right, 3],
        ['gradients[1]', 'got the number 3'],
      ],
      [[right, right], ["got two of 'a'"]],
      [
        [right, { name: 'nobody', tensor: gone }],
        ["'nobody'", 'a name that no variable has'],
      ],
      [[right, { name: 'constructor', tensor: other }], ["'constructor'"]],
      [
        [right, { name: 'b', tensor: other }],
        ["'b'", 'shape [1]', 'got a float32 tensor of shape [3]'],
      ],
      [
        [right, { name: 'b', tensor: tensor([1], [1], 'int32') }],
        ["'b'", 'float32', 'int32'],
      ],
      [
        [right, { name: 'b', tensor: 7 }],
        ["'b'", 'got the number 7'],
      ],
      [
        [right, { name: 'whole', tensor: tensor([1]) }],
        ["'whole'", 'dtype float32', 'int32'],
      ],
      [[{ name: 'a', tensor: null }], ["'a'", 'got none']],
    ];
    for (const [given, fragments] of refused) {
      expect(() => optimizer.applyGradients(given as never)).toThrowCoded('GRADIENTS_INVALID', ['Adam', ...fragments]);
    }
    expect(() => optimizer.applyGradients([right, { name: 'b', tensor: gone }])).toThrowCoded('TENSOR_DISPOSED', [
      "'b'",
    ]);
    expect(await numbers(a)).toEqual([1, 2]);
    expect(await numbers(b)).toEqual([3]);
    expect(optimizer.iterations).toBe(0);
    expect(memory().numTensors - before).toBeLessThanOrEqual(5); // those of this test
  });

  it('refuses what a schedule gives, before anything is changed', async () => {
    const a = variableOf([1]);
    const schedule = {
      rateAt: (step: number) => (step === 0 ? 0.5 : NaN),
      getConfig: () => ({}),
      getClassName: () => 'Odd',
    };
    const optimizer = new SGD({ learningRate: schedule });
    const gradients = { [a.name]: tensor([1]) };
    optimizer.applyGradients(gradients);
    expect(() => optimizer.applyGradients(gradients)).toThrowCoded('INVALID_ARGUMENT', [
      'SGD',
      'rateAt(1)',
      'got the number NaN',
    ]);
    expect(await numbers(a)).toEqual([0.5]);
    const ftrl = new Ftrl({ learningRate: 0 });
    expect(() => ftrl.applyGradients(gradients)).toThrowCoded('INVALID_ARGUMENT', ['Ftrl: learningRate', 'got 0']);
    expect(await numbers(a)).toEqual([0.5]);
  });

  it('lets NaN through, into the elements that have it', async () => {
    for (const { make } of Object.values(optimizerCases)) {
      const a = variableOf([1, 1]);
      const optimizer = make();
      optimizer.applyGradients({ [a.name]: tensor([NaN, 0.5]) });
      const [first, second] = await numbers(a);
      expect(first, optimizer.getClassName()).toBeNaN();
      expect(second, optimizer.getClassName()).not.toBeNaN();
      optimizer.dispose();
    }
  });
});

describe('minimize', () => {
  const loss = (x: Variable) => (): Scalar => sum(square(x));

  it('goes down, and leaves frozen variables alone', async () => {
    const [a, b] = [variableOf([1]), variableOf([1])];
    b.trainable = false;
    const optimizer = new SGD({ learningRate: 0.25 });
    const both = (): Scalar => sum(mul(square(a), square(b)));
    const cost = optimizer.minimize(both, true, [a, b]);
    expect(await numbers(cost as Tensor)).toEqual([1]);
    expect(optimizer.minimize(both, false, [a])).toBeNull();
    expect(await numbers(a)).toEqual([0.25]);
    expect(await numbers(b)).toEqual([1]);
  });

  it.each(Object.entries(optimizerCases))('leaves nothing behind: %s', (_, { make }) => {
    const a = variableOf(draw(1, 5));
    const before = memory();
    const optimizer = make();
    const step = (): void => void optimizer.minimize(loss(a), false, [a]);
    step();
    const between = memory();
    expect(between.numTensors - before.numTensors).toBe(optimizer.rule.slots.length);
    step();
    tidy(step);
    optimizer.dispose();
    const after = memory();
    expect([after.numTensors, after.numDataBuffers]).toEqual([before.numTensors, before.numDataBuffers]);
  });

  it('leaves no gradient behind when it fails', () => {
    const a = variableOf([1]);
    const ftrl = new Ftrl({ learningRate: 0 });
    const before = memory().numTensors;
    expect(() => ftrl.minimize(loss(a), true, [a])).toThrowCoded('INVALID_ARGUMENT');
    expect(memory().numTensors).toBe(before);
  });
});

describe('clipping', () => {
  const gradients = [
    [3, -4],
    [0, 12],
  ];

  async function stepBy(options: object): Promise<number[][]> {
    const variables = gradients.map(() => variableOf([0, 0]));
    const optimizer = new SGD({ learningRate: 1, ...options });
    optimizer.applyGradients(variables.map(({ name }, i) => ({ name, tensor: tensor(gradients[i] as number[]) })));
    return Promise.all(variables.map(async (one) => (await numbers(one)).map((value) => 0 - value)));
  }

  it.each<[object, number[][]]>([
    [{ clipvalue: 3.5 }, [[3, -3.5], [0, 3.5]]], // prettier-ignore
    [{ clipnorm: 6 }, [[3, -4], [0, 6]]], // prettier-ignore
    [{ clipnorm: 1 }, [[0.6, -0.8], [0, 1]]], // prettier-ignore
    [{ globalClipnorm: 6.5 }, [[1.5, -2], [0, 6]]], // prettier-ignore
    [{ globalClipnorm: 100 }, gradients],
  ])('%o', async (options, expected) => {
    const clipped = await stepBy(options);
    expectAllWithin(clipped.flat(), expected.flat(), 8, 1);
  });

  it('of large gradients is right, too', async () => {
    const values = draw(7, 6007);
    const a = variableOf(values.map(() => 0));
    new SGD({ learningRate: 1, clipnorm: 0.5 }).applyGradients({ [a.name]: tensor(values) });
    const norm = Math.hypot(...values);
    expectAllWithin(
      await a.data(),
      values.map((value) => (-value * 0.5) / norm),
      64,
      0.5 / norm,
    );
  });

  it('makes all NaN of a common norm that is not finite, as TensorFlow does', async () => {
    const [a, b] = [variableOf([1]), variableOf([1])];
    const step = { [a.name]: tensor([Infinity]), [b.name]: tensor([1]) };
    new SGD({ globalClipnorm: 1 }).applyGradients(step);
    expect([...(await numbers(a)), ...(await numbers(b))]).toEqual([NaN, NaN]);
  });
});

it('decay leaves out what it is told to', async () => {
  const [kernel, bias] = [variableOf([1], 'dense/kernel'), variableOf([1], 'dense/bias')];
  const optimizer = new AdamW({ learningRate: 0.5, weightDecay: 0.5, excludeFromWeightDecay: ['/bias$'] });
  const zero = tensor([0]);
  optimizer.applyGradients({ 'dense/kernel': zero, 'dense/bias': zero });
  expect([...(await numbers(kernel)), ...(await numbers(bias))]).toEqual([0.75, 1]);
});

describe('the state', () => {
  const SIZE = 5;

  async function train(optimizer: BaseOptimizer, x: Variable, from: number, to: number): Promise<void> {
    for (let step = from; step < to; step++) optimizer.applyGradients({ [x.name]: tensor(draw(step + 1, SIZE)) });
  }

  it.each(Object.entries(optimizerCases))('is all there is to go on: %s', async (_, { make }) => {
    const [through, stopped] = [variableOf(draw(99, SIZE)), variableOf(draw(99, SIZE), 'stopped')];
    await train(make(), through, 0, 6);
    const first = make();
    await train(first, stopped, 0, 3);
    const saved = await first.getWeights();
    expect(saved.map(({ name }) => name)).toEqual(['iter', ...first.rule.slots.map((slot) => `stopped/${slot}`)]);
    first.dispose();
    const second = make();
    await second.setWeights(saved.toReversed());
    for (const { tensor: one } of saved) one.dispose();
    expect(second.iterations).toBe(3);
    await train(second, stopped, 3, 6);
    expect(await stopped.data()).toEqual(await through.data());
    second.dispose();
  });

  it('is refused where it is none, and nothing is changed', async () => {
    const x = variableOf([1, 1], 'x');
    const optimizer = new Adam({ learningRate: 1 });
    optimizer.applyGradients({ x: tensor([1, 1]) });
    const iter = { name: 'iter', tensor: scalar(3, 'int32') };
    const [m, v] = [
      { name: 'x/m', tensor: tensor([1, 2]) },
      { name: 'x/v', tensor: tensor([1, 2]) },
    ];
    const refused: [unknown, string[]][] = [
      [undefined, ['must be a list', 'got undefined']],
      [
        [m, v],
        ["'iter'", 'got 0'],
      ],
      [
        [iter, iter],
        ["'iter'", 'got 2'],
      ],
      [[{ name: 'iter', tensor: tensor([1, 2]) }], ["'iter'", 'shape [2]']],
      [[{ name: 'iter', tensor: scalar(-1) }], ["'iter'", 'got the number -1']],
      [[{ name: 'iter', tensor: scalar(0.5) }], ["'iter'", 'got the number 0.5']],
      [
        [iter, 7],
        ['state[1]', 'got the number 7'],
      ],
      [
        [iter, m],
        ["'x/v'", 'got none'],
      ],
      [[iter, m, v, m], ["two of 'x/m'"]],
      [
        [iter, m, v, { name: 'x/momentum', tensor: m.tensor }],
        ["'x/momentum'", '/m, /v'],
      ],
      [
        [iter, { name: 'x/m', tensor: tensor([1]) }, v],
        ["'x/v'", 'shape [1]', 'shape [2]'],
      ],
      [
        [iter, m, { name: 'x/v', tensor: tensor([1, 2], [2], 'int32') }],
        ["'x/v'", 'float32', 'int32'],
      ],
    ];
    for (const [given, fragments] of refused) {
      const error: unknown = await optimizer.setWeights(given as never).catch((reason: unknown) => reason);
      expect(() => {
        throw error;
      }).toThrowCoded('OPTIMIZER_STATE_INVALID', ['Adam', ...fragments]);
    }
    expect(optimizer.iterations).toBe(1);
    const [, { tensor: kept }] = (await optimizer.getWeights()) as [unknown, { tensor: Tensor }];
    expectAllWithin(await kept.data(), [0.1, 0.1], 1, 0.1);
    expect(await numbers(x)).not.toEqual([1, 1]);
  });

  it('starts with what the rule says', async () => {
    const x = variableOf([1]);
    const optimizer = new Adagrad({ initialAccumulatorValue: 0.5 });
    optimizer.applyGradients({ [x.name]: tensor([0]) });
    const [, accumulator] = await optimizer.getWeights();
    expect(await numbers(accumulator?.tensor as Tensor)).toEqual([0.5]);
  });
});
