import * as tf from '@tensorflow/tfjs-core';
import { logPoisson, sigmoidCrossEntropy, softmaxCrossEntropy, squaredError, weightedLoss } from '@tfjs-heads/head-kit';
import { Adagrad, Adam, Adamax, AdamW, Ftrl, Nadam, RMSprop, SGD } from '@tfjs-heads/optimizers';
import '@tensorflow/tfjs-layers'; // registers gradients
import { random, ULPS, usedTolerance } from '@tfjs-heads/reference';
import { expect, it } from 'vitest';
import { sameNumbers } from '../src/compare.js';
import { CompiledStep } from '../src/compiled/compiled-step.js';
import type { HostBackend } from '../src/compiled/held-variables.js';
import { theEngine } from '../src/engine.js';
import { Dropout } from '../src/index.js';
import { optimize, type Optimized } from '../src/optimize.js';
import { record } from '../src/recorder.js';
import { type Recording, releaseRecording } from '../src/recording.js';
import type { Outcome } from '../src/replay.js';
import { scopedCall } from '../src/scoped-call.js';
import { flatten } from '../src/structure.js';
import { inDoubles, numbersOf } from './in-doubles.js';
import { type Given, type Next, randomOps, sizeBy } from './random-ops.js';

const numberOf = (name: string, otherwise: number): number =>
  Number((typeof process === 'undefined' ? undefined : process.env[name]) ?? otherwise);
/** How many networks there are, and the seed of the first one. */
const COUNT = numberOf('COMPILED_NETWORKS', 100);
const FIRST = numberOf('COMPILED_FIRST', 1);

const UNIT = 2 ** -24;
/** How near to where it turns, by the largest number of a tensor, an operation may turn out otherwise in float32. */
const EDGE = 2 ** -18;

// With an epsilon as large as gradients are: else a gradient that is a rounding makes as long a step as any other.
const optimizers: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => new SGD({ learningRate: 0.1 }),
  momentum: () => new SGD({ learningRate: 0.1, momentum: 0.9, clipnorm: 1 }),
  nesterov: () => new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  adam: () => new Adam({ learningRate: 0.1, epsilon: 1, globalClipnorm: 1 }),
  amsgrad: () => new Adam({ learningRate: 0.1, epsilon: 1, amsgrad: true }),
  adamw: () => new AdamW({ learningRate: 0.1, epsilon: 1 }),
  adamax: () => new Adamax({ learningRate: 0.1, epsilon: 1 }),
  nadam: () => new Nadam({ learningRate: 0.1, epsilon: 1 }),
  rmsprop: () => new RMSprop({ learningRate: 0.1, epsilon: 1, centered: true, momentum: 0.5 }),
  adagrad: () => new Adagrad({ learningRate: 0.1 }),
  ftrl: () => new Ftrl({ learningRate: 0.1 }),
  tfjsMomentum: () => tf.train.momentum(0.1, 0.9),
};

/** Losses of logits `[N, K]`, by what else they are given. */
const losses: Readonly<Record<string, (logits: tf.Tensor, { fixed, next }: Given) => tf.Scalar>> = {
  sigmoid: (logits, { fixed }) => {
    const labels = tf.cast(tf.greater(fixed(logits.shape), 0), 'float32');
    const weights = tf.abs(fixed([logits.shape[0] as number, 1]));
    return weightedLoss({ logits, labels, weights }, { loss: sigmoidCrossEntropy, divisor: logits.size });
  },
  squared: (logits, { fixed }) =>
    weightedLoss({ logits, labels: fixed(logits.shape) }, { loss: squaredError, divisor: logits.size }),
  softmax: (logits, { fixed }) => {
    const [rows, k] = logits.shape as [number, number];
    const labels = tf.floor(tf.minimum(tf.abs(fixed([rows, 1])), k - 1));
    return weightedLoss({ logits, labels }, { loss: softmaxCrossEntropy, divisor: rows });
  },
  poisson: (logits, { fixed }) =>
    // Its exponentials do not overflow.
    weightedLoss(
      { logits: tf.tanh(logits), labels: tf.abs(fixed(logits.shape)) },
      { loss: logPoisson, divisor: logits.size },
    ),
  tfjsSigmoid: (logits, { fixed }) =>
    tf.losses.sigmoidCrossEntropy(tf.cast(tf.greater(fixed(logits.shape), 0), 'float32'), logits),
  tfjsSquared: (logits, { fixed }) => tf.losses.meanSquaredError(fixed(logits.shape), logits),
  tfjsHuber: (logits, { fixed, edge }) => {
    const labels = fixed(logits.shape);
    edge(tf.sub(logits, labels), -1, 0, 1);
    return tf.losses.huberLoss(labels, logits);
  },
};

class Network {
  /** What makes it, to be told. */
  readonly text: string;
  /** Whether a run was so near to where something turns that rounding may have it turn out otherwise. */
  isOnEdge = false;
  readonly #chosen: readonly string[];
  readonly #loss: string;
  readonly #optimizer: tf.Optimizer;
  readonly #seed: number;
  readonly #held: tf.Tensor[] = [];
  readonly #dropouts: Dropout[] = [];
  readonly x: tf.Tensor;

