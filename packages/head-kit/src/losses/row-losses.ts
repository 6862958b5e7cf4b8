import { customGrad, div, engine, fill, mul, ones, reshape, sum } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { alignTensors, composedDerivative } from './composed-form.js';
import type { LossAttributes, LossTensors } from './weighted-loss.js';
import { whereOfAnyRank } from './where-of-any-rank.js';

/**
 * The loss of each row, `[D0]`, of which {@link weightedLoss} is the mean. Differentiable once in the logits, with no
 * registered gradient.
 */
export function rowLosses({ logits, ...others }: LossTensors, { loss, divisor }: LossAttributes): Tensor1D {
  const rows = logits.shape[0] as number;
  const attributes = { loss, divisor: divisor / rows };
  const names = Object.keys(others) as (keyof typeof others)[];
  const ofRows = customGrad((...[x, save]) => {
    const given = names.map((name) => others[name] as Tensor);
    (save as (tensors: Tensor[]) => void)([x as Tensor, ...given]);
    const gradFunc = (dy: Tensor, [savedLogits, ...saved]: Tensor[]): Tensor => {
      const tensors = { logits: savedLogits as Tensor, ...Object.fromEntries(names.map((name, index) => [name, saved[index]])) };
      return composedDerivative({ ...tensors, weights: byRow(dy, tensors) }, attributes, 1, engine().backend);
    };
    return { value: composedRows({ logits: x as Tensor, ...others }, attributes), gradFunc };
  });
  return ofRows(logits) as Tensor1D;
}

function composedRows(tensors: LossTensors, { loss, divisor }: LossAttributes): Tensor {
  const { logits, labels, weights, valid } = alignTensors(tensors);
  const losses = loss.value(logits, labels);
  const weighted = weights === undefined ? div(losses, divisor) : mul(losses, div(weights, divisor)); // or a product may overflow
  const ofRows = sum(reshape(weighted, [logits.shape[0] as number, -1]), 1);
  return valid === undefined ? ofRows : whereOfAnyRank(valid, ofRows, fill(ofRows.shape, NaN));
}

/** The weights of the loss, times a number for each row. */
function byRow(factors: Tensor, tensors: LossTensors): Tensor {
  const { logits, weights } = alignTensors(tensors);
  const inRank = reshape(factors, [factors.size, ...logits.shape.slice(1).map(() => 1)]);
  return mul(weights ?? ones([...logits.shape.slice(0, -1), 1]), inRank);
}
