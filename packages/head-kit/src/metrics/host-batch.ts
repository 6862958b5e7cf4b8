import { util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { quote, shapeText } from '../checks/describe.js';
import { headError } from '../error.js';
import type { HostTensor, HostTensors } from '../read-tensors.js';
import { ExactSums } from './exact-sums.js';
import { borrow, giveBack } from './room.js';

/** What metrics may ask of a batch: a formula over others on the host, or a tensor made on the device. */
export type Quantity = HostQuantity | DeviceQuantity;

/** Computed on the host, in doubles. */
export interface HostQuantity {
  /** The names of what it is computed from. */
  readonly of: readonly string[];
  compute(batch: HostBatch): HostTensor;
  /** The same on the device, for backends whose data lie elsewhere: it is read in place of what the formula needs, unless that is read anyway. */
  make?(): Tensor;
}

/** Made on the device and read. */
export interface DeviceQuantity {
  /** Called at most once a batch, if a metric asks for it, under a tidy. */
  make(): Tensor;
}

/** The names of quantities to what they are. */
export type Quantities = Readonly<Record<string, Quantity>>;

/** Weights broadcast over values of a shape, and what they add up to once somebody has asked. */
interface Alignment {
  readonly given: HostTensor | undefined;
  readonly shape: readonly number[];
  readonly aligned: AlignedWeights;
  total?: ExactSums;
}

/** Weights broadcast over values. */
export interface AlignedWeights {
  /** As many as there are values; undefined where each is 1. */
  readonly values: ArrayLike<number> | undefined;
  /** One weight weighs the mean over so many values next to each other, which each have it here. */
  readonly trailing: number;
}

const NO_WEIGHTS: AlignedWeights = { values: undefined, trailing: 1 };

/** The named quantities of one batch on the host. Each is computed when somebody first asks for it, and once. */
export class HostBatch {
  readonly #found: Record<string, HostTensor>;
  readonly #formulas: Quantities;
  readonly #alignments: Alignment[] = [];
  readonly #shared = Object.create(null) as Record<string, Float64Array>;
  readonly #borrowed: Float64Array[] = [];

  /**
   * @param read What was read.
   * @param formulas What else can be computed.
   */
  constructor(read: HostTensors, formulas: Quantities = {}) {
    this.#found = Object.assign(Object.create(null), read) as Record<string, HostTensor>;
    this.#formulas = formulas;
  }

  /** @throws METRIC_INPUT_INVALID where the batch has none of that name */
  get(name: string): HostTensor {
    const found = this.#find(name);
    if (found !== undefined) return found;
    throw headError(
      'METRIC_INPUT_INVALID',
      `A metric needs the quantity ${quote(name)}, got a batch with ${Object.keys(this.#found).join(', ')}.`,
    );
  }

  /**
   * The weights of the values of a quantity, broadcast over them once for all who ask.
   *
   * @param weights The name of the weights; null: none. Where the batch has none of that name, each weight is 1.
   * @throws METRIC_INPUT_INVALID
   */
  weightsOver(name: string, weights: string | null): AlignedWeights {
    return this.#alignment(name, weights).aligned;
  }

  /** What the weights of {@link weightsOver} add up to, each of them counted once: one sum, computed once for all who ask. */
  totalWeight(name: string, weights: string | null): ExactSums {
    const alignment = this.#alignment(name, weights);
    if (alignment.total === undefined) {
      const { values, trailing } = alignment.aligned;
      const total = new ExactSums(1);
      if (values === undefined) total.add(0, this.get(name).values.length);
      else if (trailing === 1) total.addProducts(0, values, undefined);
      else for (let i = 0; i < values.length; i += trailing) total.add(0, values[i] as number);
      alignment.total = total;
    }
    return alignment.total;
  }

  /** What several quantities are computed from, under a name of its own: computed for the first who asks. */
  shared(name: string, compute: () => Float64Array): Float64Array {
    return (this.#shared[name] ??= compute());
  }

  /** An array for the numbers of a quantity, to be filled whole. It is used again once the batch has been summed up. */
  room(length: number): Float64Array {
    const array = borrow(length);
    this.#borrowed.push(array);
    return array;
  }

  /** To be called when the batch has been summed up: nothing of it is to be looked at afterwards. */
  release(): void {
    this.#borrowed.forEach(giveBack);
  }

  /** Weights are broadcast in the same way over all quantities of a shape. */
  #alignment(name: string, weights: string | null): Alignment {
    const given = weights === null ? undefined : this.#find(weights);
    const { shape } = this.get(name);
    let alignment = this.#alignments.find(
      (known) => known.given === given && util.arraysEqual(known.shape as number[], shape as number[]),
    );
    if (alignment === undefined) {
      alignment = { given, shape, aligned: given === undefined ? NO_WEIGHTS : align(given, shape) };
      this.#alignments.push(alignment);
    }
    return alignment;
  }

  #find(name: string): HostTensor | undefined {
    const found = this.#found[name];
    if (found !== undefined) return found;
    const formula = Object.hasOwn(this.#formulas, name) ? this.#formulas[name] : undefined;
    return formula !== undefined && 'compute' in formula ? (this.#found[name] = formula.compute(this)) : undefined;
  }
}

/** The name of a quantity that may be missing, or that may not. */
export function plainName(read: string): string {
  return read.endsWith('?') ? read.slice(0, -1) : read;
}

/**
 * The shape of weights as that of values they are broadcast over, as {@link Mean} says: of the same rank, or a lower one for the
 * means over what follows.
 *
 * @throws METRIC_INPUT_INVALID
 */
export function alignedShape(weightsShape: readonly number[], shape: readonly number[]): readonly number[] {
  if (weightsShape.length === 0) return shape.map(() => 1);
  let given = weightsShape;
  if (given.length === shape.length + 1 && given.at(-1) === 1) given = given.slice(0, -1);
  else if (given.length === shape.length - 1) given = [...given, 1];
  const compared = shape.slice(0, given.length);
  const fits =
    given.length <= shape.length && given.every((dimension, axis) => dimension === 1 || dimension === compared[axis]);
  if (!fits) {
    throw headError(
      'METRIC_INPUT_INVALID',
      `Weights must broadcast over values of shape ${shapeText(shape)}, got the shape ${shapeText(weightsShape)}.`,
    );
  }
  return given;
}

function align({ values, shape: weightsShape }: HostTensor, shape: readonly number[]): AlignedWeights {
  const size = sizeOf(shape);
  if (weightsShape.length === 0) return { values: new Float64Array(size).fill(values[0] as number), trailing: 1 };
  const given = alignedShape(weightsShape, shape);
  const compared = shape.slice(0, given.length);
  const trailing = sizeOf(shape.slice(given.length));
  if (sizeOf(given) === size) return { values, trailing };
  const broadcast = new Float64Array(size);
  for (let i = 0; i < size; i++)
    broadcast[i] = values[sourceIndex(Math.floor(i / trailing), compared, given)] as number;
  return { values: broadcast, trailing };
}

/** Where in a tensor of shape `given` an index of its broadcast over `shape` comes from. */
function sourceIndex(index: number, shape: readonly number[], given: readonly number[]): number {
  let source = 0;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (given[axis] !== 1) {
      source += (index % size) * stride;
      stride *= size;
    }
    index = Math.floor(index / size);
  }
  return source;
}

function sizeOf(shape: readonly number[]): number {
  return util.sizeFromShape(shape as number[]);
}
