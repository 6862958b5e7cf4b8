import { div, equal, mul, tensor, util, zerosLike } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { onHost } from '../values-at-hand.js';
import { whereOfAnyRank } from './device-ops.js';

/** What part each loss has in the whole: weight over divisor. */
export interface Shares {
  readonly divisor: number;
  readonly weights?: Tensor;
  /**
   * The weights divided by the divisor, before anything is multiplied by them: the product of a large derivative and a large
   * weight may overflow although its share in a mean does not.
   */
  readonly of?: Tensor;
  /** Which of the weights are 0, as bools; asked of the device, once, where only it knows. */
  readonly zeros?: Tensor | 'none';
}

export function sharesOf(weights: Tensor | undefined, divisor: number): Shares {
  if (weights === undefined) return { divisor };
  const values = onHost(weights);
  if (values === undefined) {
    let asked: Tensor | undefined;
    return {
      divisor,
      weights,
      of: div(weights, divisor),
      get zeros() {
        return (asked ??= equal(weights, 0));
      },
    };
  }
  // Divided here: a kernel less to run.
  const of = new Float32Array(values.length);
  let zeros: Uint8Array | undefined;
  for (let i = 0; i < of.length; i++) {
    const weight = values[i] as number;
    of[i] = weight / divisor;
    if (weight === 0) (zeros ??= new Uint8Array(of.length))[i] = 1;
  }
  const { shape } = weights;
  return { divisor, weights, of: tensor(of, shape), zeros: zeros ? tensor(zeros, shape, 'bool') : 'none' };
}

/** `values * weights / divisor`. What has a weight of 0 is as if it were not there, be it infinite or NaN. */
export function weigh(values: Tensor, shares: Shares): Tensor {
  return shares.of === undefined ? div(values, shares.divisor) : clearZeros(mul(values, shares.of), shares);
}

/** Values that were weighed, with 0 wherever the weight is: there, a product with what is not finite is NaN. */
export function clearZeros(values: Tensor, { weights, of, zeros: mask }: Shares): Tensor {
  if (weights === undefined || of === undefined || mask === undefined || mask === 'none') return values;
  if (util.arraysEqual(of.shape, values.shape)) return whereOfAnyRank(mask, of, values);
  const zeros = zerosLike(values);
  return whereOfAnyRank(equal(weights, zeros), zeros, values);
}
