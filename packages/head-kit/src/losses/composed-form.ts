import { cast, div, engine, log, mul, sub, util, zerosLike } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { quote, shapeText } from '../checks/describe.js';
import { isTensor } from '../checks/kinds.js';
import { checkNumeric, checkTensor } from '../checks/tensor.js';
import { headError } from '../error.js';
import { hostMemory } from '../host-memory.js';
import { sumOnDevice, toFloat32, toFloat32OnHost, whereOfAnyRank } from './device-ops.js';
import { hostSum } from './host-form.js';
import {
  type ComposedLoss,
  labelsPerRow,
  type Loss,
  type LossAttributes,
  lossesPerRow,
  type LossTensors,
  rowsOf,
} from './loss.js';
import { clearZeros, type Shares, sharesOf, weigh } from './shares.js';

/** The weighted loss and, if asked for, its gradient, composed of tfjs-core ops: for any backend. */
export function composedLoss(
  tensors: LossTensors,
  { loss, divisor, withGradient }: LossAttributes & { withGradient: boolean },
  backend: object,
): Tensor[] {
  const { logits, labels, weights, valid } = alignTensors(tensors, loss);
  const shares = sharesOf(weights, divisor);
  const composed = compose(loss, logits, labels);
  const total = weightedSum(composed, shares, backend);
  const totalOrNaN = valid === undefined ? total : orNaN(total, valid);
  return withGradient ? [totalOrNaN, orZero(weightedGradient(composed, shares, backend), valid)] : [totalOrNaN];
}

/** The derivative of the weighted loss with respect to each logit. */
export function composedGradient(tensors: LossTensors, { loss, divisor }: LossAttributes, backend: object): Tensor {
  const { logits, labels, weights, valid } = alignTensors(tensors, loss);
  return orZero(weightedGradient(compose(loss, logits, labels), sharesOf(weights, divisor), backend), valid);
}

/** The second derivatives of the weighted loss with respect to each logit, times a vector in the logits' shape. */
export function composedHessianTimes(
  tensors: LossTensors,
  vector: Tensor,
  { loss, divisor }: LossAttributes,
  backend: object,
): Tensor {
  const { logits, labels, weights, valid } = alignTensors(tensors, loss);
  const shares = sharesOf(weights, divisor);
  const { hessianTimes } = compose(loss, logits, labels);
  const weighed = weigh(withCleanPadding(vector, backend), shares);
  // The derivatives of logits that are not finite are not, either: a vector of 0 does not clear them.
  return orZero(withCleanPadding(clearZeros(hessianTimes(weighed), shares), backend), valid);
}

/** The losses by themselves, `[D0, .., DN, lossesPerRow(K)]`. */
export function composedLosses({ logits, labels }: LossTensors, loss: Loss): Tensor {
  const aligned = alignTensors({ logits, ...(labels && { labels }) }, loss);
  return compose(loss, aligned.logits, aligned.labels).losses;
}

function weightedGradient(composed: ComposedLoss, shares: Shares, backend: object): Tensor {
  if (shares.of === undefined) return weigh(composed.gradient(), shares);
  if (composed.weighted !== undefined) return composed.weighted.gradient(shares.of);
  return weigh(withCleanPadding(composed.gradient(), backend), shares);
}

/**
 * On packed webgl a division is the one op that clears the padding of its output, and the matrix product that follows in
 * the network multiplies the padding too. No upstream issue reports it.
 */
function withCleanPadding(tensor: Tensor, backend: object): Tensor {
  return 'texData' in backend ? div(tensor, 1) : tensor;
}

/** The tensors as float32 and in shapes that broadcast. */
export function alignTensors(
  { logits, labels, weights, valid }: LossTensors,
  loss: Loss,
): { logits: Tensor; labels: Tensor; weights: Tensor | undefined; valid: Tensor | undefined } {
  const rows = logits.shape.slice(0, -1);
  return {
    logits,
    labels: labels === undefined ? logits : toFloat32OnHost(labels, [...rows, labelsPerRow(loss, rowsOf(logits).k)]),
    weights: weights && toFloat32OnHost(weights, weights.size === logits.size ? logits.shape : [...rows, 1]),
    valid,
  };
}

/** What a loss composes, its shapes checked: another one could broadcast, and give a wrong sum silently. */
function compose(loss: Loss, logits: Tensor, labels: Tensor): ComposedLoss {
  const composed = loss.compose(logits, labels);
  const losses = [...logits.shape.slice(0, -1), lossesPerRow(loss, rowsOf(logits).k)];
  return {
    get losses() {
      return checked(composed.losses, loss, 'losses', logits.rank === 0 ? [] : losses);
    },
    gradient: () => checked(composed.gradient(), loss, 'gradient()', logits.shape),
    ...(composed.weighted && { weighted: composed.weighted }),
    hessianTimes: (vector) => checked(composed.hessianTimes(vector), loss, 'hessianTimes()', logits.shape),
  };
}

function checked(given: unknown, { name }: Loss, what: string, expected: number[]): Tensor {
  if (isTensor(given) && given.dtype === 'float32' && !given.isDisposed && util.arraysEqual(given.shape, expected))
    return given;
  const whose = `${what} of the loss ${quote(name)}`;
  const tensor = checkTensor(whose, given, `a tensor of shape ${shapeText(expected)}`, 'LOSS_FN_SHAPE');
  checkNumeric(whose, tensor, 'LOSS_FN_SHAPE');
  if (util.arraysEqual(tensor.shape, expected)) return toFloat32(tensor, expected);
  throw headError(
    'LOSS_FN_SHAPE',
    `${whose} must be of shape ${shapeText(expected)}, got the shape ${shapeText(tensor.shape)}.`,
  );
}

/** wasm adds in one float32, 1 % off after a million terms; where the values are at hand, so are doubles. */
function weightedSum(composed: ComposedLoss, shares: Shares, backend: object): Tensor {
  const memory = hostMemory(backend);
  if (memory !== undefined)
    return engine().makeTensorFromTensorInfo(hostSum(memory, composed.losses, shares.weights, shares.divisor));
  // Divided before they are summed, so that the sum of large losses does not overflow.
  const isFused = shares.of !== undefined && composed.weighted !== undefined;
  return sumOnDevice(isFused ? composed.weighted.losses(shares.of) : weigh(composed.losses, shares));
}

/** The total, or NaN, which is made only where it is needed: tfjs' debug mode alarms wherever there is one. */
function orNaN(total: Tensor, valid: Tensor): Tensor {
  const zeroOrNaN = log(sub(mul(cast(valid, 'float32'), 2), 1));
  return whereOfAnyRank(valid, total, zeroOrNaN);
}

function orZero(gradient: Tensor, valid: Tensor | undefined): Tensor {
  return valid === undefined ? gradient : whereOfAnyRank(valid, gradient, zerosLike(gradient));
}
