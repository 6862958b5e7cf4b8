// A traced step as one graph of native TensorFlow, against the same step by its kernels.
import * as tf from '@tensorflow/tfjs-core';
import { LabelRange, sigmoidCrossEntropy, softmaxCrossEntropy, weightedLoss } from '@tfjs-heads/head-kit';
import { Adam, AdamW, type BaseOptimizer, Ftrl, RMSprop, SGD } from '@tfjs-heads/optimizers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Dropout, traceStep, type Trace, type TraceOptions } from '../src/index.js';
import { agree, unlikeVariable } from '../src/agreement.js';
import { draw, variable } from './support.js';

interface Binding {
  runSavedModel(...args: readonly unknown[]): unknown;
  createTensor(...args: readonly unknown[]): unknown;
  executeOp(...args: readonly unknown[]): unknown;
  tensorDataSync(...args: readonly unknown[]): unknown;
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
}

const backend = tf.backend() as unknown as { binding: Binding };
const { binding } = backend;

/** The addon, watched. */
function watched(): Binding & { readonly calls: string[]; isBroken: boolean } {
  const calls: string[] = [];
  const report =
    (name: 'runSavedModel' | 'executeOp' | 'tensorDataSync') =>
    (...args: readonly unknown[]): unknown => {
      calls.push(name);
      if (addon.isBroken && name === 'runSavedModel') throw new Error('no memory');
      return binding[name](...args);
    };
  const addon = Object.create(binding, {
    calls: { value: calls },
    isBroken: { value: false, writable: true },
    runSavedModel: { value: report('runSavedModel') },
    executeOp: { value: report('executeOp') },
    tensorDataSync: { value: report('tensorDataSync') },
  }) as Binding & { readonly calls: string[]; isBroken: boolean };
  backend.binding = addon;
  return addon;
}
const AS_GRAPH = /^program for tensorflow: \d+ kernels, run as one graph of TensorFlow\n/;

interface Batch {
  readonly x: tf.Tensor;
  readonly labels: tf.Tensor;
}

interface Trainee {
  readonly variables: readonly tf.Variable[];
  readonly optimizer: BaseOptimizer;
  readonly eager: (batch: Batch) => tf.Scalar;
  readonly step: Trace<(batch: Batch) => tf.Scalar>;
}

const [ROWS, INPUTS, HIDDEN] = [6, 3, 5];

let count = 0;

/** A dense network with a head's loss, whose labels are held to their range; with weights, as a head has them. */
function train(
  optimizer: BaseOptimizer,
  options: Partial<TraceOptions> & { readonly classes?: number; readonly weights?: tf.Tensor } = {},
): Trainee {
  const { classes = 1, weights, ...others } = options;
  const scope = `trainee${count++}`;
  const make = (name: string, shape: number[], seed: number): tf.Variable =>
    tf.tidy(() => tf.variable(draw(shape, seed), true, `${scope}/${name}`));
  const variables = [
    make('kernel1', [INPUTS, HIDDEN], 1),
    make('bias', [HIDDEN], 2),
    make('kernel2', [HIDDEN, classes], 3),
  ];
  const [w1, b, w2] = variables as [tf.Variable, tf.Variable, tf.Variable];
  const loss = classes === 1 ? sigmoidCrossEntropy : softmaxCrossEntropy;
  const labelRange = new LabelRange({ min: 0, max: Math.max(classes - 1, 1), whole: classes > 1 });
  const step = ({ x, labels }: Batch): tf.Scalar =>
    optimizer.minimize(
      () => {
        const hidden = tf.relu(tf.add(tf.matMul(x as tf.Tensor2D, w1 as tf.Tensor as tf.Tensor2D), b));
        const logits = tf.matMul(hidden as tf.Tensor2D, w2 as tf.Tensor as tf.Tensor2D);
        return weightedLoss({ logits, labels, ...(weights && { weights }) }, { loss, divisor: ROWS, labelRange });
      },
      true,
      variables,
    ) as tf.Scalar;
  return { variables, optimizer, eager: step, step: traceStep(step, { variables, ...others }) };
}

