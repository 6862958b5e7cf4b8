import { cast, slice, tidy, tile } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { forAnySize, type GraphProgram, NotOfAnySize } from '../lowering/batch-of-any-size.js';
import type { Flat } from '../structure.js';
import type { NamedOutput } from './outputs.js';
import { type Predict, type RecordedPrediction, recordPrediction } from './record-prediction.js';

/** A prediction as every format writes it. */
export interface ExportedProgram {
  readonly program: GraphProgram;
  /** The numbers of each of the program's variables. */
  readonly variables: readonly ArrayLike<number>[];
  /** What the program's results are. */
  readonly outputs: readonly NamedOutput[];
}

/**
 * Records a prediction, for batches of any size where that can be, and has it written.
 *
 * @param example Its arguments; they stay the caller's.
 * @param write Writes the program. What it throws of a program for any size is the reason for one for a single size.
 * @returns What was written, and why it takes batches of one size only; undefined where it takes any
 * @throws EXPORT_UNSUPPORTED, and whatever the prediction throws
 */
export async function exportProgram<T>(
  predict: Predict,
  example: Flat,
  write: (exported: ExportedProgram) => T,
): Promise<{ readonly written: T; readonly fixedBatch: string | undefined }> {
  // A tensor that stands in two places is two inputs, and only tensors of their own are told apart.
  const inputs = { ...example, tensors: example.tensors.map((tensor) => tensor.clone()) };
  try {
    const rows = inputs.tensors.find(({ rank }) => rank > 0)?.shape[0] ?? 0;
    const one = await recordPrediction(predict, inputs, rows);
    const { variables, outputs } = one;
    let fixedBatch: string;
    try {
      const program = await ofAnySize(predict, inputs, one);
      return { written: write({ program, variables, outputs }), fixedBatch: undefined };
    } catch (error) {
      fixedBatch = error instanceof Error ? error.message : String(error);
    }
    return { written: write({ program: ofOneSize(one), variables, outputs }), fixedBatch };
  } finally {
    for (const tensor of inputs.tensors) tensor.dispose();
  }
}

async function ofAnySize(predict: Predict, example: Flat, one: RecordedPrediction): Promise<GraphProgram> {
  const { rows } = one;
  if (rows === 0) throw new NotOfAnySize('the example has no rows');
  // Neither a multiple nor a power of the other size, so that few other rules give the same numbers.
  const others = 2 * rows + 1;
  const larger = { ...example, tensors: example.tensors.map((tensor) => withRows(tensor, rows, others)) };
  try {
    return forAnySize(one, await recordPrediction(predict, larger, others));
  } finally {
    for (const tensor of larger.tensors) tensor.dispose();
  }
}

function ofOneSize({ program, constants }: RecordedPrediction): GraphProgram {
  return {
    ...program,
    constants: program.constants.map((constant, index) => ({
      ...constant,
      data: constants[index] as ArrayLike<number>,
    })),
  };
}

/** The rows of a tensor again and again, up to a number of them; a tensor with other rows than the batch stays as it is. */
function withRows(tensor: Tensor, rows: number, count: number): Tensor {
  if (tensor.shape[0] !== rows) return tensor.clone();
  return tidy(() => {
    const numbers = tensor.dtype === 'bool' ? cast(tensor, 'int32') : tensor;
    const repeated = tile(
      numbers,
      tensor.shape.map((_, axis) => (axis === 0 ? Math.ceil(count / rows) : 1)),
    );
    const cut = slice(repeated, 0, [count, ...tensor.shape.slice(1)]);
    return tensor.dtype === 'bool' ? cast(cut, 'bool') : cut;
  });
}
