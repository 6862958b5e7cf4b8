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
  /** Which of the weights are 0, as bools, if any may be; asked of the device, once, where only it knows. */
  readonly zeros?: Tensor | undefined;
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
  const { shape, size } = weights;
  const shares = new Float32Array(size);
  let zeros: Uint8Array | undefined;
  for (let i = 0; i < size; i++) {
    const weight = values[i] as number;
    shares[i] = weight / divisor;
    if (weight === 0) (zeros ??= new Uint8Array(size))[i] = 1;
  }
  return { divisor, weights, of: tensor(shares, shape), zeros: zeros && tensor(zeros, shape, 'bool') };
}

/** `values * weights / divisor`. What has a weight of 0 is as if it were not there, be it infinite or NaN. */
export function weigh(values: Tensor, shares: Shares): Tensor {
  return shares.of === undefined ? div(values, shares.divisor) : clearZeros(mul(values, shares.of), shares);
}

/** Values that were weighed, with 0 wherever the weight is: there, a product with what is not finite is NaN. */
export function clearZeros(values: Tensor, shares: Shares): Tensor {
  const mask = shares.zeros;
  if (mask === undefined) return values;
  const { weights, of } = shares as Required<Shares>;
  if (util.arraysEqual(of.shape, values.shape)) return whereOfAnyRank(mask, of, values);
  const zeros = zerosLike(values);
  return whereOfAnyRank(equal(weights, zeros), zeros, values);
}
