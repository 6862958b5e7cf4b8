import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { headError } from '../error.js';

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
