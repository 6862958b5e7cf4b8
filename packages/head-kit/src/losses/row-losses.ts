import { customGrad, engine, fill, mul, ones, reshape, sum } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { headError } from '../error.js';
import { alignTensors, composedGradient, composedLosses } from './composed-form.js';
import { whereOfAnyRank } from './device-ops.js';
import type { Loss, LossAttributes, LossTensors } from './loss.js';
import { sharesOf, weigh } from './shares.js';

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
      const tensors = {
        logits: savedLogits as Tensor,
        ...Object.fromEntries(names.map((name, index) => [name, saved[index]])),
      };
      return composedGradient({ ...tensors, weights: byRow(dy, tensors, loss) }, attributes, engine().backend);
    };
    return { value: composedRows({ logits: x as Tensor, ...others }, attributes), gradFunc };
  });
  return ofRows(logits) as Tensor1D;
}

function composedRows(tensors: LossTensors, { loss, divisor }: LossAttributes): Tensor {
  const { logits, weights, valid } = alignTensors(tensors, loss);
  const losses = composedLosses(tensors, loss);
  const weighted = weigh(losses, sharesOf(weights, divisor));
  const ofRows = sum(reshape(weighted, [logits.shape[0] as number, -1]), 1);
  return valid === undefined ? ofRows : whereOfAnyRank(valid, ofRows, fill(ofRows.shape, NaN));
}

/** The weights of the loss, times a number for each row. */
function byRow(factors: Tensor, tensors: LossTensors, loss: Loss): Tensor {
  const { logits, weights } = alignTensors(tensors, loss);
  const inRank = reshape(factors, [factors.size, ...logits.shape.slice(1).map(() => 1)]);
  return mul(weights ?? ones([...logits.shape.slice(0, -1), 1]), inRank);
}

/**
 * Refuses that the loss of a batch is multiplied by a weight for each row, as tfjs-layers does for `classWeight`: the
 * gradient would be that of a batch weighed as a whole, by the mean of the weights. It shows on the tape alone.
 *
 * @param saved What the tape has saved for the loss, by which its node is known.
 * @param rows How many rows the batch has.
 * @throws GRADIENT_UNSUPPORTED
 */
export function refuseRowWeights(saved: readonly Tensor[], rows: number): void {
  const tape = engine().state.activeTape ?? [];
  const own = tape.findIndex((node) => node.saved === saved);
  if (own < 0 || rows === 1) return;
  const scalars = new Set(tape[own]?.outputs.filter(({ rank }) => rank === 0).map(({ id }) => id));
  for (const { kernelName, inputs, outputs } of tape.slice(own + 1)) {
    const all = Object.values(inputs);
    if (!all.some(({ id }) => scalars.has(id))) continue;
    if (kernelName === 'Multiply' && all.some(({ rank, size }) => rank === 1 && size === rows)) {
      throw headError(
        'GRADIENT_UNSUPPORTED',
        `The loss of a head is one number for the whole batch, but it was multiplied by ${rows} weights of rows, as tfjs-layers does ` +
          'for classWeight. Give rowLosses instead: model.compile({ loss: (labels, logits) => head.rowLosses(labels, logits), ... }).',
      );
    }
    if (outputs.every(({ rank }) => rank === 0)) for (const { id } of outputs) scalars.add(id);
  }
}
