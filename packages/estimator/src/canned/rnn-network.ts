import {
  add,
  cast,
  concat,
  matMul,
  mul,
  reshape,
  slice,
  stack,
  sub,
  sum,
  tile,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Features, TrainableVariable } from '@tfjs-heads/head-api';
import { describeValue, headError, listOf } from '@tfjs-heads/head-kit';
import { type DenseColumn, sortedDenseColumns } from '../feature-columns/columns.js';
import { denseInput } from '../feature-columns/dense-input.js';
import type { ColumnGroup } from '../feature-columns/prepare-features.js';
import { type SequenceColumn, sortedSequenceColumns } from '../feature-columns/sequence-columns.js';
import { sequenceInput } from '../feature-columns/sequence-input.js';
import { zeros as startAtZero } from '../initializers.js';
import type { Summarize } from '../summaries/summarize.js';
import type { VariableStore } from '../variable-store.js';
import { layerCell, type RNNCell } from './layer-cell.js';
import { CELLS, type CellType, type RecurrentCell } from './recurrent-cells.js';

/** What a recurrent network is made of. */
export interface RNNNetworkOptions {
  readonly sequenceFeatureColumns: readonly SequenceColumn[];
  /** What every step is given besides. Default: none. */
  readonly contextFeatureColumns?: readonly DenseColumn[] | undefined;
  /** How many units there are: of one layer, or of each of several. */
  readonly units?: number | readonly number[] | undefined;
  /** Default: `simple_rnn`. */
  readonly cellType?: CellType | undefined;
  /** Makes the cell in place of `units` and `cellType`: one of tfjs-layers, such as `tf.layers.stackedRNNCells`. */
  readonly rnnCellFn?: (() => RNNCell) | undefined;
  /** Whether there are logits for each step, for a head that takes sequences, rather than for the last one. Default: false. */
  readonly returnSequences?: boolean | undefined;
}

/** The names of {@link RNNNetworkOptions}. */
export const RNN_OPTIONS = [
  'sequenceFeatureColumns',
  'contextFeatureColumns',
  'units',
  'cellType',
  'rnnCellFn',
  'returnSequences',
] as const;

/** A recurrent network with its variables. */
export interface RNNNetwork {
  readonly trainableVariables: readonly TrainableVariable[];
  /**
   * The logits of prepared features, `[batch, units]`, or `[batch, time, units]`. Call it under a tidy.
   *
   * @param summarize Is told how many steps each sequence has, under the tag of the original.
   */
  apply(features: Features, summarize?: Summarize): Tensor;
}

const PREFIX = 'rnn/';
const MODEL = 'rnn_model';

/** Throws INVALID_ARGUMENT for options that make no network. */
export function checkRnn({ units, cellType, rnnCellFn, returnSequences }: RNNNetworkOptions): void {
  if (rnnCellFn !== undefined && typeof rnnCellFn !== 'function')
    throw invalid('rnnCellFn', 'a function that makes a cell', rnnCellFn);
  if (rnnCellFn !== undefined && (units !== undefined || cellType !== undefined)) {
    throw headError(
      'INVALID_ARGUMENT',
      `units and cell_type must not be specified when using rnn_cell_fn: rnnCellFn must stand alone, got ${units === undefined ? 'cellType' : 'units'} besides.`,
    );
  }
  const sizes = typeof units === 'number' ? [units] : listOf(units);
  const isRight =
    sizes !== undefined &&
    sizes.length > 0 &&
    sizes.every((size) => Number.isSafeInteger(size) && (size as number) > 0);
  if (rnnCellFn === undefined && !isRight) throw invalid('units', 'a whole number above 0, or a list of such', units);
  if (cellType !== undefined && !Object.hasOwn(CELLS, cellType))
    throw invalid('cellType', `one of ${Object.keys(CELLS).join(', ')}`, cellType);
  if (returnSequences !== undefined && typeof returnSequences !== 'boolean')
    throw invalid('returnSequences', 'true or false', returnSequences);
}

function invalid(argument: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `${argument} must be ${expected}, got ${describeValue(got)}.`);
}

/** The columns of a recurrent network, as they are prepared. Throws FEATURE_COLUMNS_INVALID. */
export function rnnGroup({ sequenceFeatureColumns, contextFeatureColumns = [] }: RNNNetworkOptions): ColumnGroup {
  const context = listOf(contextFeatureColumns)?.length === 0;
  return {
    prefix: PREFIX,
    columns: context ? [] : sortedDenseColumns('contextFeatureColumns', contextFeatureColumns),
    sequences: sortedSequenceColumns('sequenceFeatureColumns', sequenceFeatureColumns),
  };
}

/**
 * A network under the original's names: `rnn_model/lstm/lstm_cell/kernel`, or `rnn_model/rnn/...` where units are a list, and `rnn_model/logits/bias`.
 *
 * A step that is not there leaves output and states as they were, so that the last output is that of the last step there is. The network is
 * unrolled over the time of the batch: batches of few lengths are few traces.
 *
 * @param size How many logits there are.
 * @throws FEATURE_COLUMNS_INVALID
 */