  constructor(seed: number) {
    const next = random(seed);
    const names = Object.keys(randomOps);
    const pick = (of: object): string => Object.keys(of)[Math.floor(next() * Object.keys(of).length)] as string;
    this.#chosen = Array.from({ length: 1 + Math.floor(next() * 5) }, (_, index) =>
      index === 0 ? (names[seed % names.length] as string) : pick(randomOps),
    );
    const optimizer = pick(optimizers);
    this.#optimizer = (optimizers[optimizer] as () => tf.Optimizer)();
    this.#loss = pick(losses);
    const shape = [sizeBy(next), sizeBy(next)];
    this.text = `${seed} [${shape}] ${this.#chosen.join()} ${this.#loss} ${optimizer}`;
    this.x = tf.randomNormal(shape, 0, 1, 'float32', seed);
    this.#seed = seed;
    tf.tidy(() => void this.#forward()); // makes what it holds
  }

  get variables(): tf.Variable[] {
    return this.#held.filter((tensor) => tensor instanceof tf.Variable);
  }

  get tensors(): tf.Tensor[] {
    return [this.x, ...this.#held];
  }

  /** One step of training. */
  readonly step = (): tf.Tensor[] => {
    let logits: tf.Tensor | undefined;
    const loss = this.#optimizer.minimize(
      () => {
        const made = this.#forward();
        logits = tf.keep(made.logits);
        return made.loss;
      },
      true,
      this.variables,
    ) as tf.Scalar;
    const kept = tf.clone(logits as unknown as tf.Tensor);
    (logits as unknown as tf.Tensor).dispose();
    return [loss, kept];
  };

  #forward(): { readonly loss: tf.Scalar; readonly logits: tf.Tensor } {
    const next: Next = random(this.#seed + 7);
    let at = 0;
    let dropped = 0;
    const held = (shape: number[], isTrained: boolean): tf.Tensor => {
      this.#held[at] ??= tf.tidy(() => {
        const drawn = tf.randomNormal(shape, 0, 1, 'float32', this.#seed + at);
        return isTrained ? tf.variable(tf.div(drawn, 2)) : tf.keep(drawn);
      });
      return this.#held[at++] as tf.Tensor;
    };
    const given: Given = {
      next,
      other: (shape) => held(shape, next() < 0.5),
      fixed: (shape) => held(shape, false),
      drop: (x) => (this.#dropouts[dropped++] ??= new Dropout({ rate: 0.3, seed: this.#seed + dropped })).apply(x),
      edge: (x, ...points) => {
        const values = numbersOf(x);
        let largest = 0;
        for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] as number));
        for (let i = 0; i < values.length; i++)
          for (const point of points.length > 0 ? points : [0])
            this.isOnEdge ||= Math.abs((values[i] as number) - point) < EDGE * largest;
        return x;
      },
    };
    const dense = (x: tf.Tensor, size: number): tf.Tensor => {
      const matrix = tf.reshape(x, [-1, x.shape.at(-1) as number]) as tf.Tensor2D;
      const k = matrix.shape[1];
      const product = tf.matMul(matrix, held([k, size], true) as tf.Tensor2D);
      return tf.add(tf.div(product, Math.sqrt(k)), held([size], true));
    };
    let made = dense(this.x, sizeBy(next));
    for (const name of this.#chosen) {
      made = randomOps[name]?.(made, given) as tf.Tensor;
      if (made.rank === 0) made = tf.reshape(made, [1]);
      while (made.size > 5000) made = tf.mean(made, 0);
    }
    const logits = dense(made, 1 + Math.floor(next() * 4));
    const loss = losses[this.#loss]?.(logits, given) as tf.Scalar;
    return { loss, logits };
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#held.forEach((tensor) => tensor.dispose());
    this.x.dispose();
  }
}

/**
 * How far off float64 the numbers of a tensor are, by what they may be: 16 units of the magnitude of the terms, which is the largest number of the tensor, or what shows when each
 * kernel is off by a unit.
 *
 * @param options What float64 gives; what it gives when each kernel is off, as often as that was tried; what the numbers are changes of; what the magnitude is at least.
 */
function worst(
  values: ArrayLike<number>,
  {
    expected,
    rounded,
    start,
    least = 0,
  }: {
    readonly expected: ArrayLike<number>;
    readonly rounded: readonly ArrayLike<number>[];
    readonly start?: ArrayLike<number>;
    readonly least?: number;
  },
): number {
  let scale = least;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] as number;
    scale = Math.max(scale, Math.abs(value - (start?.[i] ?? 0)));
    for (const others of rounded) scale = Math.max(scale, Math.abs((others[i] as number) - value) / UNIT);
  }
  let used = values.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++)
    used = Math.max(
      used,
      usedTolerance(values[i] as number, expected[i] as number, { k: ULPS.ELEMENT, unit: UNIT, scale }),
    );
  return used;
}

