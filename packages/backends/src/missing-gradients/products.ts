import {
  add,
  cumprod,
  mul,
  reshape,
  reverse,
  transpose,
  util,
  type GradConfig,
  type GradFunc,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../batches-of-rows.js';
import { padAlong } from '../along-axis.js';

interface CumprodAttributes {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/**
 * Of products of all numbers so far. Without a division, unlike TensorFlow's, which gives 0 where a number is zero, whatever comes after it: with the
 * product of those before it, a number has a part in its own product (if that is not exclusive) and, times the next number, in those of the next.
 */
export const cumprodGradient: GradConfig = {
  kernelName: 'Cumprod',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved as [Tensor];
    const { axis, exclusive, reverse: isBackwards } = attrs as unknown as CumprodAttributes;
    return {
      x: () => {
        const [at] = util.parseAxisParam(axis, x.shape) as [number];
        const turned = (of: Tensor): Tensor => (isBackwards ? reverse(of, at) : of);
        const factors = turned(x);
        const slopes = turned(dy as Tensor);
        const before = cumprod(factors, at, true, false);
        const own = exclusive ? padAlong(slopes, at, -1, 1) : slopes;
        return turned(mul(before, chained(own, padAlong(factors, at, -1, 1), at)));
      },
    };
  },
};

/** s_i = terms_i + factors_i s_(i + 1), in as many steps as the length doubles. */
function chained(terms: Tensor, factors: Tensor, axis: number): Tensor {
  const size = terms.shape[axis] as number;
  let [sums, products] = [terms, factors];
  for (let by = 1; by < size; by *= 2) {
    sums = add(sums, mul(products, padAlong(sums, axis, -by, by)));
    products = mul(products, padAlong(products, axis, -by, by));
  }
  return sums;
}

/** Of a product of all numbers along some axes: each has that of the others. tfjs' own calls methods of tensors that tfjs-core alone has not. */
export const prodGradient: GradFunc = (dy, saved, attrs) => {
  const [x] = saved as [Tensor];
  return {
    x: () => {
      const axes = util.parseAxisParam((attrs['axis'] ?? null) as unknown as number[], x.shape);
      const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
      const order = [...kept, ...axes];
      const rows = sizeOf(kept.map((axis) => x.shape[axis] as number));
      const factors = reshape(transpose(x, order), [rows, x.size / rows]);
      const others = mul(cumprod(factors, 1, true, false), cumprod(factors, 1, true, true));
      const slope = mul(others, reshape(dy as Tensor, [rows, 1]));
      const back = order.map((_, axis) => order.indexOf(axis));
      return transpose(
        reshape(
          slope,
          order.map((axis) => x.shape[axis] as number),
        ),
        back,
      );
    },
  };
};
