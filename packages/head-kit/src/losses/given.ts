import { onesLike, zerosLike } from '@tensorflow/tfjs-core';
import type { ElementLoss } from './element-loss.js';

/** Element losses that were computed already, by a function of the user's: they stand in the logits' place. */
export const givenLoss: ElementLoss = {
  name: 'givenLoss',
  evaluate(losses, _labels, index, out) {
    out.loss = losses[index] as number;
    out.derivative = 1;
    out.curvature = 0;
  },
  value: (losses) => losses,
  derivative: (losses) => onesLike(losses),
  curvature: (losses) => zerosLike(losses),
};