export function rnnNetwork(store: VariableStore, options: RNNNetworkOptions, size: number): RNNNetwork {
  const { sequenceFeatureColumns, contextFeatureColumns = [], returnSequences = false } = options;
  const sequence = sequenceInput(sequenceFeatureColumns, { store, variables: 'sequence_features/', features: PREFIX });
  const context =
    contextFeatureColumns.length === 0
      ? undefined
      : denseInput(contextFeatureColumns, { store, variables: 'dense_features/', features: PREFIX });
  const cells = cellsOf(store, options, sequence.size + (context?.size ?? 0));
  const outputs = (cells.at(-1) as RecurrentCell).stateSizes[0] as number;
  const kernel = store.variable(`${MODEL}/logits/kernel`, { shape: [outputs, size] });
  const bias = store.variable(`${MODEL}/logits/bias`, { shape: [size], initializer: startAtZero });
  return {
    trainableVariables: [
      ...sequence.trainableVariables,
      ...(context?.trainableVariables ?? []),
      ...cells.flatMap(({ trainableVariables }) => trainableVariables),
      kernel,
      bias,
    ],
    apply(features, summarize) {
      const { steps, mask } = sequence.apply(features);
      summarize?.histogram(`${MODEL}/sequence_input_layer/sequence_length`, sum(cast(mask, 'float32'), 1));
      const time = mask.shape[1];
      let layer = context === undefined ? steps : withContext(steps, context.apply(features));
      let each: readonly Tensor2D[] = [];
      for (const cell of cells) {
        each = unroll(cell, layer, mask);
        if (cell !== cells.at(-1)) layer = transpose(stack([...each]), [1, 0, 2]) as Tensor3D;
      }
      const dense = (x: Tensor2D): Tensor => add(matMul(x, kernel as unknown as Tensor2D), bias);
      if (!returnSequences) return dense(each.at(-1) as Tensor2D);
      return transpose(reshape(dense(concat([...each], 0)), [time, -1, size]), [1, 0, 2]);
    },
  };
}

function cellsOf(store: VariableStore, options: RNNNetworkOptions, inputs: number): readonly RecurrentCell[] {
  const { units, cellType = 'simple_rnn', rnnCellFn } = options;
  if (rnnCellFn !== undefined) return [layerCell(store, rnnCellFn, inputs)];
  const cell = `${cellType}_cell`;
  const make = (name: string, of: number, size: number): RecurrentCell =>
    CELLS[cellType]({ store, name: `${MODEL}/${name}`, inputs: of, units: size });
  // A single number is a layer of Keras' that has the kind's name, unless the kind is left out.
  if (typeof units === 'number') return [make(`${options.cellType ?? 'rnn'}/${cell}`, inputs, units)];
  const sizes = units as readonly number[];
  if (sizes.length === 1) return [make(`rnn/${cell}`, inputs, sizes[0] as number)];
  return sizes.map((size, i) =>
    make(`rnn/stacked_rnn_cells/${cell}${i === 0 ? '' : `_${i}`}`, i === 0 ? inputs : (sizes[i - 1] as number), size),
  );
}

/** What does not change over time, beside what does. */
function withContext(steps: Tensor3D, context: Tensor2D): Tensor3D {
  const [count, time] = steps.shape;
  return concat([steps, tile(reshape(context, [count, 1, -1]), [1, time, 1])], 2) as Tensor3D;
}

/** The outputs of a layer, one for each step, `[batch, units]`. */
function unroll(cell: RecurrentCell, inputs: Tensor3D, mask: Tensor2D): readonly Tensor2D[] {
  const [count, time, size] = inputs.shape;
  // By time first, so that a step is a slice of rows.
  const byTime = reshape(transpose(inputs, [1, 0, 2]), [time * count, size]) as Tensor2D;
  const projected = cell.project(byTime);
  const there = reshape(transpose(cast(mask, 'float32')), [time * count, 1]) as Tensor2D;
  const missing = sub(1, there) as Tensor2D;
  const outputs: Tensor2D[] = [];
  let states: readonly Tensor2D[] = cell.stateSizes.map((units) => zeros([count, units]));
  for (let at = 0; at < time; at++) {
    const rowsOf = (x: Tensor2D): Tensor2D => slice(x, [at * count, 0], [count, -1]);
    const next = cell.step(rowsOf(projected), states);
    const [keep, drop] = [rowsOf(there), rowsOf(missing)];
    const chosen = (after: Tensor2D, before: Tensor2D): Tensor2D => add(mul(keep, after), mul(drop, before));
    const before = outputs.at(-1) ?? (zeros([count, next.output.shape[1]]) as Tensor2D);
    const output = chosen(next.output, before);
    // What is output and state at once has been the same before, too.
    states = next.states.map((state, i) => (state === next.output ? output : chosen(state, states[i] as Tensor2D)));
    outputs.push(output);
  }
  return outputs;
}