function batchAt(index: number, classes = 1, dtype: 'float32' | 'int32' = 'float32'): Batch {
  return tf.tidy(() => {
    const x = draw([ROWS, INPUTS], 10 + (index % 3));
    const share = tf.mul(tf.add(tf.slice(x, [0, 0], [ROWS, 1]), 1), Math.max(classes, 2) / 2);
    return { x, labels: tf.cast(tf.floor(share), dtype) };
  });
}

async function take(trainee: Trainee, batch: Batch): Promise<number> {
  const loss = trainee.step(batch);
  const [value] = await loss.data();
  loss.dispose();
  return value as number;
}

/** Trains both with the same batches, and expects the same of them. */
async function expectAlike(graph: Trainee, kernels: Trainee, steps: number, batch = batchAt): Promise<void> {
  for (let index = 0; index < steps; index++) {
    const given = batch(index);
    expect(await take(graph, given)).toBeCloseTo(await take(kernels, given), 6);
    tf.dispose([given.x, given.labels]);
  }
  await expectSameVariables(graph, kernels);
}

async function expectSameVariables(graph: Trainee, kernels: Trainee): Promise<void> {
  const [a, b] = await Promise.all(
    [graph, kernels].map(async ({ optimizer, variables }) => [
      ...variables,
      ...(await optimizer.getWeights()).map(({ tensor }) => tensor),
    ]),
  );
  for (const [index, tensor] of (a as tf.Tensor[]).entries())
    expect(agree(tensor.dataSync(), (b as tf.Tensor[])[index]?.dataSync() as Float32Array), `variable ${index}`).toBe(
      true,
    );
}

afterEach(() => {
  backend.binding = binding;
  vi.restoreAllMocks();
  tf.disposeVariables();
});

