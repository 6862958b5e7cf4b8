// What a head without a notion of time is given of sequences: a row for each step that is real.
import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HeadErrorCode, SparseTensor } from '@tfjs-heads/head-api';
import {
  checkSparse,
  checkTensor,
  describeValue,
  headError,
  isSparseTensor,
  shapeText,
  stringsAtHand,
  valuesAtHand,
} from '@tfjs-heads/head-kit';
import { inShape, pickRows, replaceRows } from './rows.js';
import { type HostSteps, isReal, notAtHand, type Steps } from './steps.js';

/** How to speak of what is flattened: its name, and the codes for what is not there, no tensor, or of no such shape. */
export interface Flattened {
  readonly name: string;
  readonly missing: HeadErrorCode;
  readonly dtype: HeadErrorCode;
  readonly shape: HeadErrorCode;
}

/** Which mask it is, for errors. */
export interface StepsOfKey {
  readonly steps: Steps;
  readonly key: string;
}

/**
 * The real steps of a dense tensor `[batch, time, ..]`, or the values of a sparse one, `[steps, ..]`; `[steps, 1]` where there is
 * nothing behind the time. Where only a device knows which steps are real: all of them, those that are not with the values of
 * the first that is.
 *
 * @returns A tensor of its own, so call it under a tidy. Differentiable, with no registered gradient.
 * @throws The codes of `what`, SEQUENCE_MASK_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function flatten(given: unknown, what: Flattened, { steps, key }: StepsOfKey): Tensor {
  const { name } = what;
  if (given === undefined || given === null) {
    const start = what.missing === 'LABELS_MISSING' ? 'You must provide a labels Tensor: ' : '';
    throw headError(
      what.missing,
      `${start}${name} must be a tensor of shape [batch, time, ...], got ${describeValue(given)}.`,
    );
  }
  if (isSparseTensor(given)) {
    if (steps.real !== undefined) return flattenSparse(given, what, steps as HostSteps);
    throw notAtHand(key, `${name} are sparse`);
  }
  const dense = checkTensor(name, given, 'a tensor of shape [batch, time, ...] or a sparse one', what.dtype);
  checkRank(dense.shape, what);
  const { shape } = steps.mask;
  if (dense.shape[0] !== shape[0] || dense.shape[1] !== shape[1])
    throw incompatible(what, steps, `the shape ${shapeText(dense.shape)}`);
  const behind = dense.rank === 2 ? [1] : dense.shape.slice(2);
  if (dense.size === 0) throw incompatible(what, steps, `the shape ${shapeText(dense.shape)}`);
  if (dense.dtype === 'string' && steps.real === undefined) throw notAtHand(key, `${name} are strings`);
  const rows = steps.mask.size;
  if (steps.real?.length === rows) return inShape(dense, [rows, ...behind]);
  if (dense.dtype === 'string') return pickStrings(dense, [...behind], steps as HostSteps);
  const matrix = inShape(dense, [rows, dense.size / rows]);
  return steps.real === undefined
    ? inShape(replaceRows(matrix, isReal(steps)), [rows, ...behind])
    : inShape(pickRows(matrix, steps.real), [steps.real.length, ...behind]);
}

/** The original sorts the values of matrices alone; here those of more dimensions are in the order of their places, too. */
function flattenSparse(given: SparseTensor, what: Flattened, steps: HostSteps): Tensor {
  const { name } = what;
  const { indices, values, denseShape } = checkSparse(name, given, what);
  checkRank(denseShape, what);
  const behind = denseShape.length === 2 ? [1] : denseShape.slice(2);
  const size = behind.reduce((product, dimension) => product * dimension, 1);
  if (values.size !== steps.real.length * size)
    throw incompatible(what, steps, `${values.size} values in the denseShape ${shapeText(denseShape)}`);
  const order = orderOf(indices, denseShape.length);
  const target = [steps.real.length, ...behind];
  if (order === undefined) return inShape(values, target);
  if (values.dtype === 'string') return strings(stringsAtHand(values), order, target);
  return inShape(pickRows(inShape(values, [values.size, 1]), order), target);
}

/** In which order values stand row-major; undefined where they do already, or where only a device knows: then they must. */
function orderOf(indices: Tensor, rank: number): Int32Array | undefined {
  const places = valuesAtHand(indices);
  if (places === undefined) return undefined;
  const before = (a: number, b: number): number => {
    for (let axis = 0; axis < rank; axis++) {
      const difference = (places[a * rank + axis] as number) - (places[b * rank + axis] as number);
      if (difference !== 0) return difference;
    }
    return a - b;
  };
  const order = Int32Array.from({ length: places.length / rank }, (_, index) => index);
  return order.every((index) => index === 0 || before(index - 1, index) < 0) ? undefined : order.toSorted(before);
}

function pickStrings(dense: Tensor, behind: readonly number[], { mask, real }: HostSteps): Tensor {
  const size = dense.size / mask.size;
  const places = Int32Array.from({ length: real.length * size }, (_, i) => {
    return (real[Math.floor(i / size)] as number) * size + (i % size);
  });
  return strings(stringsAtHand(dense), places, [real.length, ...behind]);
}

function strings(values: readonly string[], places: Int32Array, shape: readonly number[]): Tensor {
  return tensor(
    Array.from(places, (place) => values[place] as string),
    [...shape],
    'string',
  );
}

function checkRank(shape: readonly number[], { name, shape: code }: Flattened): void {
  if (shape.length >= 2) return;
  throw headError(
    code,
    `Input tensor expected to have at least 2 dimensions: ${name} must be of shape [batch, time, ...], got ${shapeText(shape)}.`,
  );
}

function incompatible({ name, shape }: Flattened, { mask, real }: Steps, got: string): Error {
  const count = real === undefined ? '' : ` with ${real.length} steps`;
  return headError(
    shape,
    `Tensor shape is incompatible with provided mask: ${name} must fit a mask of shape ${shapeText(mask.shape)}${count}, got ${got}.`,
  );
}
