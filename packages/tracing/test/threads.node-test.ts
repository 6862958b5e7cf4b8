// Steps that several threads compute: to the bit what one thread gives, and what happens where a thread dies.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { softmaxCrossEntropy, weightedLoss } from '@tfjs-heads/head-kit';
import { Adam, SGD } from '@tfjs-heads/optimizers';
import { expect, it, onTestFinished, vi } from 'vitest';
import { CompiledStep, type ComputeOptions } from '../src/compiled/compiled-step.js';
import type { HostBackend } from '../src/compiled/held-variables.js';
import { HELPER } from '../src/compiled/threads/helper-source.js';
import { Locals } from '../src/compiled/code.js';
import type { CompiledProgram } from '../src/compiled/compile.js';
import { Instance } from '../src/compiled/instance.js';
import { moduleOf } from '../src/compiled/module.js';
import { Pool } from '../src/compiled/threads/pool.js';
import { Team } from '../src/compiled/threads/team.js';
import { WORDS } from '../src/compiled/threads/words.js';
import { theEngine } from '../src/engine.js';
import { Dropout, traceStep } from '../src/index.js';
import { accelerate } from '../src/layers.js';
import { optimize, type Optimized } from '../src/optimize.js';
import { record } from '../src/recorder.js';
import { releaseRecording } from '../src/recording.js';
import { scopedCall } from '../src/scoped-call.js';
import { flatten } from '../src/structure.js';
import { draw, type Trainee, variable } from './support.js';

await tf.setBackend('cpu');

type Make = (seed: number) => Trainee<() => tf.Scalar>;

function trained(
  optimizer: tf.Optimizer,
  variables: tf.Variable[],
  loss: (...of: tf.Tensor[]) => tf.Scalar,
): Trainee<() => tf.Scalar> {
  return { variables, step: () => optimizer.minimize(() => loss(...variables), true, variables) as tf.Scalar };
}

const softmax = (logits: tf.Tensor, labels: tf.Tensor): tf.Scalar =>
  weightedLoss({ logits, labels }, { loss: softmaxCrossEntropy, divisor: logits.shape[0] as number });
const classesOf = (rows: number, count: number, seed: number): tf.Tensor =>
  tf.keep(tf.tidy(() => tf.cast(tf.floor(tf.mul(tf.abs(draw([rows, 1], seed)), count)), 'int32')));

function dense(sizes: readonly number[], rows: number, optimizer: () => tf.Optimizer): Make {
  return (seed) => {
    const x = tf.keep(draw([rows, sizes[0] as number], seed));
    const labels = classesOf(rows, sizes.at(-1) as number, seed + 1);
    const variables = sizes
      .slice(1)
      .flatMap((to, index) => [variable([sizes[index] as number, to], seed + index), variable([to], seed + 9 + index)]);
    return trained(optimizer(), variables, (...of) => {
      let h: tf.Tensor = x;
      for (let layer = 0; layer < of.length; layer += 2) {
        h = tf.add(tf.matMul(h as tf.Tensor2D, of[layer] as tf.Tensor2D), of[layer + 1] as tf.Tensor);
        if (layer < of.length - 2) h = tf.relu(h);
      }
      return softmax(h, labels);
    });
  };
}

