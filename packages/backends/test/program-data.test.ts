// Whatever the program owns is readable after startBackend, with its values, whichever backend wins.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { describeBackend, startBackend, type Workload } from '../src/index.js';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';
import { MortalBackend, offByAThousandth, ShyBackend, slowBy } from './toy-backends.js';
import { useToys } from './use-toys.js';

const toy = useToys();
const owned: (tf.Tensor | tf.Optimizer)[] = [];
afterEach(() => {
  for (const each of owned.splice(0)) each.dispose();
});
function own<T extends tf.Tensor | tf.Optimizer>(thing: T): T {
  owned.push(thing);
  return thing;
}

async function values(tensor: tf.Tensor): Promise<number[]> {
  return Array.from(await tensor.data());
}

/** A program that goes on working; tells at its end how often it has. */
function meanwhile(work: (i: number) => void): { end(): Promise<number> } {
  const state = { isRunning: true };
  const done = (async () => {
    let i = 0;
    for (; state.isRunning; i++) {
      work(i);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return i;
  })();
  return {
    end() {
      state.isRunning = false;
      return done;
    },
  };
}

/** Where the program itself moves data, tfjs reads WebGPU synchronously: in software it gets zeros and loses the device. */
async function leaveWebgpu(): Promise<void> {
  if (inject('backend') === 'webgpu') await tf.setBackend('cpu');
}

/** A step that trains the variable of the program. */
function training(variable: tf.Variable, optimizer: tf.Optimizer): Workload {
  return () => ({
    run: () => optimizer.minimize(() => tf.sum(tf.square(variable)) as tf.Scalar, true, [variable]) as tf.Scalar,
  });
}

const endings = {
  'the first wins': () => [toy('a'), toy('b', { replace: { Sum: slowBy(5) } })],
  'the last wins': () => [toy('a', { replace: { Sum: slowBy(5) } }), toy('b')],
  'one is rejected': () => [toy('a', { replace: { Mean: offByAThousandth, Sum: offByAThousandth } }), toy('b')],
  'one fails': () => [toy('a'), toy('b', { start: () => Promise.reject(new Error('lost device')) })],
  'none will do': () => [toy('a', { replace: { Sum: offByAThousandth } }), toy('b', { without: 'Softplus' })],
  'the one it had wins': () => [inject('backend'), toy('b', { replace: { Sum: slowBy(50) } })],
};

describe.each(Object.entries(endings))('%s', (_, candidates) => {
  test('a variable that the workload trains keeps its value, and so does the optimizer', async () => {
    await repairNodeGradients();
    const variable = own(tf.tidy(() => tf.variable(tf.tensor1d([1, -2, 3.25]))));
    const kept = own(tf.tensor1d([16_777_217, -7], 'int32'));
    const clone = own(variable.clone());
    const optimizer = own(tf.train.adagrad(0.5, 0.1));
    const before = tf.memory().numTensors;
    await startBackend({ allow: candidates(), workload: training(variable, optimizer), timeLimit: 25_000 }).catch(
      () => {},
    );
    expect(await values(variable)).toEqual([1, -2, 3.25]);
    expect(await values(clone)).toEqual([1, -2, 3.25]);
    expect(await values(kept)).toEqual([16_777_217, -7]);
    // At most what the optimizer of the program has made for itself, as it is when it is new.
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1);
    own(optimizer.minimize(() => tf.sum(tf.square(variable)) as tf.Scalar, true, [variable]) as tf.Scalar);
    const fresh = own(tf.tidy(() => tf.variable(tf.tensor1d([1, -2, 3.25]))));
    own(
      own(tf.train.adagrad(0.5, 0.1)).minimize(() => tf.sum(tf.square(fresh)) as tf.Scalar, true, [fresh]) as tf.Scalar,
    );
    expect(await values(variable)).toEqual(await values(fresh));
  });

  test('so do tensors that are made and used meanwhile', async () => {
    await leaveWebgpu();
    const made: { tensor: tf.Tensor; expected: number[] }[] = [];
    const shared = own(tf.tensor1d([5, 6]));
    const program = meanwhile((i) => {
      const sum = own(tf.tidy(() => tf.add(tf.tensor1d([i, 2 * i]), shared)));
      made.push({ tensor: sum, expected: [i + 5, 2 * i + 6] });
      const variable = own(tf.tidy(() => tf.variable(tf.tensor1d([i]))));
      made.push({ tensor: variable, expected: [i] });
    });
    // Steps that wait let the program run between them.
    const workload: Workload = () => ({
      run: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return tf.tidy(() => tf.sum(tf.square(shared)));
      },
    });
    await startBackend({ allow: candidates(), timeLimit: 25_000, workload }).catch(() => {});
    await program.end();
    for (const { tensor, expected } of made) expect(await values(tensor)).toEqual(expected);
    expect(await values(shared)).toEqual([5, 6]);
  });
});

test('what the program trains meanwhile stays trained', async () => {
  await leaveWebgpu();
  const weight = own(tf.tidy(() => tf.variable(tf.tensor1d([0]))));
  const program = meanwhile(() => tf.tidy(() => weight.assign(tf.add(weight, 1))));
  await startBackend({
    allow: [toy('a'), toy('b')],
    workload: () => ({ run: async () => tf.tidy(() => tf.sum(tf.ones([9]))) }),
  });
  const steps = await program.end();
  expect(steps).toBeGreaterThan(1);
  expect(await values(weight)).toEqual([steps]);
});

