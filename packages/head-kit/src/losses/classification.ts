import {
  abs,
  add,
  cast,
  div,
  equal,
  exp,
  greater,
  log,
  max,
  mean,
  mul,
  neg,
  sigmoid,
  softplus,
  sub,
  sum,
  tensor1d,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { whereOfAnyRank } from './device-ops.js';
import { expOfMinus, log1pOfUnit } from './fast-exp.js';
import { logisticCurvature, logisticDerivative, logisticValue } from './gpu-functions.js';
import { composedOnGpu } from './gpu-program.js';
import { type ComposedLoss, type ElementLoss, lossTerms, type RowLoss } from './loss.js';

/**
 * The logistic loss of a logit x and a label z in [0, 1], soft labels included: with h = 1 for x > 0 and else 0, it is
 * `x (h - z) + log(1 + exp(-|x|))`, and its derivative `h - z - sign(x) sigmoid(-|x|)`.
 *
 * Of these terms none cancel, so that the small loss of an example that is predicted right with great confidence, and its
 * gradient, have all of their digits.
 */
export const sigmoidCrossEntropy: ElementLoss = {
  name: 'sigmoidCrossEntropy',
  prefersWalk: 'one-core',
  evaluate(logits, labels, index, out) {
    const logit = logits[index] as number;
    const label = labels[index] as number;
    const decay = expOfMinus(Math.abs(logit));
    const smaller = decay / (1 + decay); // sigmoid(-|x|)
    out.loss = (logit > 0 ? logit * (1 - label) : -logit * label) + log1pOfUnit(decay);
    out.derivative = logit > 0 ? 1 - label - smaller : smaller - label;
    out.curvature = smaller * (1 - smaller);
  },
  compose: (logits, labels) =>
    composedOnGpu(logits, labels, {
      value: logisticValue,
      derivative: logisticDerivative,
      curvature: logisticCurvature,
    }) ?? composedLogistic(logits, labels),
};

function composedLogistic(logits: Tensor, labels: Tensor): ComposedLoss {
  let shared: { positive: Tensor; miss: Tensor; minus: Tensor } | undefined;
  const parts = (): { positive: Tensor; miss: Tensor; minus: Tensor } => {
    if (shared === undefined) {
      const positive = greater(logits, 0);
      shared = { positive, miss: sub(cast(positive, 'float32'), labels), minus: neg(abs(logits)) };
    }
    return shared;
  };
  return {
    get losses() {
      const { miss, minus } = parts();
      // Of what is not above 0, softplus is right to 8 units of float32, except on GPUs, which have their own program.
      return add(mul(logits, miss), softplus(minus));
    },
    gradient() {
      const { positive, miss, minus } = parts();
      const smaller = sigmoid(minus);
      return whereOfAnyRank(positive, sub(miss, smaller), add(miss, smaller));
    },
    hessianTimes: (vector) => mul(mul(sigmoid(logits), sigmoid(neg(logits))), vector),
  };
}

/**
 * The loss of a row whose label z is the id of a class: `log(sum(exp(x))) - x[z]`, and its gradient `softmax(x)`, less 1 at
 * z. Ids are to be whole numbers from 0 to K - 1: have them checked by a `labelRange` of these, `whole`.
 */
export const softmaxCrossEntropy: RowLoss = {
  name: 'softmaxCrossEntropy',
  prefersWalk: 'one-core', // four times as fast as its kernels on wasm
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
      const power = Math.exp((logits[first + j] as number) - top);
      gradient[j] = power;
      if (first + j !== largest) besideLargest += power;
      if (j !== id) besideLabel += power;
    }
    const total = 1 + besideLargest;
    for (let j = 0; j < k; j++) gradient[j] = (gradient[j] as number) / total;
    gradient[id] = -besideLabel / total;
    losses[0] = Math.log1p(besideLargest) + (top - (logits[first + id] as number));
  },
  compose(logits, labels) {
    const isLabel = equal(labels, tensor1d(Array.from({ length: logits.shape.at(-1) as number }, (_, id) => id)));
    const chosen = cast(isLabel, 'float32');
    const above = sub(logits, max(logits, -1, true));
    const powers = exp(above);
    const total = sum(powers, -1, true);
    return {
      get losses() {
        return sub(log(total), sum(mul(chosen, above), -1, true));
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