const networks: Readonly<Record<string, Make>> = {
  'dense, odd sizes': dense([19, 37, 21, 5], 71, () => new Adam({ learningRate: 0.01, globalClipnorm: 1 })),
  'dense, sums of many terms': dense([45, 67, 3], 401, () => new SGD({ learningRate: 0.1, momentum: 0.9 })),
  'dense, long rows': dense([266, 67, 3], 401, () => new SGD({ learningRate: 0.1 })),
  'dense, one column': dense([30, 1, 9], 130, () => new SGD({ learningRate: 0.1 })),
  'one row': dense([90, 70, 4], 1, () => new SGD({ learningRate: 0.1 })),
  'an embedding, normalisation and dropout': (seed) => {
    const ids = classesOf(150, 23, seed);
    const labels = classesOf(150, 6, seed + 1);
    const dropout = new Dropout({ rate: 0.3, seed });
    return trained(
      new Adam({ learningRate: 0.01 }),
      [variable([23, 18], seed + 2), variable([18, 6], seed + 3)],
      (table, output) => {
        const h = tf.gather(table as tf.Tensor2D, tf.reshape(ids, [150]) as tf.Tensor1D);
        const { mean, variance } = tf.moments(h, 1, true);
        const normal = tf.div(tf.sub(h, mean), tf.sqrt(tf.add(variance, 1e-3)));
        return softmax(tf.matMul(dropout.apply(tf.tanh(normal)) as tf.Tensor2D, output as tf.Tensor2D), labels);
      },
    );
  },
  'convolutions and pools': (seed) => {
    const x = tf.keep(draw([7, 13, 11, 3], seed));
    const labels = classesOf(7, 4, seed + 1);
    return trained(
      new SGD({ learningRate: 0.1 }),
      [variable([3, 3, 3, 5], seed + 2), variable([2, 2, 5, 2], seed + 3), variable([60, 4], seed + 4)],
      (first, second, output) => {
        const h = tf.maxPool(tf.relu(tf.conv2d(x as tf.Tensor4D, first as tf.Tensor4D, 1, 'same')), 2, 2, 'valid');
        const g = tf.avgPool(tf.depthwiseConv2d(h as tf.Tensor4D, second as tf.Tensor4D, 1, 'same'), 2, 2, 'valid');
        return softmax(tf.matMul(tf.reshape(g, [7, -1]) as tf.Tensor2D, output as tf.Tensor2D), labels);
      },
    );
  },
  'attention, batches of products': (seed) => {
    const x = tf.keep(draw([6, 17, 24], seed));
    const labels = classesOf(6, 5, seed + 1);
    return trained(
      new SGD({ learningRate: 0.1 }),
      [variable([24, 20], seed + 2), variable([24, 20], seed + 3), variable([24, 5], seed + 4)],
      (queries, keys, output) => {
        const by = (w: tf.Tensor | undefined): tf.Tensor3D =>
          tf.reshape(tf.matMul(tf.reshape(x, [-1, 24]) as tf.Tensor2D, w as tf.Tensor2D), [6, 17, -1]);
        const attention = tf.softmax(tf.matMul(by(queries), by(keys), false, true));
        const seen = tf.mean(tf.matMul(attention as tf.Tensor3D, x as tf.Tensor3D), 1);
        return softmax(tf.matMul(seen as tf.Tensor2D, output as tf.Tensor2D), labels);
      },
    );
  },
};

interface Recorded {
  readonly optimized: Optimized;
  readonly variables: readonly tf.Variable[];
  release(): void;
}

/** The second step: slots are there. */
function recorded({ step }: Trainee<() => tf.Scalar>): Recorded {
  tf.tidy(step).dispose();
  const { returned, recording } = record(() => scopedCall(step), flatten([]));
  (returned as tf.Tensor).dispose();
  if (recording.problem !== undefined) throw new Error(recording.problem);
  const optimized = optimize(recording);
  const release = (): void => {
    optimized.release();
    releaseRecording(recording);
  };
  return { optimized, variables: recording.variables, release };
}

/** By their bits: a NaN is itself. */
const bitsOf = (numbers: unknown): Uint8Array => {
  const { buffer, byteOffset, byteLength } = numbers as Float32Array;
  return new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
};

async function stepOf({ optimized }: Recorded, threads: ComputeOptions): Promise<CompiledStep> {
  const step = new CompiledStep(optimized, theEngine().backend as HostBackend, threads);
  while (!step.isReady) await new Promise((resolve) => setTimeout(resolve, 1));
  return step;
}

