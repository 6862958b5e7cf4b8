import {
  all,
  engine,
  equal,
  floor,
  getGradient,
  getKernel,
  greaterEqual,
  lessEqual,
  logicalAnd,
  registerGradient,
  registerKernel,
} from '@tensorflow/tfjs-core';
import type { NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { HeadError } from '@tfjs-heads/head-api';
import { bySimd } from '../by-simd.js';
import { copyOf, type DeviceCheck, deviceCheck } from '../device-check.js';
import { headError } from '../error.js';
import { backendOf, type HostArray, hostMemory } from '../host-memory.js';
import { recorderNow } from '../recording.js';
import { valuesAtHand } from '../values-at-hand.js';
import { shapeText } from './describe.js';

/** Which values labels may have: what a {@link LabelRange} is made of. */
export interface LabelRangeOptions {
  /** The smallest and the largest value, both included. */
  readonly min: number;
  readonly max: number;
  /** Whether they must be whole numbers, as ids of classes are. Default: no. */
  readonly whole?: boolean | undefined;
}

/**
 * Which values labels may have, and how they are held to it. A head that has one brings the code along, and no other does:
 *
 * ```ts
 * protected override readonly labelRange = new LabelRange({ min: 0, max: 1 });
 * ```
 */
export class LabelRange implements LabelRangeOptions {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** Data that were found in range, by ranges of these ends. The data of a tensor never change. */
  readonly #known: WeakSet<object>;

  constructor({ min, max, whole = false }: LabelRangeOptions) {
    this.min = min;
    this.max = max;
    this.whole = whole;
    const key = `${min},${max},${whole}`;
    this.#known = dataInRange.get(key) ?? new WeakSet();
    dataInRange.set(key, this.#known);
  }

  /**
   * Throws LABELS_RANGE when the values of `labels` are outside (NaN is) and can be had without a stall.
   *
   * @param forMetrics Whether nothing is computed of them that a step could be recorded of but by a {@link StepRecorder}: then no kernel is run. Default: no.
   * @returns The labels, known to be in range: use these from then on. Undefined where only the device knows: see
   *   {@link LabelRange.onDevice}.
   */
  demand(labels: Tensor, forMetrics = false): Tensor | undefined {
    const { backend, backendName } = engine();
    if (hostMemory(backend) !== undefined || isNative(backend)) {
      if (forMetrics && recorderNow() === undefined) {
        this.demandInMemory(backend, labels);
        return labels;
      }
      if (getKernel(LABEL_RANGE, backendName) === undefined) register(backendName);
      return engine().runKernel(LABEL_RANGE, { labels }, { range: this } as unknown as NamedAttrMap);
    }
    if (recorderNow()?.isConstant(labels) === false) return undefined; // others may come
    return this.has(labels) ? labels : undefined;
  }

  /**
   * Whether labels are known to be in range, with no question to a device.
   *
   * @throws LABELS_RANGE where they are at hand, and not in range
   */
  has(labels: Tensor): boolean {
    const values = valuesAtHand(labels);
    if (values === undefined) return this.#known.has(labels.dataId);
    this.#demandOf(values, labels);
    this.add(labels);
    return true;
  }

  /** Labels that were found in range: the next step with them is spared the check, when they lie on a device by then. */
  add({ dataId }: TensorInfo): void {
    this.#known.add(dataId);
  }

  /**
   * Looks at labels that a kernel is given, if they lie in this process' memory. The one blocking read of the package is here: that of the
   * native backend, where a copy of the labels costs less than the step that would train on wrong ones.
   *
   * @throws LABELS_RANGE
   */
  demandInMemory(backend: object, labels: TensorInfo): void {
    const native = isNative(backend);
    // Nobody can write into data of TensorFlow's, which are read by a copy: once is enough.
    if (native && this.#known.has(labels.dataId)) return;
    const values = native ? nativeValues(labels) : hostMemory(backend)?.view(labels);
    // Others are looked at time after time, and to remember those of each batch costs more.
    if (values !== undefined) this.#demandOf(values, labels);
    if (native) this.add(labels);
  }

  /** Whether all labels are in range, as a bool scalar on the device. */
  onDevice(labels: Tensor): Tensor {
    const within = logicalAnd(greaterEqual(labels, this.min), lessEqual(labels, this.max));
    return all(this.whole && labels.dtype === 'float32' ? logicalAnd(within, equal(labels, floor(labels))) : within);
  }

  /** What the device will say of labels: `valid` is what {@link LabelRange.onDevice} made of them. */
  check(valid: Tensor, labels: Tensor): DeviceCheck {
    const error = (): HeadError => this.#outOfRange(`a value outside in labels of shape ${shapeText(labels.shape)}`);
    return deviceCheck({ valid, error, of: labels, known: this });
  }

  /** The error for labels out of range, if any is; the upper end is looked at first, as in the original. */
  errorOf(values: ArrayLike<number>, shape: readonly number[]): HeadError | undefined {
    if (this.#holds(values)) return undefined;
    const list = Array.from(values);
    let index = list.findIndex((value) => !(value <= this.max));
    if (index < 0) index = list.findIndex((value) => !(value >= this.min));
    if (index < 0) index = list.findIndex((value) => !Number.isInteger(value));
    return this.#outOfRange(`${list[index]} at index ${index} of labels of shape ${shapeText(shape)}`);
  }

  #demandOf(values: ArrayLike<number>, labels: TensorInfo): void {
    const error = this.errorOf(values, labels.shape);
    if (error !== undefined) throw error;
  }

  #holds(values: ArrayLike<number>): boolean {
    const { min, max, whole } = this;
    if (!(bySimd.areWithin?.(values, min, max) ?? areWithin(values, min, max))) return false;
    if (whole) for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i])) return false;
    return true;
  }

  #outOfRange(got: string): HeadError {
    return headError(
      'LABELS_RANGE',
      `Labels must be ${this.whole ? 'whole numbers ' : ''}in range [${this.min}, ${this.max}], got ${got}.`,
    );
  }
}

