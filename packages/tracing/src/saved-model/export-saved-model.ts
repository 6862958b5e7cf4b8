import { describeValue } from '@tfjs-heads/head-kit';
import {
  checkOverwrite,
  checkPath,
  checkPrediction,
  invalidOption,
  type OverwriteOption,
  type PredictionOptions,
} from '../prediction/check-options.js';
import { exportProgram } from '../prediction/exported-program.js';
import type { SignatureSpec } from '../prediction/signature.js';
import { checkFree, writeFolder } from '#files';
import type { Step } from '../trace-step.js';
import { checkpointFiles } from './checkpoint.js';
import type { ExampleParsing } from './example-features.js';
import { predictionGraph } from './prediction-graph.js';
import { encodeSavedModel } from './protocol-buffers.js';

/** What {@link exportSavedModel} takes besides the folder. */
export interface ExportOptions<F extends Step = Step> extends PredictionOptions<F>, OverwriteOption {
  /**
   * What variables become: constants of the graph, or variables of the model, with their numbers in a checkpoint beside it (`variables/`), which can be read alone and
   * trained further in Python. Default: `constants`.
   */
  readonly variables?: 'constants' | 'checkpoint' | undefined;
  /** How serialised `tf.Example`s become the arguments of `predict`: the model takes those. Default: it takes the arguments themselves, as tensors. */
  readonly parseExample?: ExampleParsing | undefined;
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
  const of = 'exportSavedModel';
  checkPath(of, 'folder', folder);
  const { predict, example } = checkPrediction(of, options, ['variables', 'parseExample', 'overwrite']);
  const { variables = 'constants', parseExample } = options;
  const overwrite = checkOverwrite(of, options.overwrite);
  if (variables !== 'constants' && variables !== 'checkpoint')
    throw invalidOption(of, `variables must be 'constants' or 'checkpoint', got ${describeValue(variables)}`);
  if (parseExample !== undefined) checkParsing(of, parseExample);
  checkFree('folder', folder, overwrite);
  const { written, fixedBatch } = await exportProgram(predict, example, (exported) =>
    predictionGraph(exported, variables === 'constants', parseExample),
  );
  const checkpoint = written.saved.length === 0 ? {} : checkpointFiles('variables/variables', written.saved);
  await writeFolder(folder, { 'saved_model.pb': encodeSavedModel(written.model), ...checkpoint }, overwrite);
  return { signatures: written.signatures, fixedBatch };
}

function checkParsing(of: string, parsing: unknown): void {
  const features: unknown = (parsing as Partial<ExampleParsing> | null)?.features;
  const isSpec =
    typeof features === 'object' &&
    features !== null &&
    Object.values(features).every((feature: { kind?: unknown } | null) => KINDS.has(feature?.kind));
  if (!isSpec)
    throw invalidOption(
      of,
      `parseExample must have features that are fixedLen or varLen, got ${describeValue(parsing)}`,
    );
}

const KINDS: ReadonlySet<unknown> = /*#__PURE__*/ new Set(['fixedLen', 'varLen']);