const outcomeOf = (step: CompiledStep, { variables }: Recorded): Uint8Array[] => {
  const outcome = step.try([], variables);
  if (outcome === undefined) throw new Error('it is not compiled for these numbers');
  return [...outcome.results, ...outcome.assigned].map(bitsOf);
};

it.each(Object.entries(networks))('gives the same bits by 1, 2, 3 and 4 threads: %s', async (_, make) => {
  const one = recorded(make(3));
  const alone = await stepOf(one, { threads: 1 });
  const expected = outcomeOf(alone, one);
  expect(alone.threads).toBe('');
  for (const threads of [2, 3, 4]) {
    const step = await stepOf(one, { threads, least: 0 });
    expect(step.threads).toBe(` by ${threads} threads`);
    for (let index = 0; index < 2; index++) expect(outcomeOf(step, one)).toEqual(expected);
    step.dispose();
  }
  one.release();
});

it('trains an accelerated model by as many threads as it is told, to the same bits', async () => {
  const rows = 512;
  const [x, y] = [draw([rows, 32], 1), draw([rows, 1], 2)];
  const weightsBy = async (threads: number): Promise<Uint8Array[]> => {
    const model = sequential();
    model.add(layers.dense({ units: 64, activation: 'relu', inputShape: [32] }));
    model.add(layers.dense({ units: 1 }));
    model.compile({ optimizer: new SGD({ learningRate: 0.01 }), loss: 'meanSquaredError' });
    const first = model.getWeights().map(({ shape }, index) => draw(shape, 3 + index));
    const acceleration = accelerate(model, { threads });
    const fit = (epochs: number): Promise<unknown> =>
      model.fit(x, y, { epochs, batchSize: rows, shuffle: false, verbose: 0 });
    const how = (): string => String(acceleration).split('\n')[0] as string;
    do await fit(1);
    while (!how().includes('function of WebAssembly') || how().includes('until others have started'));
    expect(how()).toMatch(threads === 1 ? /WebAssembly$/ : new RegExp(` by ${threads} threads$`));
    model.setWeights(first);
    await fit(5);
    const weights = model.getWeights().map((weight) => bitsOf(weight.dataSync()));
    model.dispose();
    tf.dispose(first);
    return weights;
  };
  const expected = await weightsBy(1);
  for (const threads of [2, 3]) expect(await weightsBy(threads)).toEqual(expected);
  tf.dispose([x, y]);
});

/** Takes a part, and dies. */
const DYING = HELPER.replace(
  /programs\.set\(message\.id, .*/,
  `programs.set(message.id, () => {
    const words = new Int32Array(message.memory.buffer);
    for (;;) {
      const ticket = Atomics.load(words, 0);
      const left = ticket & 255;
      if (left === 255) return;
      if (left > 0 && Atomics.compareExchange(words, 0, ticket, ticket - 1) === ticket) process.exit(1);
    }
  });`,
);

it('takes a step again by one thread where another one dies in it', async () => {
  expect(DYING).not.toBe(HELPER);
  const one = recorded((networks['dense, sums of many terms'] as Make)(5));
  const expected = outcomeOf(await stepOf(one, { threads: 1 }), one);
  const pool = new Pool(DYING);
  const step = await stepOf(one, { threads: 2, least: 0, pool });
  const other = await stepOf(one, { threads: 2, least: 0, pool });
  // Until it was in time to take a part.
  while (step.threads === ' by 2 threads') expect(outcomeOf(step, one)).toEqual(expected);
  expect(step.threads).toBe(' by one thread: one that took part of a step has not come back');
  expect(other.threads).toBe(step.threads);
  for (const each of [step, other]) expect(outcomeOf(each, one)).toEqual(expected);
  const later = await stepOf(one, { threads: 2, least: 0, pool });
  expect(later.threads).toBe(step.threads);
  one.release();
});

it.each([
  ['faster', 0.2, / by 2 threads$/],
  ['slower', 8, / by one thread, since 2 are not faster$/],
])('finds out that two threads are %s, and gives it up where it is hopeless', (_, factor, expected) => {
  // A clock of its own: another program's turn in the middle of a step would be part of its time.
  let [now, together] = [0, 0];
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => void vi.restoreAllMocks());
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const instance = {
    memory,
    step: () => {
      now += 1;
    },
    together: () => {
      together++;
      now += factor;
    },
  };
  // All are there as soon as they are asked for.
  const join = (): number => Atomics.add(new Int32Array(memory.buffer), WORDS.ready / 4, 1);
  const pool = { reason: undefined, join, call: () => undefined, leave: () => undefined };
  const team = new Team(instance as unknown as Instance, 2, false, pool as unknown as Pool);
  expect(team.text).toBe(' by one thread and by 2 in turns, to see which is faster');
  for (let step = 0; step < 60 || team.text.includes('in turns'); step++) expect(team.step()).toBe(true);
  if (factor > 1) expect(together).toBe(1);
  expect(team.text).toMatch(expected);
});

