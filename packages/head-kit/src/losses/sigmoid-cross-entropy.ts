import { abs, engine, log, mul, relu, sigmoid, softplus, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { hostMemory } from '../host-memory.js';
import { expOfMinus, log1pOfUnit } from './decay.js';
import type { ElementLoss } from './element-loss.js';

/**
 * The logistic loss of a logit x and a label z in [0, 1], soft labels included:
 * `max(x, 0) - x z + log(1 + exp(-|x|))`, with the derivative `sigmoid(x) - z`.
 *
 * The composed form is the same with fewer kernels, `softplus(x) - x z`; its error is that of
 * float32 relative to |x|.
 */
export const sigmoidCrossEntropy: ElementLoss = {
  name: 'sigmoidCrossEntropy',
  evaluate(logits, labels, index, out) {
    const logit = logits[index] as number;
    const label = labels[index] as number;
    const decay = expOfMinus(Math.abs(logit));
    const smaller = decay / (1 + decay); // sigmoid(-|x|)
    out.loss = Math.max(logit, 0) - logit * label + log1pOfUnit(decay);
    out.derivative = (logit > 0 ? 1 - smaller : smaller) - label;
    out.curvature = smaller * (1 - smaller);
  },
  value: (logits, labels) => sub(softplusOf(logits), mul(logits, labels)),
  derivative: (logits, labels) => sub(sigmoid(logits), labels),
  curvature(logits) {
    const probability = sigmoid(logits);
    return mul(probability, sub(1, probability));
  },
};

/** wasm's Softplus takes three times as long as the four vectorised kernels that give the same. */
function softplusOf(logits: Tensor): Tensor {
  if (hostMemory(engine().backend) === undefined) return softplus(logits);
  return sub(relu(logits), log(sigmoid(abs(logits))));
}
