import { cast, slice, tidy, tile } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describeValue, headError } from '@tfjs-heads/head-kit';
import { forAnySize, type GraphProgram, NotOfAnySize } from '../graph/batch-of-any-size.js';
import { type Flat, flatten } from '../structure.js';
import type { Step } from '../trace-step.js';
import { checkpointFiles } from './checkpoint.js';
import { type PredictionGraph, predictionGraph, type SignatureSpec } from './prediction-graph.js';
import { encodeSavedModel } from './protocol-buffers.js';
import { type Predict, type RecordedPrediction, recordPrediction } from './record-prediction.js';
import { checkFree, writeFolder } from './write-folder.js';

/** What {@link exportSavedModel} takes besides the folder. */
export interface ExportOptions<F extends Step = Step> {
  /**
   * The prediction: any function of tensors, or of maps of them, a traced one too. It returns a tensor, a map of tensors, export outputs, or the spec that
   * a head made in the mode `infer`, which it need not dispose of.
   */
  readonly predict: F;
  /** Its arguments, such as `[{ x }]`: for their shapes, dtypes and names. Rows should be ones that the prediction can take. They stay the caller's. */
  readonly example: Readonly<Parameters<F>>;
  /**
   * What variables become: constants of the graph, or variables of the model, with their numbers in a checkpoint beside it (`variables/`), which can be read alone and
   * trained further in Python. Default: `constants`.
   */
  readonly variables?: 'constants' | 'checkpoint' | undefined;
  /** Whether a folder that is there already is replaced. Default: no. */
  readonly overwrite?: boolean | undefined;
}

/** What was exported. */
export interface ExportedModel {
  /** By name, `serving_default` among them. */
  readonly signatures: Readonly<Record<string, SignatureSpec>>;
  /** Why the model takes batches of the size of the example only; undefined where it takes any. */
  readonly fixedBatch: string | undefined;
}

/**
 * Writes a prediction as a SavedModel of TensorFlow, for Python (`tf.saved_model.load`) and tfjs-node (`tf.node.loadSavedModel`). Under
 * Node only.
 *
 * ```ts
 * await exportSavedModel('export/1', {
 *   predict: ({ x }) => head.createEstimatorSpec({ mode: 'infer', features: { x }, logits: network(x) }),
 *   example: [{ x }],
 * });
 * ```
 *
 * The model has the numbers that the variables have now. Each export output of a head is a signature under the original's key
 * (`serving_default`, `predict`, `classification`, `regression`, ...) with the original's outputs; anything else is `serving_default`. Signatures take the
 * arguments as tensors, by their keys; a tensor that stands alone is `input`. The first dimension of the batch may have any size, unless the prediction says
 * otherwise when it is recorded for a second one.
 *
 * @param folder Where to write; appears as a whole, or not at all.
 * @throws EXPORT_UNSUPPORTED for what TensorFlow has no operation for, with the name of the kernel, and for a prediction that differs from call to call;
 *   EXPORT_EXISTS, INVALID_ARGUMENT, TENSOR_DISPOSED, and whatever the prediction throws. Nothing is written then.
 */
export async function exportSavedModel<F extends Step>(
  folder: string,
  options: ExportOptions<F>,
): Promise<ExportedModel> {
  const { predict, example, areConstants, overwrite } = checkExport(folder, options);
  checkFree(folder, overwrite);
  // A tensor that stands in two places is two inputs, and only tensors of their own are told apart.
  const inputs = { ...example, tensors: example.tensors.map((tensor) => tensor.clone()) };
  const { graph, fixedBatch } = await graphOf(predict, inputs, areConstants).finally(() => {
    for (const tensor of inputs.tensors) tensor.dispose();
  });
  const checkpoint = graph.saved.length === 0 ? {} : checkpointFiles('variables/variables', graph.saved);
  await writeFolder(folder, { 'saved_model.pb': encodeSavedModel(graph.model), ...checkpoint }, overwrite);
  return { signatures: graph.signatures, fixedBatch };
}

interface Checked {
  readonly predict: Predict;
  readonly example: Flat;
  readonly areConstants: boolean;
  readonly overwrite: boolean;
}

function checkExport(folder: unknown, options: unknown): Checked {
  const invalid = (what: string): Error => headError('INVALID_ARGUMENT', `exportSavedModel: ${what}.`);
  if (typeof folder !== 'string' || folder === '')
    throw invalid(`folder must be a path, got ${JSON.stringify(folder)}`);
  const { predict, example, variables = 'constants', overwrite, ...others } = (options ?? {}) as Partial<ExportOptions>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw invalid(`options must be predict, example, variables or overwrite, got ${unknown.slice(0, 80)}`);
  if (typeof predict !== 'function') throw invalid(`predict must be a function, got ${typeof predict}`);
  if (!Array.isArray(example)) throw invalid(`example must be the list of arguments of predict, got ${typeof example}`);
  if (overwrite !== undefined && typeof overwrite !== 'boolean')
    throw invalid(`overwrite must be a boolean, got ${typeof overwrite}`);
  if (variables !== 'constants' && variables !== 'checkpoint')
    throw invalid(`variables must be 'constants' or 'checkpoint', got ${describeValue(variables)}`);
  const flat = flatten(example);
  if (flat.problem !== undefined) throw invalid(`of example ${flat.problem}`);
  const strange = flat.tensors.findIndex(({ dtype }) => dtype === 'string' || dtype === 'complex64');
  if (strange >= 0)
    throw invalid(
      `example must have tensors of numbers or bools, got ${flat.tensors[strange]?.dtype} at ${flat.paths[strange]}`,
    );
  const gone = flat.tensors.findIndex(({ isDisposed }) => isDisposed);
  if (gone >= 0)
    throw headError(
      'TENSOR_DISPOSED',
      `exportSavedModel: example must have live tensors, got a disposed one at ${flat.paths[gone]}.`,
    );
  return {
    predict: predict as unknown as Predict,
    example: flat,
    areConstants: variables === 'constants',
    overwrite: overwrite === true,
  };
}

async function graphOf(
  predict: Predict,
  example: Flat,
  areConstants: boolean,
): Promise<{ readonly graph: PredictionGraph; readonly fixedBatch: string | undefined }> {
  const rows = example.tensors.find(({ rank }) => rank > 0)?.shape[0] ?? 0;
  const one = await recordPrediction(predict, example, rows);
  const write = (program: GraphProgram): PredictionGraph =>
    predictionGraph(program, one.variables, one.outputs, areConstants);
  let fixedBatch: string;
  try {
    return { graph: write(await ofAnySize(predict, example, one)), fixedBatch: undefined };
  } catch (error) {
    fixedBatch = error instanceof Error ? error.message : String(error);
  }
  return { graph: write(ofOneSize(one)), fixedBatch };
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