it('has its threads forget a program that is gone', async () => {
  const GONE = 50; // a word of the memory that nobody else uses
  const source = HELPER.replace('let control', 'let memory, control')
    .replace('const m = {', 'memory = message.memory;\n    $&')
    .replace('else programs', `else Atomics.add(new Int32Array(memory.buffer), ${GONE}, 1), programs`);
  const body = { locals: new Locals(['i32']), code: [], parts: 2 };
  const bytes = moduleOf({ imports: [], own: [], bodies: [body], pages: 1, backup: [] });
  const compiled = { bytes, pages: 1, imports: [], isShared: true, data: [] };
  const instance = new Instance(compiled as unknown as CompiledProgram);
  const team = new Team(instance, 2, true, new Pool(source));
  while (!team.isReady) await new Promise((resolve) => setTimeout(resolve, 1));
  for (let step = 0; step < 100; step++) expect(team.step()).toBe(true);
  const words = new Int32Array(instance.memory.buffer);
  expect(words[GONE]).toBe(0);
  team.leave();
  await expect.poll(() => words[GONE]).toBe(1);
});

it('says why where threads cannot be started', async () => {
  const one = recorded((networks['one row'] as Make)(5));
  const step = new CompiledStep(one.optimized, theEngine().backend as HostBackend, {
    threads: 2,
    least: 0,
    pool: new Pool('process.exit(3)'),
  });
  expect(step.threads).toBe(' by one thread until others have started');
  await expect.poll(() => step.threads).toBe(' by one thread: a thread has ended (exit code 3)');
  const alone = await stepOf(one, { threads: 1 });
  expect(outcomeOf(step, one)).toEqual(outcomeOf(alone, one));
  one.release();
});

it('trains by traces with any number of threads, in turns, to the same bits', async () => {
  const make = dense([90, 128, 70, 10], 200, () => new Adam({ learningRate: 0.01 }));
  const trainees = [1, 2, undefined].map((threads) => {
    const { step, variables } = make(8);
    return { threads, trace: traceStep(step, { variables, threads }), variables };
  });
  const end = /run as one function of WebAssembly(.*)/;
  const texts = (): (string | undefined)[] => trainees.map(({ trace }) => end.exec(String(trace))?.[1]);
  const settled = /^, by 2 threads, (by \d threads|by one thread, since \d are not faster)$/;
  while (!settled.test(texts().join())) {
    for (const { trace } of trainees) trace().dispose();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const [one, ...others] = trainees.map(({ variables }) => variables.map((each) => bitsOf(each.dataSync())));
  for (const other of others) expect(other).toEqual(one);
  for (const { trace } of trainees) trace.dispose();
});

it('ends with its program, which its threads do not keep', async () => {
  const program = fileURLToPath(new URL('programs/threads.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(stdout).toMatch(/^in the program by 2 threads\nin a worker by 2 threads\n$/);
});