describe('one graph', () => {
  const optimizers: Readonly<Record<string, () => BaseOptimizer>> = {
    SGD: () => new SGD({ learningRate: 0.1 }),
    'Nesterov momentum and decay': () =>
      new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
    'Adam, clipped by value': () => new Adam({ learningRate: 0.01, clipvalue: 0.01 }),
    'Adam, clipped by norm': () => new Adam({ learningRate: 0.01, clipnorm: 0.05 }),
    'AdamW without the decay of some, clipped by the global norm': () =>
      new AdamW({ learningRate: 0.01, globalClipnorm: 0.05, excludeFromWeightDecay: ['bias'] }),
    'Ftrl with another power': () => new Ftrl({ learningRate: 0.1, learningRatePower: -0.3 }),
    'centered RMSprop': () => new RMSprop({ learningRate: 0.01, centered: true }),
  };

  it.each(Object.entries(optimizers))('trains by %s as the kernels do', async (_, make) => {
    const graph = train(make());
    await expectAlike(graph, train(make(), { exact: true }), 20);
    expect(String(graph.step)).toMatch(AS_GRAPH);
  });

  it('trains on several classes with weights', async () => {
    const weights = tf.tensor1d([1, 0, 2, 0.5, 1, 1]);
    const options = { classes: 3, weights };
    const graph = train(new SGD({ learningRate: 0.1 }), options);
    const kernels = train(new SGD({ learningRate: 0.1 }), { ...options, exact: true });
    await expectAlike(graph, kernels, 12, (index) => batchAt(index, 3, 'int32'));
    expect(String(graph.step)).toMatch(AS_GRAPH);
    weights.dispose();
  });

  it('is one call of the addon for a step', async () => {
    const { calls } = watched();
    const trainee = train(new Adam({ learningRate: 0.01 }));
    const batch = batchAt(0);
    for (let index = 0; index < 9; index++) await take(trainee, batch);
    calls.length = 0;
    for (let index = 9; index < 13; index++) await take(trainee, batch);
    // Besides, the loss is read.
    expect(calls.filter((name) => name !== 'tensorDataSync')).toEqual(Array.from({ length: 4 }, () => 'runSavedModel'));
    tf.dispose([batch.x, batch.labels]);
  });

  it.each([
    ['SGD', () => new SGD({ learningRate: 0.1 }), 2],
    ['Adam, which makes its slots in the first', () => new Adam({ learningRate: 0.01 }), 3],
  ])('takes over as soon as two recordings are alike: %s', async (_, make, recordings) => {
    const trainee = train(make());
    const batch = batchAt(0);
    for (let index = 0; index < recordings; index++) await take(trainee, batch);
    expect(String(trainee.step)).toMatch(AS_GRAPH);
    tf.dispose([batch.x, batch.labels]);
  });

  it('updates all variables at once, whose sizes may be any, and makes no tensor of a rate that stays', async () => {
    let created = 0;
    let outputs: unknown;
    backend.binding = Object.create(binding, {
      createTensor: { value: (...args: readonly unknown[]) => (created++, binding.createTensor(...args)) },
      runSavedModel: { value: (...args: readonly unknown[]) => ((outputs = args[3]), binding.runSavedModel(...args)) },
    }) as Binding;
    const trainee = train(new SGD({ learningRate: 0.1 }));
    const batch = batchAt(0);
    for (let index = 0; index < 9; index++) await take(trainee, batch);
    created = 0;
    await take(trainee, batch);
    expect(created).toBe(0);
    // The loss, and the variables.
    expect(outputs).toMatch(/^[^,]+,TfjsHeads\.Update\/1\/Sub:0$/);
    tf.dispose([batch.x, batch.labels]);
  });

  it('updates apart what is read after its update, and what no optimizer trains', async () => {
    const make = (exact: boolean): readonly [Trace<(x: tf.Tensor) => tf.Tensor>, readonly tf.Variable[]] => {
      const variables = [[16], [5], [32], [1], [8, 4], [16], [7]].map((shape, seed) => variable(shape, seed));
      const [a, b, c, d, e, mean, other] = variables as [tf.Variable, ...tf.Variable[]] & { length: 7 };
      const optimizer = new Adam({ learningRate: 0.01 });
      const step = (x: tf.Tensor): tf.Tensor => {
        const parts = [a, b, c, d, e] as tf.Variable[];
        const loss = (): tf.Scalar =>
          tf.addN(parts.map((part, index) => tf.sum(tf.square(tf.sub(part, tf.mul(x, index)))))) as tf.Scalar;
        optimizer.minimize(loss, false, parts);
        mean?.assign(tf.add(tf.mul(mean, 0.9), tf.mul(a, 0.1)));
        other?.assign(tf.mul(other, 1.5));
        return tf.add(c as tf.Tensor, 0);
      };
      return [traceStep(step, { variables, exact }), variables];
    };
    const [[graph, ours], [kernels, theirs]] = [make(false), make(true)];
    for (let index = 0; index < 12; index++) {
      const x = draw([1], index);
      const [made, expected] = [graph(x), kernels(x)];
      expect(agree(made.dataSync(), expected.dataSync())).toBe(true);
      tf.dispose([x, made, expected]);
    }
    for (const [index, own] of ours.entries())
      expect(agree(own.dataSync(), theirs[index]?.dataSync() as Float32Array), `variable ${index}`).toBe(true);
    expect(String(graph)).toMatch(AS_GRAPH);
    for (const trace of [graph, kernels]) trace.dispose();
  });

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('multiplies a column by a row, transposed or not (%s, %s), to the bit', async (transposeA, transposeB) => {
    const [column, row] = [draw(transposeA ? [1, 9] : [9, 1], 1), draw(transposeB ? [7, 1] : [1, 7], 2)];
    const make = (exact: boolean): Trace<(a: tf.Tensor, b: tf.Tensor) => tf.Tensor> =>
      traceStep((a, b) => tf.matMul(a, b, transposeA, transposeB), { variables: [], exact });
    const [graph, kernels] = [make(false), make(true)];
    for (let index = 0; index < 4; index++) {
      const [made, expected] = [graph(column, row), kernels(column, row)];
      expect(made.shape).toEqual([9, 7]);
      expect(await made.data()).toEqual(await expected.data());
      tf.dispose([made, expected]);
    }
    expect(String(graph)).toMatch(AS_GRAPH);
    for (const trace of [graph, kernels]) trace.dispose();
    tf.dispose([column, row]);
  });

  it.each([
    [0.5, 7, 0],
    [0.1, 2 ** 53 - 1, 2 ** 24 - 4],
    [0.999999, 0, 2 ** 47],
  ])('makes the masks of a dropout: rate %d, seed %d, from %d on', async (rate, seed, from) => {
    const make = (exact: boolean): Trace<(x: tf.Tensor) => tf.Tensor> => {
      const dropout = new Dropout({ rate, seed });
      dropout.iterations = from;
      return traceStep((x) => dropout.apply(x), { variables: [], exact });
    };
    const [graph, kernels] = [make(false), make(true)];
    const x = draw([61, 70], 1);
    for (let index = 0; index < 9; index++) {
      const [made, expected] = [graph(x), kernels(x)];
      expect(await made.data()).toEqual(await expected.data());
      tf.dispose([made, expected]);
    }
    expect(String(graph)).toMatch(AS_GRAPH);
    for (const trace of [graph, kernels]) trace.dispose();
    x.dispose();
  });

  it('sees what is assigned to a variable, and is seen by who reads one', async () => {
    const [graph, kernels] = [train(new Adam()), train(new Adam(), { exact: true })];
    await expectAlike(graph, kernels, 6);
    for (const { variables } of [graph, kernels]) {
      const before = variables[0]?.dataSync() as Float32Array;
      tf.tidy(() =>
        variables[0]?.assign(
          tf.tensor2d(
            before.map((value) => -value),
            [INPUTS, HIDDEN],
          ),
        ),
      );
    }
    await expectAlike(graph, kernels, 3);
    expect(String(graph.step)).toMatch(AS_GRAPH);
  });

  it('follows a rate that is set', async () => {
    const [graph, kernels] = [train(new SGD()), train(new SGD(), { exact: true })];
    await expectAlike(graph, kernels, 6);
    for (const { optimizer } of [graph, kernels]) optimizer.learningRate = 0.5;
    await expectAlike(graph, kernels, 3);
  });

  it('leaves steps to the kernels that have a decay where it has none', async () => {
    const make = (): BaseOptimizer => new AdamW({ learningRate: 0, weightDecay: 0.1 }); // its slots change
    const [graph, kernels] = [train(make()), train(make(), { exact: true })];
    await expectAlike(graph, kernels, 5);
    expect(String(graph.step)).toMatch(AS_GRAPH);
    for (const { optimizer } of [graph, kernels]) optimizer.learningRate = 0.5;
    await expectAlike(graph, kernels, 3);
  });

  it('takes a tensor of the closure, however large, and arguments under another shape', async () => {
    const table = draw([70_000, 1], 4);
    const make = (exact: boolean): Trace<(x: tf.Tensor) => tf.Tensor> =>
      traceStep((x) => tf.mul(tf.sum(table), tf.add(x, 1)), { variables: [], exact });
    const [graph, kernels] = [make(false), make(true)];
    const flat = draw([6], 5);
    for (let index = 0; index < 6; index++) {
      // Of the data of a vector: what a replay gives that leaves reshapes out.
      const x = index < 5 ? draw([2, 3], 5) : sharing(flat, [2, 3]);
      const [a, b] = [graph(x), kernels(x)];
      expect(a.shape).toEqual([2, 3]);
      expect(await a.data()).toEqual(await b.data());
      tf.dispose([x, a, b]);
    }
    expect(String(graph)).toMatch(AS_GRAPH);
    for (const trace of [graph, kernels]) trace.dispose();
    tf.dispose([table, flat]);
  });

  it('gives back what it was given, and swaps variables', async () => {
    const [a, b] = [variable([2], 1), variable([2], 2)];
    const [first, second] = [a.dataSync(), b.dataSync()];
    const step = traceStep(
      (x: tf.Tensor) => {
        const old = tf.clone(a);
        a.assign(b);
        b.assign(old as tf.Tensor1D);
        return { old, x, sum: tf.add(x, old) };
      },
      { variables: [a, b] },
    );
    const x = draw([2], 3);
    for (let index = 0; index < 7; index++) {
      const { old, sum } = step(x);
      expect(old.dataSync()).toEqual(index % 2 === 0 ? first : second);
      tf.dispose([old, sum]);
    }
    expect([a.dataSync(), b.dataSync()]).toEqual([second, first]);
    expect(String(step)).toMatch(AS_GRAPH);
    x.dispose();
  });
});