/** Whether tfjs itself can train a network: it has no gradient of some operations, and a wrong one where others broadcast. */
function isTrainable({ step }: Network): boolean {
  try {
    tf.dispose(tf.tidy(step)); // makes slots
    return true;
  } catch {
    return false;
  }
}

interface Taken {
  readonly results: readonly ArrayLike<number>[];
  readonly variables: readonly ArrayLike<number>[];
}

/** What a step gives in doubles: results, and what the variables of a recording come to. */
function takenInDoubles(network: Network, { variables }: Recording, noise?: () => number): Taken {
  const results = inDoubles([...network.tensors, ...variables], () => tf.tidy(network.step), noise);
  const made = { results: results.map(numbersOf), variables: variables.map(numbersOf) };
  tf.dispose(results);
  return made;
}

function recordStep({ step }: Network): Recording {
  const { returned, recording } = record(() => scopedCall(step), flatten([]));
  tf.dispose(returned as tf.Tensor[]);
  if (recording.problem !== undefined) throw new Error(recording.problem);
  return recording;
}

/** What the third step of a network gives in doubles when each kernel is off by a unit, up or down. */
function takenRoughly(seed: number, trial: number): Taken {
  const network = new Network(seed);
  tf.dispose(tf.tidy(network.step));
  const recording = recordStep(network);
  const next = random(1000 * seed + trial);
  const taken = takenInDoubles(network, recording, () => 1 + (next() < 0.5 ? UNIT : -UNIT));
  releaseRecording(recording);
  network.dispose();
  return taken;
}

/** How often a network is made rough at most: where a tensor has few numbers, a trial may leave them all as they are. */
const TRIALS = 6;

/** Whether two threads, where there are threads, give other bits than one. */
async function byTwoDiffers(optimized: Optimized, { variables }: Recording, one: Outcome): Promise<boolean> {
  const step = new CompiledStep(optimized, theEngine().backend as HostBackend, { threads: 2, least: 0 });
  while (!step.isReady) await new Promise((resolve) => setTimeout(resolve, 0));
  const two = step.try([], variables);
  step.dispose();
  if (two === undefined) return true;
  const all = [...one.results, ...one.assigned];
  return [...two.results, ...two.assigned].some(
    (numbers, index) => !sameNumbers(numbers as Float32Array, all[index] as Float32Array),
  );
}

/** Compares the third step of a network, compiled, with float64: what is beyond the bound. Undefined where it is on an edge. */
async function compare(network: Network, seed: number): Promise<string[] | undefined> {
  const recording = recordStep(network);
  const optimized = optimize(recording);
  try {
    const before = recording.variables.map(numbersOf);
    const step = new CompiledStep(optimized, theEngine().backend as HostBackend);
    const outcome = step.try([], recording.variables);
    if (outcome === undefined) throw new Error('it is not compiled for these numbers');
    if (await byTwoDiffers(optimized, recording, outcome)) return [`${network.text}: two threads give other bits`];
    network.isOnEdge = false;
    const expected = takenInDoubles(network, recording);
    if (network.isOnEdge) return undefined;
    const rough: Taken[] = [];
    const beyond = (): string[] => {
      const [loss, logits] = outcome.results.map((values, index) =>
        worst(values as Float32Array, {
          expected: expected.results[index] as ArrayLike<number>,
          rounded: rough.map(({ results }) => results[index] as ArrayLike<number>),
          // What is left of logits that cancel each other, in doubles.
          least: index === 0 ? UNIT * Math.max(...Array.from(expected.results[1] as ArrayLike<number>, Math.abs)) : 0,
        }),
      );
      const assigned = outcome.assigned.map((values, index): [string, number] => {
        const at = step.assigned[index] as number;
        const variable = recording.variables[at] as tf.Variable;
        // A slot is made of gradients, and so is the change of a variable.
        const start = network.variables.includes(variable) ? before[at] : undefined;
        const used = worst(values as Float32Array, {
          expected: expected.variables[at] as ArrayLike<number>,
          rounded: rough.map(({ variables }) => variables[at] as ArrayLike<number>),
          ...(start && { start }),
        });
        return [`${start === undefined ? 'slot' : 'variable'} [${variable.shape}]`, used];
      });
      const all: [string, number][] = [['loss', loss as number], ['logits', logits as number], ...assigned];
      return all.flatMap(([what, used]) => (used <= 1 ? [] : [`${network.text}: ${what} ${used.toFixed(1)}`]));
    };
    let wrong = beyond();
    while (wrong.length > 0 && rough.length < TRIALS) {
      rough.push(takenRoughly(seed, rough.length));
      wrong = beyond();
    }
    return wrong;
  } finally {
    optimized.release();
    releaseRecording(recording);
  }
}

it('trains random small networks as float64 does, in shapes of 1 to 70', async () => {
  const wrong: string[] = [];
  let compared = 0;
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const network = new Network(seed);
    try {
      const found = isTrainable(network) ? await compare(network, seed) : undefined;
      if (found !== undefined) compared++;
      wrong.push(...(found ?? []));
    } catch (error) {
      wrong.push(`${network.text}: ${(error as Error).message}`);
    }
    network.dispose();
  }
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(0.8 * COUNT);
});
