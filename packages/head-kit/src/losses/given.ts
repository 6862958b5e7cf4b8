import { onesLike, zerosLike } from '@tensorflow/tfjs-core';
import type { ElementLoss } from './element-loss.js';

/** Element losses that were computed already, by a function of the user's: they stand in the logits' place. */
export const givenLoss: ElementLoss = {
  name: 'givenLoss',
  evaluate(loss, _label, out) {
    out[0] = loss;
    out[1] = 1;
    out[2] = 0;
  },
  value: (losses) => losses,
  derivative: (losses) => onesLike(losses),
  curvature: (losses) => zerosLike(losses),
};
