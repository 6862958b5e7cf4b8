import {
  greater,
  reshape,
  scalar,
  slice,
  sub,
  tensor,
  tensor2d,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import type { Labels, Logits, SparseTensor } from '@tfjs-heads/head-api';
import { sizeOf, type Values } from '@tfjs-heads/reference';

/** The feature that holds the weights, wherever the suite gives some. */
export const WEIGHT = 'weight';

/** One of something; for a head made of heads one for each of them, by its name. */
export type PerHead<T> = T | Readonly<Record<string, T>>;

/** Labels as numbers. */
export interface LabelValues extends Values {
  /** Of sparse labels: where each of the values stands in `shape`, row-major. Default: there is a value at each place. */
  readonly indices?: readonly (readonly number[])[];
  /** Of labels that are words: each value is the place of its word among these. Default: labels are numbers. */
  readonly vocabulary?: readonly string[];
}

/** A batch as numbers, so that a check can cut, permute or change it before it makes tensors. The first dimension of all of it is the row. */
export interface Batch {
  readonly logits: PerHead<Values>;
  readonly labels: PerHead<LabelValues>;
  readonly weights?: Values;
  /** Other features by name, such as the mask of a sequence. */
  readonly features?: Readonly<Record<string, Values>>;
}

/** How a batch is to be drawn. */
export interface BatchSize {
  /** Another batch for another seed, the same for the same. */
  readonly seed: number;
  /** The dimensions before the last one: `[33]`, `[2, 3, 5]`. A head of sequences has two: the sequences, and their steps. */
  readonly rows: readonly number[];
  /** One weight for each row, or for each logit too. Default: none. */
  readonly weights?: 'rows' | 'logits';
}

/** The tensors of a batch. */
export interface BatchTensors {
  readonly logits: Logits;
  readonly labels: Labels;
  /** The weights as {@link WEIGHT}, if there are any, and the other features. */
  readonly features: Record<string, Tensor>;
}

/** Each part of what there is for each head, by the name of the head; what there is one of has the name ''. */
export function partsOf<T extends object>(given: PerHead<T>): [name: string, part: T][] {
  return isOne(given) ? [['', given]] : Object.entries(given as Readonly<Record<string, T>>);
}

/** The same of each part. */
export function mapParts<T extends object, U>(given: PerHead<T>, map: (part: T, name: string) => U): PerHead<U> {
  return isOne(given) ? map(given, '') : mapped(given as Readonly<Record<string, T>>, map);
}

/** Values, a tensor or a sparse one, and no map of them. */
function isOne<T extends object>(given: PerHead<T>): given is T {
  const { shape, denseShape } = given as { readonly shape?: unknown; readonly denseShape?: unknown };
  return Array.isArray(shape) || Array.isArray(denseShape);
}

/** The same of each, under the same name. */
export function mapped<T, U>(
  named: Readonly<Record<string, T>>,
  map: (value: T, name: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, map(value, name)]));
}

/** All logits of a batch, head by head, row-major. A gradient by the logits has this order, too. */
export function logitsIn({ logits }: Pick<Batch, 'logits'>): number[] {
  return partsOf(logits).flatMap(([, { values }]) => values);
}

/** The batch with other logits. */
export function withLogits(batch: Batch, map: (logit: number, place: number) => number): Batch {
  let place = 0;
  return {
    ...batch,
    logits: mapParts(batch.logits, ({ shape, values }) => ({
      shape,
      values: values.map((logit) => map(logit, place++)),
    })),
  };
}

/** The places among all logits of those of some rows, in that order. */
export function placesIn(batch: Batch, rows: readonly number[]): number[] {
  return logitsIn(
    pickRows(
      withLogits(batch, (_, place) => place),
      rows,
    ),
  );
}

/** How many rows there are: of sequences, how many sequences. */
export function countOf({ logits }: Pick<Batch, 'logits'>): number {
  return partsOf(logits)[0]?.[1].shape[0] ?? 0;
}

/** How many rows of logits there are: of sequences, how many steps. */
export function stepsOf({ logits }: Pick<Batch, 'logits'>): number {
  return sizeOf(partsOf(logits)[0]?.[1].shape.slice(0, -1) ?? []);
}

/** How many logits stand side by side, those of all heads. */
export function widthOf({ logits }: Pick<Batch, 'logits'>): number {
  return partsOf(logits).reduce((width, [, { shape }]) => width + (shape.at(-1) as number), 0);
}

/** The dimensions before the last one as they stand in a query: `5`, `2x3`. */
export function parseRows(rows: number | string): number[] {
  return String(rows).split('x').map(Number);
}