it('reads labels once, to hold them to their range: again those of the next batch', async () => {
  const addon = watched();
  const step = train(new SGD({ learningRate: 0.1 })).step;
  const batches = [0, 1, 2, 3, 4, 5].map((index) => batchAt(index));
  const [first, second] = batches.slice(4) as [Batch, Batch];
  const readsIn = (batch: Batch): number => {
    addon.calls.length = 0;
    step(batch).dispose();
    return addon.calls.filter((name) => name === 'tensorDataSync').length;
  };
  batches.slice(0, 4).map(readsIn);
  expect([first, second, first].map(readsIn)).toEqual([1, 1, 0]);
  tf.dispose(batches.flatMap(({ x, labels }) => [x, labels]));
});

describe('labels out of range', () => {
  it.each([
    ['arguments', (labels: tf.Tensor) => labels],
    ['made in the step', (labels: tf.Tensor) => tf.sub(1, labels)],
  ])('are found where they are %s, and nothing changes', async (_, make) => {
    const fail = async (exact: boolean): Promise<readonly number[]> => {
      const inner = train(new SGD({ learningRate: 0.1 }));
      const step = traceStep(({ x, labels }: Batch) => inner.eager({ x, labels: make(labels) }), {
        variables: inner.variables,
        exact,
      });
      const good = batchAt(0);
      for (let index = 0; index < 6; index++) await take({ ...inner, step }, good);
      expect(AS_GRAPH.test(String(step))).toBe(!exact);
      const before = inner.variables.map((each) => each.dataSync());
      const labels = tf.tensor2d([0, 1, 0, 7, 0, 1], [ROWS, 1]);
      const counts = [tf.memory().numTensors, tf.backend().numDataIds()] as const;
      expect(() => step({ x: good.x, labels })).toThrowError(/in range \[0, 1\]/);
      const left = [tf.memory().numTensors - counts[0], tf.backend().numDataIds() - counts[1]];
      expect(inner.variables.map((each) => each.dataSync())).toEqual(before);
      // The next one is compared again.
      for (let index = 0; index < 2; index++) await take({ ...inner, step }, good);
      expect(AS_GRAPH.test(String(step))).toBe(!exact);
      tf.dispose([good.x, good.labels, labels]);
      step.dispose();
      return left;
    };
    // A step that throws leaves the tape of tfjs behind.
    expect(await fail(false)).toEqual(await fail(true));
  });
});

