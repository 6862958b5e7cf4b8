import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tfjs-heads/head-api';
import { describeValue, headError } from '@tfjs-heads/head-kit';
import type { VariableStore } from '../variable-store.js';
import type { RecurrentCell } from './recurrent-cells.js';

/** What is asked of a cell of tfjs-layers, such as `tf.layers.lstmCell({ units: 8 })`. */
export interface RNNCell {
  readonly stateSize: number | number[];
  readonly trainableWeights: readonly LayerVariable[];
  build(inputShape: (number | null)[]): void;
  /** Takes the input of a step and the states, gives the output and the states after it. */
  call(inputs: Tensor[], options: object): Tensor | Tensor[];
}

/**
 * A cell of tfjs-layers as one of a recurrent network; made once for each store, which has its weights under `rnn_model/rnn/cell`.
 *
 * @throws INVALID_ARGUMENT for what is no cell
 */
export function layerCell(store: VariableStore, rnnCellFn: () => RNNCell, inputs: number): RecurrentCell {
  const cell = store.once('rnn_model/rnn/cell', () => {
    const made: unknown = rnnCellFn();
    const { build, call, stateSize } = (made ?? {}) as Partial<RNNCell>;
    if (typeof build !== 'function' || typeof call !== 'function' || stateSize === undefined) {
      throw headError(
        'INVALID_ARGUMENT',
        `RNN cell should have a \`call\` and \`state_size\` method: rnnCellFn must return a cell of tfjs-layers, got ${describeValue(made)}.`,
      );
    }
    (made as RNNCell).build([null, inputs]);
    return made as RNNCell;
  });
  return {
    stateSizes: [cell.stateSize].flat(),
    trainableVariables: cell.trainableWeights,
    project: (x) => x,
    step(x, states) {
      const [output, ...after] = [cell.call([x, ...states], { training: false })].flat() as Tensor2D[];
      return { output: output as Tensor2D, states: after };
    },
  };
}
