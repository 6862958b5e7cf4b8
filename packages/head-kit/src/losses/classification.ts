import {
  add,
  cast,
  div,
  equal,
  exp,
  log,
  max,
  mean,
  minimum,
  mul,
  neg,
  sigmoid,
  softplus,
  step,
  sub,
  sum,
  tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { onHost } from '../values-at-hand.js';
import { whereOfAnyRank } from './device-ops.js';
import { decaysOf, expOfMinus, log1pOfUnit } from './fast-exp.js';
import { logisticCurvature, logisticDerivative, logisticValue } from './gpu-functions.js';
import { composedOnGpu } from './gpu-program.js';
import { type ComposedLoss, type ElementLoss, lossTerms, type RowLoss } from './loss.js';
import { logisticWalk, softmaxWalk } from './simd.js';

/**
 * The logistic loss of a logit x and a label z in [0, 1], soft labels included: with h = 1 for x > 0 and else 0, it is
 * `x (h - z) + log(1 + exp(-|x|))`, and its derivative `h - z - sign(x) sigmoid(-|x|)`.
 *
 * Of these terms none cancel, so that the small loss of an example that is predicted right with great confidence, and its
 * gradient, have all of their digits. An infinite logit costs nothing where it is right (0 times infinity is 0 here, unlike in
 * the original, which gives NaN), and is infinitely wrong for any other label.
 */
export const sigmoidCrossEntropy: ElementLoss = {
  name: 'sigmoidCrossEntropy',
  prefersWalk: 'one-core',
  walk: logisticWalk,
  evaluate(logits, labels, index, out) {
    const logit = logits[index] as number;
    const label = labels[index] as number;
    const decay = expOfMinus(Math.abs(logit));
    const smaller = decay / (1 + decay); // sigmoid(-|x|)
    const miss = logit > 0 ? 1 - label : -label;
    out.loss = linearLoss(logit, miss) + log1pOfUnit(decay);
    out.derivative = logit > 0 ? miss - smaller : miss + smaller;
    out.curvature = smaller * (1 - smaller);
  },
  lossesOf(batch) {
    const [{ values: logits }, { values: labels }] = [batch.get('logits'), batch.get('labels')];
    const losses = batch.room(logits.length);
    // Others are not to the bit what they are in float32. Bytes are what was bool: the cpu backend keeps them when it is cast.
    if (logits instanceof Float32Array && (labels instanceof Float32Array || labels instanceof Uint8Array)) {
      const known = batch.room(logits.length);
      const each = { losses, decays: known };
      const walk = { logits, labels, weights: undefined, gradient: undefined, k: 1, factor: 0, each };
      if (logisticWalk(walk) !== undefined) {
        decaysOf(batch, 'logits', known);
        return losses;
      }
    }
    const decays = decaysOf(batch, 'logits');
    for (let i = 0; i < losses.length; i++) {
      const logit = logits[i] as number;
      const label = labels[i] as number;
      // With no branch, which would be guessed wrong half of the time.
      losses[i] = linearLoss(logit, Number(logit > 0) - label) + log1pOfUnit(decays[i] as number);
    }
    return losses;
  },
  compose: (logits, labels) =>
    composedOnGpu(logits, labels, {
      value: logisticValue,
      derivative: logisticDerivative,
      curvature: logisticCurvature,
    }) ?? composedLogistic(logits, labels),
};

/** The part of a logistic loss that grows with its logit; of an infinite one that is right, none. */
function linearLoss(logit: number, miss: number): number {
  const linear = logit * miss;
  return linear !== linear && miss === 0 ? 0 : linear;
}

/** What a logistic loss needs of its labels, all in their shape. */
interface LabelParts {
  /** -1 for a label above 1/2, else 1: times a logit it is how wrong the logit is. */
  readonly sign: Tensor;
  /** How far the labels are from 0 or 1, whichever is nearer; none where all are 0 or 1. */
  readonly soft?: { readonly distance: Tensor; readonly isHard: Tensor };
}

/**
 * With y = x for a label below 1/2 and else -x, and the distance d of the label from 0 or 1: `(1 - d) softplus(y) + d softplus(-y)`,
 * and the derivative by y `sigmoid(y) - d`. No term is negative, and where labels are 0 or 1 there are hardly any.
 */
function composedLogistic(logits: Tensor, labels: Tensor): ComposedLoss {
  let shared: (LabelParts & { readonly wrong: Tensor }) | undefined;
  const parts = (): LabelParts & { readonly wrong: Tensor } => {
    if (shared === undefined) {
      const ofLabels = partsOnHost(labels) ?? partsOnDevice(labels);
      shared = { ...ofLabels, wrong: mul(logits, ofLabels.sign) };
    }
    return shared;
  };
  return {
    get losses() {
      const { wrong, soft } = parts();
      const hard = softplus(wrong);
      if (soft === undefined) return hard;
      const { distance, isHard } = soft;
      // Chosen, not summed with a distance of 0: of an infinite logit that would be NaN.
      return whereOfAnyRank(isHard, hard, add(mul(sub(1, distance), hard), mul(distance, softplus(neg(wrong)))));
    },
    gradient() {
      const { sign, wrong, soft } = parts();
      const byWrong = sigmoid(wrong);
      return mul(soft === undefined ? byWrong : sub(byWrong, soft.distance), sign);
    },
    hessianTimes: (vector) => mul(mul(sigmoid(logits), sigmoid(neg(logits))), vector),
  };
}

/** Made where the labels lie in this process' memory, as nearly always: fewer kernels than there would be else. */
function partsOnHost(labels: Tensor): LabelParts | undefined {
  const values = onHost(labels);
  if (values === undefined) return undefined;
  const { length } = values;
  const [signs, distances, hard] = [new Float32Array(length), new Float32Array(length), new Uint8Array(length)];
  let hardCount = 0;
  for (let i = 0; i < length; i++) {
    const label = values[i] as number;
    const isAbove = label > 0.5;
    const distance = isAbove ? 1 - label : label; // NaN stays
    signs[i] = isAbove ? -1 : 1;
    distances[i] = distance;
    if (distance === 0) hardCount += hard[i] = 1;
  }
  const { shape } = labels;
  const sign = tensor(signs, shape);
  if (hardCount === length) return { sign };
  return { sign, soft: { distance: tensor(distances, shape), isHard: tensor(hard, shape, 'bool') } };
}

function partsOnDevice(labels: Tensor): LabelParts {
  const distance = minimum(labels, sub(1, labels));
  return { sign: step(sub(0.5, labels), -1), soft: { distance, isHard: equal(distance, 0) } };
}

/**
 * The loss of a row whose label z is the id of a class: `log(sum(exp(x))) - x[z]`, and its gradient `softmax(x)`, less 1 at
 * z. Ids are to be whole numbers from 0 to K - 1: have them checked by a `labelRange` of these, `whole`.
 *
 * A class with a logit of minus infinity, as a mask makes it, is not there: the loss and the gradient of the others are those
 * without it, its own gradient is 0, and a label that is it costs infinitely much. Where the probabilities are NaN, since all
 * logits are minus infinity or one is plus infinity, so are loss and gradient.
 */
export const softmaxCrossEntropy: RowLoss = {
  name: 'softmaxCrossEntropy',
  prefersWalk: 'one-core', // four times as fast as its kernels on wasm
  walk: softmaxWalk,
  labelsPerRow: () => 1,
  lossesPerRow: () => 1,
  evaluateRow(logits, labels, row, k, { losses, gradient }) {
    const first = row * k;
    const id = labels[row] as number;
    let largest = first;
    for (let i = first + 1; i < first + k; i++) if ((logits[i] as number) > (logits[largest] as number)) largest = i;
    const top = logits[largest] as number;
    // Of the others than the largest and of the others than the label by themselves: what is small keeps its digits.
    let besideLargest = 0;
    let besideLabel = 0;
    for (let j = 0; j < k; j++) {
      const power = expOfMinus(top - (logits[first + j] as number));
      gradient[j] = power;
      if (first + j !== largest) besideLargest += power;
      if (j !== id) besideLabel += power;
    }
    besideLargest += (gradient[largest - first] as number) - 1; // 0, or NaN where the largest is infinite
    const total = 1 + besideLargest;
    for (let j = 0; j < k; j++) gradient[j] = (gradient[j] as number) / total;
    gradient[id] = -besideLabel / total;
    losses[0] = Math.log1p(besideLargest) + (top - (logits[first + id] as number));
  },
  compose(logits, labels) {
    const { isLabel, chosen } = labelsAsClasses(labels, logits.shape);
    const above = sub(logits, max(logits, -1, true));
    const powers = exp(above);
    const total = sum(powers, -1, true);
    return {
      get losses() {
        // Chosen, not multiplied: 0 times the minus infinity of a masked class is NaN. What is not chosen is 0 in both.
        return sub(log(total), sum(whereOfAnyRank(isLabel, above, chosen), -1, true));
      },
      gradient: () => sub(div(powers, total), chosen),
      hessianTimes(vector) {
        const probabilities = div(powers, total);
        const along = mul(probabilities, vector);
        return sub(along, mul(probabilities, sum(along, -1, true)));
      },
    };
  },
};

/** Where the class of each row is its label, as bool and as 1 and 0, in the shape of the logits. */
function labelsAsClasses(labels: Tensor, shape: number[]): { readonly isLabel: Tensor; readonly chosen: Tensor } {
  const k = shape.at(-1) as number;
  const ids = onHost(labels);
  if (ids !== undefined) {
    const [isLabel, chosen] = [new Uint8Array(ids.length * k), new Float32Array(ids.length * k)];
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row] as number;
      if (id >= 0 && id < k) isLabel[row * k + id] = chosen[row * k + id] = 1;
    }
    return { isLabel: tensor(isLabel, shape, 'bool'), chosen: tensor(chosen, shape) };
  }
  const isLabel = equal(labels, tensor1d(Array.from({ length: k }, (_, id) => id)));
  return { isLabel, chosen: cast(isLabel, 'float32') };
}

/** The loss of a row that is the mean of the losses of its logits, as that of several yes-or-no questions at once. */
export function meanOverRow(loss: ElementLoss): RowLoss {
  const terms = lossTerms();
  return {
    name: `mean(${loss.name})`,
    meanOf: loss,
    ...(loss.prefersWalk !== undefined && { prefersWalk: loss.prefersWalk }),
    ...(loss.labelsPerRow && { labelsPerRow: loss.labelsPerRow }),
    lossesPerRow: () => 1,
    evaluateRow(logits, labels, row, k, { losses, gradient }) {
      let total = 0;
      for (let j = 0; j < k; j++) {
        loss.evaluate(logits, labels, row * k + j, terms);
        total += terms.loss;
        gradient[j] = terms.derivative / k;
      }
      losses[0] = total / k;
    },
    compose(logits, labels) {
      const k = logits.shape.at(-1) as number;
      const composed = loss.compose(logits, labels);
      return {
        get losses() {
          return mean(composed.losses, -1, true);
        },
        gradient: () => div(composed.gradient(), k),
        hessianTimes: (vector) => div(composed.hessianTimes(vector), k),
      };
    },
  };
}