/** Whether all values are, which NaN is not. Looks at four at a time, which takes half of the time. */
function areWithin(values: ArrayLike<number>, min: number, max: number): boolean {
  const { length } = values;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = values[i] as number;
    const b = values[i + 1] as number;
    const c = values[i + 2] as number;
    const d = values[i + 3] as number;
    if (!(a >= min && b >= min && c >= min && d >= min && a <= max && b <= max && c <= max && d <= max)) return false;
  }
  for (; i < length; i++) if (!((values[i] as number) >= min && (values[i] as number) <= max)) return false;
  return true;
}

const dataInRange = new Map<string, WeakSet<object>>();

/**
 * The check as a kernel of its own, where no kernel of a loss makes it: for whoever records a step and runs it again with
 * other labels. What it gives is what it was given, so that the loss depends on it and no recording leaves it out.
 */
const LABEL_RANGE = 'TfjsHeads.LabelRange/2';

function register(backendName: string): void {
  registerKernel({
    kernelName: LABEL_RANGE,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { dataId, shape, dtype } = inputs.labels as TensorInfo;
      (attrs as unknown as { range: LabelRange }).range.demandInMemory(backend as object, { dataId, shape, dtype });
      (backend as { incRef(dataId: object): void }).incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
  if (getGradient(LABEL_RANGE) === undefined)
    registerGradient({ kernelName: LABEL_RANGE, gradFunc: (dy) => ({ labels: () => copyOf(dy as Tensor) }) });
}

function isNative(backend: object): boolean {
  return 'binding' in backend;
}

function nativeValues(labels: TensorInfo): HostArray {
  // Maybe still on another backend, which reads its own.
  return (backendOf(labels) as { readSync(dataId: object): HostArray }).readSync(labels.dataId);
}