it('holds no more after a thousand steps, and nothing when it is disposed of', async () => {
  const models = binding.getNumOfSavedModels();
  const trainee = train(new Adam({ learningRate: 0.001, globalClipnorm: 1 }));
  const batch = batchAt(0);
  const counts = (): readonly number[] => {
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    return [numTensors, numDataBuffers, numBytes, binding.getNumOfTensors(), tf.backend().numDataIds()];
  };
  const takeAndLook = async (): Promise<void> => {
    await take(trainee, batch);
    tf.dispose(trainee.variables.map((each) => tf.neg(each)));
  };
  for (let index = 0; index < 20; index++) await takeAndLook();
  const before = counts();
  for (let index = 0; index < 300; index++) await takeAndLook();
  expect(counts()).toEqual(before);
  for (let index = 0; index < 1000; index++) await take(trainee, batch);
  tf.dispose(trainee.variables.map((each) => tf.neg(each)));
  expect(counts()).toEqual(before);
  expect(binding.getNumOfSavedModels()).toBe(models + 1);
  trainee.step.dispose();
  expect(binding.getNumOfSavedModels()).toBe(models);
  tf.dispose([batch.x, batch.labels]);
});

it('goes on as a graph where a network learns its only batch by heart', () => {
  const weight = (shape: [number, number], seed: number): tf.Variable =>
    tf.variable(tf.randomNormal(shape, 0, 0.3, 'float32', seed));
  const [w1, b1] = [weight([8, 16], 1), tf.variable(tf.zeros([16]))];
  const [w2, b2] = [weight([16, 1], 2), tf.variable(tf.zeros([1]))];
  const variables = [w1, b1, w2, b2];
  const optimizer = new Adam({ learningRate: 0.001 });
  const step = traceStep(
    ({ x, labels }: { x: tf.Tensor2D; labels: tf.Tensor2D }) =>
      optimizer.minimize(
        () => {
          const hidden = tf.relu(tf.add(tf.matMul(x, w1 as unknown as tf.Tensor2D), b1)) as tf.Tensor2D;
          const logits = tf.add(tf.matMul(hidden, w2 as unknown as tf.Tensor2D), b2);
          return weightedLoss({ logits, labels }, { loss: sigmoidCrossEntropy, divisor: 32 });
        },
        true,
        variables,
      ) as tf.Scalar,
    { variables },
  );
  const x = tf.randomNormal<tf.Rank.R2>([32, 8], 0, 1, 'float32', 5);
  const labels = tf.tidy(() => tf.cast(tf.greater(tf.slice(x, [0, 0], [32, 1]), 0), 'float32')) as tf.Tensor2D;
  for (let index = 0; index < 1030; index++) step({ x, labels }).dispose();
  expect(String(step)).toMatch(AS_GRAPH);
  step.dispose();
  tf.dispose([x, labels]);
});