test('a model that the workload makes once and keeps is the program’s', async () => {
  let weight: tf.Variable | undefined;
  const result = await startBackend({
    allow: [toy('a'), toy('b')],
    workload: () => {
      weight ??= own(tf.tidy(() => tf.variable(tf.tensor1d([4, 5]))));
      return {
        run: () =>
          tf.tidy(() => {
            weight?.assign(tf.mul(weight, 2));
            return tf.sum(weight as tf.Variable);
          }),
      };
    },
  });
  expect(result.candidates.map(({ reason, status }) => `${status}: ${reason}`).join()).not.toContain('disposed');
  expect(await values(weight as tf.Variable)).toEqual([4, 5]);
});

test('what a step makes anew each time goes with it, an optimizer’s slots too', async () => {
  await repairNodeGradients();
  const before = tf.memory().numTensors;
  await startBackend({
    allow: [toy('a'), toy('b')],
    workload: () =>
      training(
        tf.tidy(() => tf.variable(tf.ones([3]))),
        tf.train.adam(0.1),
      )(),
  });
  expect(tf.memory().numTensors).toBe(before);
});

test('a loss that the program had before is not disposed of', async () => {
  const loss = own(tf.scalar(2));
  await startBackend({ allow: [toy('a'), toy('b')], workload: () => ({ run: () => loss }) });
  expect(await values(loss)).toEqual([2]);
});

test('what the workload disposes of is gone, and nothing is left of it anywhere', async () => {
  const before = tf.memory();
  const tensor = tf.tensor1d([1, 2, 3]);
  const backends: MortalBackend[] = [];
  const start = (): tf.KernelBackend => {
    const made = new MortalBackend();
    backends.push(made);
    return made;
  };
  await startBackend({
    allow: [toy('a', { start }), toy('b', { start })],
    workload: () => ({
      run: () =>
        tf.tidy(() => {
          if (!tensor.isDisposed) {
            tf.square(tensor);
            tensor.dispose();
          }
          return tf.scalar(1);
        }),
    }),
  });
  expect(tensor.isDisposed).toBe(true);
  const { numTensors, numDataBuffers } = tf.memory();
  expect({ numTensors, numDataBuffers }).toEqual({
    numTensors: before.numTensors,
    numDataBuffers: before.numDataBuffers,
  });
  expect(backends.filter(({ isDisposed }) => !isDisposed).map((backend) => backend.numDataIds())).toEqual([0]);
});

test('data on a GPU are never read synchronously for a workload', async () => {
  await repairNodeGradients();
  await tf.setBackend(toy('gpu', { start: () => new ShyBackend() }));
  const [inputs, labels] = [own(tf.ones([4, 2])), own(tf.zeros([4, 1]))];
  const weights = [
    own(
      tf.tidy(() =>
        tf.variable(
          tf.tensor2d([
            [1, 2, 3],
            [4, 5, 6],
          ]),
        ),
      ),
    ),
    own(tf.tidy(() => tf.variable(tf.ones([3, 1])))),
  ] as const;
  const optimizer = own(tf.train.sgd(0.01));
  let cached: tf.Tensor | undefined;
  const workload: Workload = () => {
    cached ??= own(tf.tidy(() => tf.add(inputs, 1)));
    const loss = (): tf.Scalar =>
      tf.mean(
        tf.squaredDifference(
          labels,
          tf.matMul(
            tf.matMul(cached as tf.Tensor2D, weights[0] as unknown as tf.Tensor2D),
            weights[1] as unknown as tf.Tensor2D,
          ),
        ),
      );
    return { run: () => optimizer.minimize(loss, true, [...weights]) as tf.Scalar };
  };
  const before = tf.memory().numTensors;
  const { candidates } = await startBackend({ allow: [toy('a'), toy('b')], workload });
  expect(candidates.map(({ milliseconds }) => typeof milliseconds)).toEqual(['number', 'number']);
  // What the workload has cached, and the loss and gradients that minimize() leaves where it fails to apply them.
  expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1 + 3);
  await tf.setBackend(inject('backend'));
  expect(await values(cached as tf.Tensor)).toEqual(Array(8).fill(2));
  expect(await values(weights[0])).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await values(weights[1])).toEqual([1, 1, 1]);
  expect(await values(inputs)).toEqual(Array(8).fill(1));
});

test('losers that hold nothing are disposed of; one that holds data of the program is not', async () => {
  const backends: Record<string, MortalBackend> = {};
  const start = (name: string) => (): tf.KernelBackend => (backends[name] = new MortalBackend());
  let made: tf.Tensor | undefined;
  await startBackend({
    allow: [
      toy('a', { start: start('a'), replace: { Mean: slowBy(40) } }),
      toy('b', { start: start('b'), replace: { Mean: slowBy(40) } }),
      toy('c', { start: start('c') }),
    ],
    onProgress: ({ name, phase }) => {
      if (name === 'b' && phase === 'measuring') made = own(tf.tensor1d([1, 2]));
    },
  });
  expect(Object.entries(backends).map(([name, { isDisposed }]) => `${name} ${isDisposed}`)).toEqual([
    'a true',
    'b false',
    'c false',
  ]);
  expect(await values(made as tf.Tensor)).toEqual([1, 2]);
});

test('a description of a backend trains nothing either, and loses nothing', async () => {
  await repairNodeGradients();
  const variable = own(tf.tidy(() => tf.variable(tf.tensor1d([1, -2]))));
  await tf.setBackend(toy('a', { without: 'Sum' }));
  const before = tf.memory().numTensors;
  expect((await describeBackend(training(variable, own(tf.train.sgd(0.1))))).missingKernels).toContain('Sum');
  expect(await values(variable)).toEqual([1, -2]);
  expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1); // the optimizer's own rate
});
