import { shapeText } from '../checks/describe.js';
import { headError } from '../error.js';
import type { HostTensor } from '../read-tensors.js';
import { StreamingMetric } from './streaming-metric.js';

/**
 * The weighted mean of everything seen: the sum of value times weight over the sum of the broadcast
 * weights, and 0 when that is 0.
 *
 * `update(values, weights?)`: the weights are one scalar, or have the values' rank with each
 * dimension equal to theirs or 1, or lack or exceed it by one last dimension of 1. Weights of a lower
 * rank than that weigh the means over the values' trailing dimensions.
 */
export class Mean extends StreamingMetric {
  readonly metric = 'mean';
  protected readonly inputs: readonly string[] = ['values', 'weights?'];

  constructor() {
    super(2);
  }

  /** The sum of value times weight. */
  get total(): number {
    return this.sums[0] as number;
  }

  /** The sum of the broadcast weights. */
  get count(): number {
    return this.sums[1] as number;
  }

  sumsOf(values: HostTensor, weights?: HostTensor): readonly [total: number, count: number] {
    const { weightOf, trailing } = alignWeights(values, weights);
    let total = 0;
    let count = 0;
    for (let i = 0; i < values.values.length; i++) {
      const weight = weightOf(i);
      total += (values.values[i] as number) * weight;
      count += weight;
    }
    return [total / trailing, count / trailing];
  }

  protected compute(): number {
    return this.count === 0 ? 0 : this.total / this.count;
  }
}

/** The weight of each value, and over how many trailing values one weight's mean goes. */
function alignWeights(
  { shape }: HostTensor,
  weights: HostTensor | undefined,
): { weightOf: (index: number) => number; trailing: number } {
  if (weights === undefined) return { weightOf: () => 1, trailing: 1 };
  const { values } = weights;
  if (weights.shape.length === 0) return { weightOf: () => values[0] as number, trailing: 1 };
  let given = weights.shape;
  if (given.length === shape.length + 1 && given.at(-1) === 1) given = given.slice(0, -1);
  else if (given.length === shape.length - 1) given = [...given, 1];
  const compared = shape.slice(0, given.length);
  const fits = given.length <= shape.length && given.every((size, axis) => size === 1 || size === compared[axis]);
  if (!fits) {
    throw headError(
      'METRIC_INPUT_INVALID',
      `Mean: weights must broadcast over values of shape ${shapeText(shape)}, got the shape ${shapeText(weights.shape)}.`,
    );
  }
  const trailing = product(shape.slice(given.length));
  if (product(given) === product(shape)) return { weightOf: (index) => values[index] as number, trailing };
  return { weightOf: (index) => values[sourceIndex(Math.floor(index / trailing), compared, given)] as number, trailing };
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

function product(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}