/** The batch with a weight for each row, or each part of a row that has one. */
export function weighed(batch: Batch, weightOf: (row: number) => number): Batch {
  const shape = batch.weights?.shape ?? partsOf(batch.logits)[0]?.[1].shape.slice(0, -1) ?? [];
  const size = sizeOf(shape);
  return {
    ...batch,
    weights: {
      shape,
      values: Array.from({ length: size }, (_, i) => weightOf(Math.floor((i * countOf(batch)) / size))),
    },
  };
}

/** The rows of a batch at some indices of the first dimension, in that order: a part of it, or all of it permuted. */
export function pickRows({ logits, labels, weights, features }: Batch, rows: readonly number[]): Batch {
  return {
    logits: mapParts(logits, (part) => pick(part, rows)),
    labels: mapParts(labels, (part) => pick(part, rows)),
    ...(weights && { weights: pick(weights, rows) }),
    ...(features && { features: mapped(features, (feature) => pick(feature, rows)) }),
  };
}

function pick(
  { shape: [count = 0, ...rest], values, indices, ...others }: LabelValues,
  rows: readonly number[],
): LabelValues {
  const shape = [rows.length, ...rest];
  if (indices === undefined) {
    const size = values.length / count;
    return { ...others, shape, values: rows.flatMap((row) => values.slice(row * size, (row + 1) * size)) };
  }
  const at = rows.flatMap((row, to) =>
    indices.flatMap(([from, ...inner], i) => (from === row ? [{ i, index: [to, ...inner] }] : [])),
  );
  return { ...others, shape, indices: at.map(({ index }) => index), values: at.map(({ i }) => values[i] as number) };
}

/**
 * The tensors of a batch.
 *
 * @param make Makes a tensor of numbers. Default: uploads them. Labels that are sparse, or words, are always uploaded.
 */
export function tensorsOf(
  { logits, labels, weights, features = {} }: Batch,
  make: (values: Values) => Tensor = tensorOf,
): BatchTensors {
  const labelsOf = (part: LabelValues): Tensor | SparseTensor => {
    const { shape, indices, vocabulary } = part;
    if (indices === undefined) return vocabulary === undefined ? make(part) : tensorOf(part);
    const { indices: _, ...values } = { ...part, shape: [indices.length] };
    return {
      indices: tensor2d(indices.flat(), [indices.length, shape.length], 'int32'),
      values: tensorOf(values) as Tensor1D,
      denseShape: shape,
    };
  };
  return {
    logits: mapParts(logits, (part) => make(part)),
    labels: mapParts<LabelValues, Tensor | SparseTensor>(labels, labelsOf),
    features: { ...(weights && { [WEIGHT]: make(weights) }), ...mapped(features, (feature) => make(feature)) },
  };
}

/** The values, uploaded. */
export function tensorOf({ values, shape, dtype = 'float32', vocabulary }: LabelValues): Tensor {
  const words = vocabulary && values.map((id) => vocabulary[id] ?? `no word ${id}`);
  return words === undefined ? tensor([...values], [...shape], dtype) : tensor(words, [...shape], 'string');
}

/**
 * The same values to the bit, as the result of an op: nothing of them is known to JavaScript, and WebGL's packed textures
 * have something other than 0 in their padding. All drawn values are multiples of 1/1024, so that adding 1 loses nothing.
 */
export function madeByDevice({ values, shape, dtype = 'float32' }: Values): Tensor {
  if (dtype === 'bool') return greater(tensorOf({ shape, values }), 0.5);
  return sub(tensorOf({ shape, values: values.map((value) => value + 1), dtype }), scalar(1, dtype));
}

/** What a network puts out, `[steps, width]`, in the shapes of logits: columns of it for each head. */
export function asLogits(outputs: Tensor, shapes: PerHead<Pick<Values, 'shape'>>): PerHead<Tensor> {
  let next = 0;
  return mapParts(shapes, ({ shape }) => {
    const k = shape.at(-1) as number;
    const from = next;
    next += k;
    const own = k === outputs.shape[1] ? outputs : slice(outputs, [0, from], [-1, k]);
    return shape.length === 2 ? own : reshape(own, [...shape]);
  });
}

/** All tensors of the labels: of sparse ones both. */
export function labelTensors(labels: Labels): Tensor[] {
  return partsOf<Tensor | SparseTensor>(labels).flatMap(([, part]) =>
    'denseShape' in part ? [part.indices, part.values] : [part],
  );
}
