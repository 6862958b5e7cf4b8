import {
  abs,
  add,
  cast,
  clipByValue,
  customGrad,
  greater,
  less,
  logicalAnd,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  relu,
  sign,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { RegressionHead } from '@tfjs-heads/head-regression';
import type { Subject } from '../../src/index.js';

/** A loss of what a logit exceeds its label by, and its slope. */
export interface Kinked {
  readonly value: (excess: Tensor) => Tensor;
  readonly slope: (excess: Tensor) => Tensor;
}

/** 1 where it holds. */
const where = (condition: Tensor): Tensor => cast(condition, 'float32');

const square = (x: Tensor): Tensor => mul(x, x);

/** Square within delta, straight outside: its slope has kinks. */
export const huber = (delta: number): Kinked => ({
  value: (e) => sub(mul(square(clipByValue(e, -delta, delta)), 0.5), mul(sub(minimum(abs(e), delta), abs(e)), delta)),
  slope: (e) => clipByValue(e, -delta, delta),
});

/** Straight, with another slope to each side. */
export const pinball = (quantile: number): Kinked => ({
  value: (e) => add(mul(relu(e), 1 - quantile), mul(relu(neg(e)), quantile)),
  slope: (e) => sub(where(greater(e, 0)), quantile),
});

/** Nothing within epsilon, straight outside. */
export const insensitive = (epsilon: number): Kinked => ({
  value: (e) => relu(sub(abs(e), epsilon)),
  slope: (e) => mul(sign(e), where(greater(abs(e), epsilon))),
});

/** A square that stops growing. */
export const clipped = (most: number): Kinked => ({
  value: (e) => minimum(square(e), most),
  slope: (e) => mul(mul(e, 2), where(less(square(e), most))),
});

/** Nothing from a margin on, straight below. */
export const hinge = (margin: number): Kinked => ({
  value: (e) => relu(sub(margin, e)),
  slope: (e) => neg(where(less(e, margin))),
});

/** The larger of a square and a line. */
export const squareOrLine = (line: number): Kinked => ({
  value: (e) => maximum(square(e), mul(e, line)),
  slope: (e) => {
    const onLine = where(logicalAnd(greater(mul(e, line), square(e)), greater(abs(e), 0)));
    return add(mul(onLine, line), mul(sub(1, onLine), mul(e, 2)));
  },
});

/** Cubed beyond a bound: the slope of its slope jumps. */
export const cubedBeyond = (bound: number): Kinked => ({
  value: (e) => add(mul(square(e), 0.5), mul(pow(relu(sub(abs(e), bound)), 3), 0.5)),
  slope: (e) => add(e, mul(mul(square(relu(sub(abs(e), bound))), 1.5), sign(e))),
});

/** A regression with such a loss. */
export function kinkedHead({ value, slope }: Kinked): Subject {
  const lossOf = (labels: Tensor): ((logits: Tensor) => Tensor) =>
    customGrad((...args) => {
      const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
      save([x]);
      const gradFunc = (dy: Tensor, [saved]: Tensor[]): Tensor => mul(dy, slope(sub(saved as Tensor, labels)));
      return { value: value(sub(x, labels)), gradFunc };
    });
  return {
    create: (options) => new RegressionHead({ ...options, lossFn: ({ labels, logits }) => lossOf(labels)(logits) }),
    weights: 'logits',
    metrics: ['average_loss', 'prediction/mean', 'label/mean'],
  };
}
