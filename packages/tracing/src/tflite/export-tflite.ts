import { describeValue } from '@tfjs-heads/head-kit';
import { checkFree, writeOneFile } from '#files';
import { ofOneBatch } from '../lowering/one-batch.js';
import {
  checkOverwrite,
  checkPath,
  checkPrediction,
  checkSignature,
  invalidOption,
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
import { withoutStrings } from '../prediction/strings.js';
import type { Step } from '../trace-step.js';
import { predictionModel } from './prediction-model.js';

/** What {@link toTflite} takes. */
export interface TfliteOptions<F extends Step = Step> extends PredictionOptions<F>, SignatureOption {
  /**
   * How many rows a batch always has, for runtimes that do not resize inputs, as LiteRT in browsers. Default: any number, of which the model begins with one, and
   * others are had by resizing its inputs.
   */
  readonly batchSize?: number | undefined;
}

/** What a model of TFLite takes and gives. */
export interface TfliteSpec extends SignatureSpec {
  /** The key of the model's signature. */
  readonly signature: string;
  /** Of each output that is strings and so was left out, the strings that it is made of, by the id of the class. */
  readonly strings: Readonly<Record<string, readonly string[]>>;
  /** Why the model takes batches of the size of the example only; undefined where it takes any, or those of `batchSize`. */
  readonly fixedBatch: string | undefined;
}

/** A model of TFLite. */
export interface TfliteModel extends TfliteSpec {
  /** What stands in a `.tflite` file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A prediction as a model of TFLite, in memory: for browsers as for Node. LiteRT runs it on phones, on small machines, in browsers and in Python.
 *
 * ```ts
 * const { bytes } = await toTflite({
 *   predict: ({ x }) => head.createEstimatorSpec({ mode: 'infer', features: { x }, logits: network(x) }),
 *   example: [{ x }],
 *   batchSize: 1,
 * });
 * const model = await loadAndCompile(bytes, { accelerator: 'wasm' }); // of @litertjs/core
 * const { probabilities } = await model.run({ x: new Tensor(row, [1, 3]) });
 * ```
 *
 * The model has the numbers that the variables have now. Its inputs are the arguments by their keys, its outputs those of one signature, float32, int32 and bool:
 * class names are left out. The first dimension of the batch may have any size, unless the prediction says otherwise when it is recorded for a second one.
 *
 * @param options `signature`: which of a head's export outputs; default `predict`, with all predictions, or else `serving_default`.
 * @throws EXPORT_UNSUPPORTED for what TFLite has no operators for, with the name of the kernel, and for a prediction that differs from call to call;
 *   INVALID_ARGUMENT, TENSOR_DISPOSED, and whatever the prediction throws
 */
export async function toTflite<F extends Step>(options: TfliteOptions<F>): Promise<TfliteModel> {
  return convert('toTflite', options, []);
}

/**
 * Writes a prediction as a `.tflite` file, under Node: see {@link toTflite}.
 *
 * @param file Where to write; appears as a whole, or not at all.
 * @throws What {@link toTflite} throws, and EXPORT_EXISTS. Nothing is written then.
 */
export async function exportTflite<F extends Step>(
  file: string,
  options: TfliteOptions<F> & OverwriteOption,
): Promise<TfliteSpec> {
  checkPath('exportTflite', 'file', file);
  const overwrite = checkOverwrite('exportTflite', options?.overwrite);
  checkFree('file', file, overwrite);
  const { bytes, ...spec } = await convert('exportTflite', options, ['overwrite']);
  await writeOneFile(file, bytes, overwrite);
  return spec;
}

async function convert(of: string, options: TfliteOptions, names: readonly string[]): Promise<TfliteModel> {
  const { predict, example } = checkPrediction(of, options, ['signature', 'batchSize', ...names]);
  const wanted = checkSignature(of, options.signature);
  const { batchSize } = options;
  if (batchSize !== undefined && !(Number.isSafeInteger(batchSize) && batchSize > 0))
    throw invalidOption(of, `batchSize must be a whole number above 0, got ${describeValue(batchSize)}`);
  const { written, fixedBatch } = await exportProgram(predict, example, (all) => {
    const signature = chooseSignature(all.outputs, wanted);
    const one = onlySignature(all, signature);
    const program = batchSize === undefined ? one.program : ofOneBatch(one.program, batchSize);
    const { exported, strings } = withoutStrings({ ...one, program }, 'A model of TFLite');
    const specs = { inputs: inputSpecs(exported), outputs: outputSpecs(exported) };
    return { bytes: predictionModel(exported, signature), signature, ...specs, strings };
  });
  return { ...written, fixedBatch };
}
