import { writeOneFile, checkFree } from '#files';
import {
  checkOverwrite,
  checkPath,
  checkPrediction,
  checkSignature,
  type OverwriteOption,
  type PredictionOptions,
  type SignatureOption,
} from '../prediction/check-options.js';
import { exportProgram } from '../prediction/exported-program.js';
import {
  chooseSignature,
  inputSpecs,
  onlySignature,
  outputSpecs,
  type SignatureSpec,
} from '../prediction/signature.js';
import type { Step } from '../trace-step.js';
import { predictionModel } from './prediction-model.js';

/** What {@link toOnnx} takes. */
export type OnnxOptions<F extends Step = Step> = PredictionOptions<F> & SignatureOption;

/** What a model of ONNX takes and gives. */
export interface OnnxSpec extends SignatureSpec {
  /** Why the model takes batches of the size of the example only; undefined where it takes any. */
  readonly fixedBatch: string | undefined;
}

/** A model of ONNX. */
export interface OnnxModel extends OnnxSpec {
  /** What stands in a `.onnx` file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A prediction as a model of ONNX (opset 21), in memory: for browsers as for Node.
 *
 * ```ts
 * const { bytes } = await toOnnx({
 *   predict: ({ x }) => head.createEstimatorSpec({ mode: 'infer', features: { x }, logits: network(x) }),
 *   example: [{ x }],
 * });
 * const session = await ort.InferenceSession.create(bytes);
 * const { probabilities } = await session.run({ x: new ort.Tensor('float32', rows, [2, 3]) });
 * ```
 *
 * The model has the numbers that the variables have now. Its inputs are the arguments by their keys, its outputs those of one signature: int32, float32, bool, and
 * strings for class names. The first dimension of the batch, `batch`, may have any size, unless the prediction says otherwise when it is recorded for a second one.
 *
 * @param options `signature`: which of a head's export outputs; default `predict`, with all predictions, or else `serving_default`.
 * @throws EXPORT_UNSUPPORTED for what ONNX has no operators for, with the name of the kernel, and for a prediction that differs from call to call;
 *   INVALID_ARGUMENT, TENSOR_DISPOSED, and whatever the prediction throws
 */
export async function toOnnx<F extends Step>(options: OnnxOptions<F>): Promise<OnnxModel> {
  return convert('toOnnx', options, []);
}

/**
 * Writes a prediction as a `.onnx` file, under Node: see {@link toOnnx}.
 *
 * @param file Where to write; appears as a whole, or not at all.
 * @throws What {@link toOnnx} throws, and EXPORT_EXISTS. Nothing is written then.
 */
export async function exportOnnx<F extends Step>(
  file: string,
  options: OnnxOptions<F> & OverwriteOption,
): Promise<OnnxSpec> {
  checkPath('exportOnnx', 'file', file);
  const overwrite = checkOverwrite('exportOnnx', options?.overwrite);
  checkFree('file', file, overwrite);
  const { bytes, ...spec } = await convert('exportOnnx', options, ['overwrite']);
  await writeOneFile(file, bytes, overwrite);
  return spec;
}

async function convert(of: string, options: OnnxOptions, names: readonly string[]): Promise<OnnxModel> {
  const { predict, example } = checkPrediction(of, options, ['signature', ...names]);
  const wanted = checkSignature(of, options.signature);
  const { written, fixedBatch } = await exportProgram(predict, example, (all) => {
    const exported = onlySignature(all, chooseSignature(all.outputs, wanted));
    return { bytes: predictionModel(exported), inputs: inputSpecs(exported), outputs: outputSpecs(exported) };
  });
  return { ...written, fixedBatch };
}
