import {
  add,
  cast,
  clipByValue,
  clone,
  customGrad,
  getBackend,
  greater,
  mul,
  reshape,
  sub,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { HeadOptions } from '../../src/index.js';
import { breakHead, type BrokenHeads, type Methods } from './broken-head.js';

type GradientOf = (right: Tensor, upstream: Tensor, logits: Tensor) => Tensor;

/** The right loss with a gradient of its own: from the right one and what comes from above to the wrong one. */
function withGradient(gradientOf: GradientOf): (methods: Methods, options: HeadOptions) => Partial<Methods> {
  return ({ loss }, { lossReduction, weightColumn = '' }) => ({
    loss(labels, logits, options) {
      loss(labels, logits, options); // for its errors
      const divisor = lossReduction === 'sum' ? 1 : logits.size;
      const weights = options?.features?.[weightColumn] as Tensor | undefined;
      const op = customGrad((...args) => {
        const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
        save([x, gradientOfSquares(x, labels, weights, divisor)]);
        const gradFunc = (dy: Tensor, [saved, right]: Tensor[]): Tensor =>
          gradientOf(right as Tensor, dy, saved as Tensor);
        return { value: loss(labels, x, options), gradFunc };
      });
      return op(logits) as Scalar;
    },
  });
}

/** `2 (x - y) w / n`. */
function gradientOfSquares(x: Tensor, labels: Tensor, weights: Tensor | undefined, divisor: number): Tensor {
  const unweighted = mul(sub(x, reshape(labels, x.shape)), 2 / divisor);
  return weights === undefined ? unweighted : mul(unweighted, reshape(weights, x.shape));
}

/** The same values without a slope. */
export const constant = customGrad((x) => ({ value: clone(x as Tensor), gradFunc: (dy: Tensor) => zerosLike(dy) })) as (
  x: Tensor,
) => Tensor;

/** Heads whose loss is right and its gradient is not. */
export const wrongGradients: BrokenHeads = {
  OnePercent: {
    wrong: 'the gradient is 1 % too large',
    caughtBy: 'law:gradient-is-slope:rows=3',
    says: 'the gradient',
    subject: breakHead(withGradient((right, upstream) => mul(mul(right, upstream), 1.01))),
  },
  OffBeyond4: {
    wrong: 'the gradient is 1 % too large where a logit is beyond 4',
    caughtBy: 'law:gradient-adds-up:from=-6,to=6',
    says: 'what the gradient of logit 0 adds up to from',
    subject: breakHead(
      withGradient((right, upstream, logits) =>
        mul(mul(right, upstream), add(1, mul(cast(greater(logits, 4), 'float32'), 0.01))),
      ),
    ),
  },
  Clipped: {
    wrong: 'the gradient of each logit is clipped to 1/4',
    caughtBy: 'law:weights-weigh:rows=5',
    says: 'the gradient',
    subject: breakHead(withGradient((right, upstream) => mul(clipByValue(right, -0.25, 0.25), upstream))),
  },
  Uphill: {
    wrong: 'the gradient has the wrong sign',
    caughtBy: 'training:goes-down',
    says: 'the loss does not go down',
    subject: breakHead(withGradient((right, upstream) => mul(mul(right, upstream), -1))),
  },
  NotScaled: {
    wrong: 'the gradient leaves out what follows the loss',
    caughtBy: 'law:gradient-times-what-follows:rows=5',
    says: 'the gradient',
    subject: breakHead(withGradient((right) => mul(right, 1))),
  },
  FlatGradient: {
    wrong: 'the gradient of the gradient is silently 0',
    caughtBy: 'law:gradient-of-gradient:rows=3',
    says: 'the gradient of the gradient',
    // On the tape it looks as if it came from the logits.
    subject: breakHead(
      withGradient((right, upstream, logits) => add(mul(constant(right), upstream), sub(logits, logits))),
    ),
  },
  GradientOnThisBackend: {
    wrong: 'the gradient is off by 1e-3 on the backend under test',
    caughtBy: 'training:curve:optimizer=sgd',
    says: 'the losses',
    subject: breakHead(
      withGradient((right, upstream) => mul(mul(right, upstream), getBackend() === 'cpu' ? 1.001 : 1)),
    ),
  },
};
