import * as tf from '@tensorflow/tfjs-core';
import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import type { Head, Reduction } from '@tfjs-heads/head-api';
import { numericColumn } from '@tfjs-heads/head-kit';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead, type RegressionPredictions } from '@tfjs-heads/head-regression';
import { random, sizeOf } from '@tfjs-heads/reference';
import { absoluteLoss, fullPoissonTerms, halfSquareTerms, logisticTerms, poissonTerms, squareTerms, type Model } from './terms.js';

export type HeadName = 'RegressionHead' | 'PoissonRegressionHead' | 'LogisticRegressionHead';

/** Numbers of a dtype in a shape. */
export interface Drawn {
  readonly values: readonly number[];
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

export interface DrawnBatch {
  readonly logits: Drawn;
  readonly labels: Drawn;
  /** Before the column's normalizer. */
  readonly weights: Drawn | undefined;
}

type AnyRegressionHead = Head<Tensor, Tensor, RegressionPredictions>;

/** A case: all that is needed to run it, and a text that tells it. */
export interface Case {
  readonly text: string;
  readonly k: number;
  readonly model: Model;
  readonly create: () => AnyRegressionHead;
  readonly reduction: Reduction;
  readonly name: string;
  readonly batches: readonly DrawnBatch[];
  readonly weightFactor: number;
  readonly regularization: readonly number[] | undefined;
  /** Whether to make specs as well. */
  readonly specs: boolean;
}

type WeightKind = 'usual' | 'negative' | 'ends' | 'zero';

const WEIGHT_KINDS: readonly WeightKind[] = ['usual', 'usual', 'usual', 'usual', 'usual', 'negative', 'ends', 'zero'];

const DTYPES: readonly Drawn['dtype'][] = ['float32', 'float32', 'float32', 'int32', 'bool'];

/** The case of a seed, the same everywhere. */
export function drawCase(headName: HeadName, seed: number): Case {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const k = headName === 'LogisticRegressionHead' ? 1 : pick([1, 1, 2, 3]);
  const reduction = pick<Reduction>(['sum', 'sum_over_batch_size', 'sum_over_batch_size', 'auto']);
  const name = pick(['', '', 'head', 'a/b']);
  const weighted = next() < 0.75;
  const weightFactor = weighted && next() < 0.2 ? 2 : 1;
  const weightColumn = !weighted ? undefined : weightFactor === 2 ? numericColumn('w', { normalizerFn: (w: Tensor) => tf.mul(w, 2) }) : pick(['w', numericColumn('w')]);
  const common = { lossReduction: reduction, name, ...(weightColumn !== undefined && { weightColumn }) };
  const { model, create, options } = drawHead(headName, pick, { ...common }, k);
  const ends = next() < 0.15;
  // One kind for all batches: the sum of 1, -1 and 1e-30 would depend on the order.
  const weightKind = weighted ? pick(WEIGHT_KINDS) : undefined;
  const batches = Array.from({ length: pick([1, 1, 2, 3]) }, () => drawBatch(next, pick, { headName, k, weightKind, ends }));
  const regularization = pick([undefined, undefined, [0.5], [0.25, 1, 2], []]);
  const text = JSON.stringify({ headName, seed, k, ...common, ...options, regularization, batches });
  return { text, k, model, create, reduction, name, batches, weightFactor, regularization, specs: seed % 5 === 0 };
}

function drawHead(
  headName: HeadName,
  pick: <T>(list: readonly T[]) => T,
  common: object,
  k: number,
): { model: Model; create: () => AnyRegressionHead; options: object } {
  if (headName === 'LogisticRegressionHead') {
    return { model: { ...logisticTerms, keys: ['predictions', 'logits'] }, create: () => new LogisticRegressionHead(common), options: {} };
  }
  if (headName === 'PoissonRegressionHead') {
    const computeFullLoss = pick([true, true, false]);
    const terms = computeFullLoss ? fullPoissonTerms : poissonTerms;
    const create = (): AnyRegressionHead => new PoissonRegressionHead({ ...common, labelDimension: k, computeFullLoss });
    return { model: { ...terms, keys: ['predictions', 'logits'] }, create, options: { computeFullLoss } };
  }
  const custom = pick(['none', 'none', 'half a square', 'absolute']);
  const link = pick(['none', 'none', 'double']);
  const lossFn = { none: undefined, 'half a square': halfSquareLoss, absolute: absoluteLossFn }[custom];
  const terms = { none: squareTerms, 'half a square': halfSquareTerms, absolute: absoluteLoss }[custom] ?? squareTerms;
  const inverseLinkFn = link === 'double' ? (x: Tensor): Tensor => tf.mul(x, 2) : undefined;
  return {
    model: {
      ...terms,
      ...(inverseLinkFn && { predict: (x: number) => ({ value: 2 * x, scale: 0 }) }),
      keys: inverseLinkFn ? ['predictions', 'logits'] : ['predictions'],
    },
    create: () => new RegressionHead({ ...common, labelDimension: k, ...(lossFn && { lossFn }), ...(inverseLinkFn && { inverseLinkFn }) }),
    options: { lossFn: custom, inverseLinkFn: link },
  };
}

interface LossFnArgs {
  readonly labels: Tensor;
  readonly logits: Tensor;
}

const halfSquareLoss = ({ labels, logits }: LossFnArgs): Tensor => {
  const difference = tf.sub(logits, labels);
  return tf.mul(tf.mul(difference, difference), 0.5);
};

const absoluteLossFn = ({ labels, logits }: LossFnArgs): Tensor => tf.abs(tf.sub(logits, labels));

interface BatchOptions {
  readonly headName: HeadName;
  readonly k: number;
  readonly weightKind: WeightKind | undefined;
  readonly ends: boolean;
}

function drawBatch(next: () => number, pick: <T>(list: readonly T[]) => T, { headName, k, weightKind, ends }: BatchOptions): DrawnBatch {
  const large = next() < 0.003;
  const rows = large ? pick([[2049], [4099], [3, 1367]]) : pick([[1], [2], [3], [5], [2, 1], [1, 2], [2, 3], [1, 2, 2], [3, 1, 1]]);
  const shape = [...rows, k];
  const size = sizeOf(shape);
  const float = (low: number, high: number): number => Math.fround(low + next() * (high - low));
  const draw = (count: number, dtype: Drawn['dtype'], make: () => number): number[] =>
    Array.from({ length: count }, () => (dtype === 'float32' ? Math.fround(make()) : dtype === 'int32' ? clamp(Math.trunc(make())) : next() < 0.5 ? 0 : 1));

  const logitsDtype = ends ? 'float32' : pick(['float32', 'float32', 'float32', 'float32', 'int32', 'bool'] as const);
  const extremes = headName === 'RegressionHead' ? [0, 1e-15, -1e15, 1e10, 3] : [0, -1e-8, 1e-30, 20, -20, 80, -80];
  const logits = draw(size, logitsDtype, () => (ends ? pick(extremes) : float(-3, 3)));

  const labelsDtype = pick(DTYPES);
  const label = {
    RegressionHead: () => (ends ? pick([0, 1e-15, -1e15, 1e10]) : float(-4, 4)),
    PoissonRegressionHead: () => (ends ? pick([0, 0.5, 1, 1.0000001, 7, 1e3, 1e5, 1e6]) : pick([0, 1, 2, 7, 50, 0.5, 1.5])),
    LogisticRegressionHead: () => (next() < 0.5 ? Math.round(next()) : ends ? pick([1e-20, 1 - 2 ** -24, 0.999]) : float(0, 1)),
  }[headName];
  const labelValues = draw(size, labelsDtype, label);
  const labelShape = k === 1 && next() < 0.4 && rows.length > 0 ? rows : shape;

  return {
    logits: { values: logits, shape, dtype: logitsDtype },
    labels: { values: labelValues, shape: labelShape, dtype: labelsDtype },
    weights: weightKind && drawWeights(weightKind),
  };

  function drawWeights(kind: WeightKind): Drawn {
    const dtype = pick(DTYPES);
    const shapes = [rows, [...rows, 1], shape, ...(rows.length === 2 && rows[1] === 1 ? [rows.slice(0, 1)] : [])];
    const weightShape = pick(shapes);
    const make = {
      usual: () => (next() < 0.125 ? 0 : float(0, 3)),
      negative: () => Math.round(float(-3, 3)),
      ends: () => pick([1e-30, 1e-20, 1, 0]),
      zero: () => 0,
    }[kind];
    return { values: draw(sizeOf(weightShape), dtype, make), shape: weightShape, dtype };
  }
}

/** Into the range of int32, to a number that float32 has. */
const clamp = (value: number): number => Math.max(-(2 ** 24), Math.min(value, 2 ** 24));

export function tensorOf({ values, shape, dtype }: Drawn): Tensor {
  return tf.tensor([...values], [...shape], dtype as DataType & 'float32');
}

/** The tensors of a batch; the weights are the feature `w`. */
export function tensorsOf(batch: DrawnBatch): { logits: Tensor; labels: Tensor; features: Record<string, Tensor> } {
  return {
    logits: tensorOf(batch.logits),
    labels: tensorOf(batch.labels),
    features: batch.weights ? { w: tensorOf(batch.weights) } : {},
  };
}