it('ends with a variable that is disposed of', async () => {
  const models = binding.getNumOfSavedModels();
  const trainee = train(new Adam());
  const batch = batchAt(0);
  for (let index = 0; index < 5; index++) await take(trainee, batch);
  trainee.optimizer.dispose(); // its slots: recorded again
  for (let index = 0; index < 6; index++) await take(trainee, batch);
  expect(String(trainee.step)).toMatch(AS_GRAPH);
  expect(binding.getNumOfSavedModels()).toBe(models + 1);
  trainee.variables[0]?.dispose();
  expect(() => trainee.step(batch)).toThrowError(/must be live/);
  trainee.step.dispose();
  tf.dispose([batch.x, batch.labels]);
});

describe('kernels, one by one', () => {
  const KERNEL = 'NativeTest.Double';
  const withKernel = (kernelName: string, kernelFunc: tf.KernelFunc): (() => void) => {
    const before = tf.getKernel(kernelName, 'tensorflow');
    if (before !== undefined) tf.unregisterKernel(kernelName, 'tensorflow');
    tf.registerKernel({ kernelName, backendName: 'tensorflow', kernelFunc });
    return () => {
      tf.unregisterKernel(kernelName, 'tensorflow');
      if (before !== undefined) tf.registerKernel(before);
    };
  };
  const double: tf.KernelFunc = ({ inputs }) => tf.mul(inputs['x'] as tf.Tensor, 2);
  const x = (): tf.Tensor => tf.tensor1d([-1, 2, 3]);

  it('run where exact results are asked for', () => {
    const step = traceStep((given: tf.Tensor) => tf.elu(given), { variables: [], exact: true });
    const given = x();
    for (let index = 0; index < 4; index++) step(given).dispose();
    expect(String(step)).toMatch(/^program for tensorflow: 1 kernels\n/);
    given.dispose();
  });

  it('run where TensorFlow has no operation, which is named', () => {
    const restore = withKernel(KERNEL, double);
    const step = traceStep((given: tf.Tensor) => tf.engine().runKernel(KERNEL, { x: given }) as tf.Tensor, {
      variables: [],
    });
    const given = x();
    for (let index = 0; index < 5; index++) {
      const made = step(given);
      expect(Array.from(made.dataSync())).toEqual([-2, 4, 6]);
      made.dispose();
    }
    expect(String(step)).toMatch(
      /^program for tensorflow: 1 kernels, run one by one: it is no graph .*NativeTest.Double/,
    );
    given.dispose();
    restore();
  });

  it('run until a step changes something, since any graph is right for one that does not', () => {
    const w = variable([INPUTS], 1);
    const sgd = new SGD({ learningRate: 0.1 });
    const step = traceStep(
      (given: tf.Tensor) => sgd.minimize(() => tf.sum(tf.mul(w, given)) as tf.Scalar, true, [w]) as tf.Scalar,
      { variables: [w] },
    );
    const nothing = tf.zeros([INPUTS]);
    for (let index = 0; index < 7; index++) step(nothing).dispose();
    expect(step.reason).toBeUndefined();
    expect(String(step)).toContain('run one by one: its graph has yet to be compared with them');
    step(draw([INPUTS], 2)).dispose();
    step(draw([INPUTS], 3)).dispose();
    step(draw([INPUTS], 4)).dispose();
    expect(String(step)).toMatch(AS_GRAPH);
    step.dispose();
    sgd.dispose();
  });

  it('run where a graph gives something else', () => {
    const models = binding.getNumOfSavedModels();
    const restore = withKernel('Elu', double);
    const step = traceStep((given: tf.Tensor) => tf.elu(given), { variables: [] });
    const given = x();
    for (let index = 0; index < 5; index++) {
      const made = step(given);
      expect(Array.from(made.dataSync())).toEqual([-2, 4, 6]);
      made.dispose();
    }
    expect(String(step)).toMatch(/, run one by one: as a graph it gives another result\n/);
    expect(binding.getNumOfSavedModels()).toBe(models);
    given.dispose();
    restore();
  });

  it('take over where TensorFlow cannot run a graph any more', async () => {
    const addon = watched();
    const [graph, kernels] = [train(new SGD()), train(new SGD(), { exact: true })];
    await expectAlike(graph, kernels, 6);
    addon.isBroken = true;
    await expectAlike(graph, kernels, 3);
    expect(String(graph.step)).toMatch(/, run one by one: TensorFlow could not run its graph \(no memory\)\n/);
  });

  it('run where TensorFlow cannot run the first graph', async () => {
    watched().isBroken = true;
    const [graph, kernels] = [train(new SGD()), train(new SGD(), { exact: true })];
    await expectAlike(graph, kernels, 6);
    expect(String(graph.step)).toMatch(/, run one by one: TensorFlow could not run its graph \(no memory\)\n/);
  });
});

it('allows what rounding does, by the largest number, and of a variable by its largest change', () => {
  const of = (...values: number[]): Float32Array => Float32Array.from(values);
  expect(agree(of(1, 1000), of(1.005, 1000))).toBe(true);
  expect(agree(of(1, 1000), of(1.02, 1000))).toBe(false);
  expect(agree(of(NaN, Infinity), of(NaN, Infinity))).toBe(true);
  expect(agree(of(1, NaN), of(1, 2))).toBe(false);
  expect(agree(of(Infinity), of(1))).toBe(false);
  expect(agree(of(1), of(Infinity))).toBe(false);
  expect(agree(Int32Array.of(1000), Int32Array.of(1001))).toBe(false);
  const unlike = (ours: number, now: number): number =>
    unlikeVariable([{ shape: [1], before: of(1), ours: of(ours), now: of(now) }]);
  expect(unlike(1.1, 1.1000001)).toBe(-1);
  expect(unlike(1.00001, 1.00002)).toBe(0);
});

/** A tensor of the same data. */
function sharing({ dataId, dtype }: tf.Tensor, shape: number[]): tf.Tensor {
  (tf.backend() as unknown as { incRef(dataId: object): void }).incRef(dataId);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}
