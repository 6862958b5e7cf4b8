import { all, engine, equal, floor, getGradient, getKernel, greaterEqual, lessEqual, logicalAnd, registerGradient, registerKernel } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { HeadError } from '@tfjs-heads/head-api';
import { copyOf } from '../device-check.js';
import { headError } from '../error.js';
import { hostMemory } from '../host-memory.js';
import { valuesAtHand } from '../values-at-hand.js';
import { shapeText } from './describe.js';

/** Which values labels may have, both ends included. */
export interface LabelRange {
  readonly min: number;
  readonly max: number;
  /** Whether they must be whole numbers, as ids of classes are. Default: no. */
  readonly whole?: boolean | undefined;
}

/**
 * Throws LABELS_RANGE when the values of `labels` are outside of `range` (NaN is) and can be had
 * without a stall.
 *
 * @returns The labels, known to be in range: use these from then on. Undefined where only the device knows: see
 *   {@link labelsInRange}.
 */
export function inLabelRange(labels: Tensor, range: LabelRange): Tensor | undefined {
  const { backend, backendName } = engine();
  if (hostMemory(backend) !== undefined) {
    if (getKernel(LABEL_RANGE, backendName) === undefined) register(backendName);
    return engine().runKernel(LABEL_RANGE, { labels }, { ...range, whole: range.whole === true });
  }
  const values = valuesAtHand(labels) ?? nativeValues(labels);
  if (values === undefined) return inRange(range).has(labels.dataId) ? labels : undefined;
  demandInRange(values, labels, range);
  return labels;
}

/** Whether the labels of losses that are computed now lie in this process' memory, which the kernels of these look at. */
export function areInMemory(): boolean {
  return hostMemory(engine().backend) !== undefined;
}

/**
 * Looks at labels that a kernel is given, if they lie in this process' memory.
 *
 * @throws LABELS_RANGE
 */
export function checkLabelsInMemory(backend: object, labels: TensorInfo, range: LabelRange): void {
  const values = hostMemory(backend)?.view(labels);
  if (values !== undefined) demandInRange(values, labels, range);
}

function demandInRange(values: ArrayLike<number>, { shape, dataId }: TensorInfo, range: LabelRange): void {
  const error = labelRangeError(values, shape, range);
  if (error !== undefined) throw error;
  rememberInRange(dataId, range);
}

/**
 * The check as a kernel of its own, where no kernel of a loss makes it: for whoever records a step and runs it again with
 * other labels. What it gives is what it was given, so that the loss depends on it and no recording leaves it out.
 */
const LABEL_RANGE = 'TfjsHeads.LabelRange/1';

function register(backendName: string): void {
  registerKernel({
    kernelName: LABEL_RANGE,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { dataId, shape, dtype } = inputs.labels as TensorInfo;
      checkLabelsInMemory(backend as object, { dataId, shape, dtype }, attrs as unknown as LabelRange);
      (backend as { incRef(dataId: object): void }).incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
  if (getGradient(LABEL_RANGE) === undefined) registerGradient({ kernelName: LABEL_RANGE, gradFunc: (dy) => ({ labels: () => copyOf(dy as Tensor) }) });
}

/** Data that were found in range, by the range. The data of a tensor never change. */
const dataInRange = new Map<string, WeakSet<object>>();

function inRange({ min, max, whole }: LabelRange): WeakSet<object> {
  const key = `${min},${max},${String(whole)}`;
  const known = dataInRange.get(key) ?? new WeakSet();
  dataInRange.set(key, known);
  return known;
}

/** Spares the next step with the same labels the check, when they lie on a device by then. */
export function rememberInRange(dataId: object, range: LabelRange): void {
  inRange(range).add(dataId);
}

/** The error for labels out of range, if any is; the upper end is looked at first, as in the original. */
export function labelRangeError(
  values: ArrayLike<number>,
  shape: readonly number[],
  range: LabelRange,
): HeadError | undefined {
  if (allInRange(values, range)) return undefined;
  const { min, max } = range;
  const list = Array.from(values);
  let index = list.findIndex((value) => !(value <= max));
  if (index < 0) index = list.findIndex((value) => !(value >= min));
  if (index < 0) index = list.findIndex((value) => !Number.isInteger(value));
  return outOfRange(`${list[index]} at index ${index} of labels of shape ${shapeText(shape)}`, range);
}

function allInRange(values: ArrayLike<number>, { min, max, whole = false }: LabelRange): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!(value >= min && value <= max)) return false; // NaN as well
    if (whole && !Number.isInteger(value)) return false;
  }
  return true;
}

/** The error for labels of which only the device knows that one is out of range. */
export function labelRangeErrorOnDevice(shape: readonly number[], range: LabelRange): HeadError {
  return outOfRange(`a value outside in labels of shape ${shapeText(shape)}`, range);
}

/** Whether all labels are in range, as a bool scalar on the device. */
export function labelsInRange(labels: Tensor, { min, max, whole = false }: LabelRange): Tensor {
  const within = logicalAnd(greaterEqual(labels, min), lessEqual(labels, max));
  return all(whole && labels.dtype === 'float32' ? logicalAnd(within, equal(labels, floor(labels))) : within);
}

function outOfRange(got: string, { min, max, whole = false }: LabelRange): HeadError {
  return headError('LABELS_RANGE', `Labels must be ${whole ? 'whole numbers ' : ''}in range [${min}, ${max}], got ${got}.`);
}

/**
 * The one blocking read of the package: the native backend has its data in this process' memory, and
 * a copy of the labels costs less than the step that would train on wrong ones.
 */
function nativeValues(labels: Tensor): ArrayLike<number> | undefined {
  return 'binding' in engine().backend ? labels.dataSync() : undefined;
}
