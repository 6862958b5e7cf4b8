import { cast, div, engine, log, mul, sub, zerosLike } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { hostMemory } from '../host-memory.js';
import { align } from './align.js';
import { hostSum } from './host-form.js';
import { sumOnDevice } from './sum-on-device.js';
import type { LossAttributes, LossTensors } from './weighted-loss.js';
import { whereOfAnyRank } from './where-of-any-rank.js';

/** The weighted loss and, if asked for, its gradient, composed of tfjs-core ops: for any backend. */
export function composedLoss(tensors: LossTensors, attributes: LossAttributes & { withGradient: boolean }, backend: object): Tensor[] {
  const { loss, divisor, withGradient } = attributes;
  const { logits, labels, weights, valid } = alignTensors(tensors);
  const shares = weights && div(weights, divisor);
  const checked = (total: Tensor): Tensor => (valid === undefined ? total : orNaN(total, valid));
  if (!withGradient) return [checked(weightedSum(loss.value(logits, labels), weights, shares, divisor, backend))];
  const [value, derivative] = loss.valueAndDerivative?.(logits, labels) ?? [loss.value(logits, labels), loss.derivative(logits, labels)];
  return [
    checked(weightedSum(value, weights, shares, divisor, backend)),
    orZero(weighted(derivative, shares, divisor, backend), valid),
  ];
}

/** The derivative of the weighted loss with respect to each logit, of first or second order. */
export function composedDerivative(tensors: LossTensors, { loss, divisor }: LossAttributes, order: 1 | 2, backend: object): Tensor {
  const { logits, labels, weights, valid } = alignTensors(tensors);
  const derivative = order === 1 ? loss.derivative(logits, labels) : loss.curvature(logits, labels);
  return orZero(weighted(derivative, weights && div(weights, divisor), divisor, backend), valid);
}

/**
 * `derivative * weights / divisor`, the weights having been divided before they are multiplied: the product of a large
 * derivative and a large weight may overflow although its share in a mean does not.
 */
function weighted(derivative: Tensor, shares: Tensor | undefined, divisor: number, backend: object): Tensor {
  if (shares === undefined) return div(derivative, divisor);
  // On packed webgl a division is the one op that clears the padding of its output, and the matrix
  // product that follows in the network multiplies the padding too. No upstream issue reports it.
  const clean = 'texData' in backend ? div(derivative, 1) : derivative;
  return mul(clean, shares);
}

/** The tensors as float32 and in shapes that broadcast. */
export function alignTensors({ logits, labels, weights, valid }: LossTensors): {
  logits: Tensor;
  labels: Tensor;
  weights: Tensor | undefined;
  valid: Tensor | undefined;
} {
  return {
    logits,
    labels: labels === undefined ? logits : align(labels, logits.shape),
    weights:
      weights && align(weights, weights.size === logits.size ? logits.shape : [...logits.shape.slice(0, -1), 1]),
    valid,
  };
}

/** wasm adds in one float32, 1 % off after a million terms; where the values are at hand, so are doubles. */
function weightedSum(
  losses: Tensor,
  weights: Tensor | undefined,
  shares: Tensor | undefined,
  divisor: number,
  backend: object,
): Tensor {
  const memory = hostMemory(backend);
  if (memory !== undefined) return engine().makeTensorFromTensorInfo(hostSum(memory, losses, weights, divisor));
  // Divided before they are summed, so that the sum of large losses does not overflow.
  return sumOnDevice(shares === undefined ? div(losses, divisor) : mul(losses, shares));
}

/** The total, or NaN, which is made only where it is needed: tfjs' debug mode alarms wherever there is one. */
function orNaN(total: Tensor, valid: Tensor): Tensor {
  const zeroOrNaN = log(sub(mul(cast(valid, 'float32'), 2), 1));
  return whereOfAnyRank(valid, total, zeroOrNaN);
}

function orZero(gradient: Tensor, valid: Tensor | undefined): Tensor {
  return valid === undefined ? gradient : whereOfAnyRank(valid, gradient, zerosLike(gradient));
}
