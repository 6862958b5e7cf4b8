import type { io } from '@tensorflow/tfjs-core';
import { checkFree, writeFolder } from '#files';
import { GraphBuilder, shapeProto } from '../graph/graph-builder.js';
import { tfType } from '../graph/graph-def.js';
import { type Named, writePrediction } from '../graph/prediction.js';
import {
  checkOverwrite,
  checkPath,
  checkPrediction,
  checkSignature,
  type OverwriteOption,
  type PredictionOptions,
  type SignatureOption,
} from '../prediction/check-options.js';
import { type ExportedProgram, exportProgram } from '../prediction/exported-program.js';
import {
  chooseSignature,
  inputSpecs,
  onlySignature,
  outputSpecs,
  type SignatureSpec,
} from '../prediction/signature.js';
import { withoutStrings } from '../prediction/strings.js';
import type { Step } from '../trace-step.js';
import { graphJson, shapeJson, typeName, type Weight } from './graph-json.js';
import { graphModelOps } from './graph-model-ops.js';

/** What {@link toGraphModel} takes. */
export type GraphModelOptions<F extends Step = Step> = PredictionOptions<F> & SignatureOption;

/** What a graph model takes and gives. */
export interface GraphModelSpec extends SignatureSpec {
  /** Of each output that is strings and so was left out, the strings that it is made of, by the id of the class: also in the model's `metadata`. */
  readonly strings: Readonly<Record<string, readonly string[]>>;
  /** Why the model takes batches of the size of the example only; undefined where it takes any. */
  readonly fixedBatch: string | undefined;
}

/** A graph model of tfjs. */
export interface GraphModel extends GraphModelSpec {
  /** What `tf.io.fromMemory`, or any handler of tfjs that saves, takes. */
  readonly artifacts: io.ModelArtifacts;
}

/**
 * A prediction as tfjs' own graph model, in memory: for browsers as for Node.
 *
 * ```ts
 * const { artifacts } = await toGraphModel({
 *   predict: ({ x }) => head.createEstimatorSpec({ mode: 'infer', features: { x }, logits: network(x) }),
 *   example: [{ x }],
 * });
 * const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
 * const { probabilities } = model.predict({ x });
 * await tf.io.getSaveHandlers('indexeddb://model')[0].save(artifacts); // or to wherever tfjs saves
 * ```
 *
 * The model has the numbers that the variables have now. Its inputs are the arguments by their keys; `predict` gives a map of the outputs of one signature, without those
 * that are strings, which backends of tfjs do not compute with. The first dimension of the batch may have any size, unless the prediction says otherwise when it is
 * recorded for a second one.
 *
 * @param options `signature`: which of a head's export outputs; default `predict`, with all predictions, or else `serving_default`.
 * @throws EXPORT_UNSUPPORTED for what graph models have no operation for, with the name of the kernel, and for a prediction that differs from call to call;
 *   INVALID_ARGUMENT, TENSOR_DISPOSED, and whatever the prediction throws
 */
export async function toGraphModel<F extends Step>(options: GraphModelOptions<F>): Promise<GraphModel> {
  return convert('toGraphModel', options, []);
}

/**
 * Writes a prediction as a folder with a graph model of tfjs, `model.json` and `weights.bin`, under Node: see {@link toGraphModel}.
 *
 * @param folder Where to write; appears as a whole, or not at all.
 * @throws What {@link toGraphModel} throws, and EXPORT_EXISTS. Nothing is written then.
 */
export async function exportGraphModel<F extends Step>(
  folder: string,
  options: GraphModelOptions<F> & OverwriteOption,
): Promise<GraphModelSpec> {
  checkPath('exportGraphModel', 'folder', folder);
  const overwrite = checkOverwrite('exportGraphModel', options?.overwrite);
  checkFree('folder', folder, overwrite);
  const { artifacts, ...spec } = await convert('exportGraphModel', options, ['overwrite']);
  const { weightSpecs, weightData, ...model } = artifacts;
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  const json = new TextEncoder().encode(JSON.stringify({ ...model, weightsManifest }));
  await writeFolder(
    folder,
    { 'model.json': json, 'weights.bin': new Uint8Array(weightData as ArrayBuffer) },
    overwrite,
  );
  return spec;
}

async function convert(of: string, options: GraphModelOptions, names: readonly string[]): Promise<GraphModel> {
  const { predict, example } = checkPrediction(of, options, ['signature', ...names]);
  const wanted = checkSignature(of, options.signature);
  const { written, fixedBatch } = await exportProgram(predict, example, (all) => {
    const one = onlySignature(all, chooseSignature(all.outputs, wanted));
    const { exported, strings } = withoutStrings(one, 'A graph model of tfjs');
    const specs = { inputs: inputSpecs(exported), outputs: outputSpecs(exported) };
    return { artifacts: artifactsOf(exported, strings), ...specs, strings };
  });
  return { ...written, fixedBatch };
}

function artifactsOf(exported: ExportedProgram, strings: GraphModelSpec['strings']): io.ModelArtifacts {
  const graph = new GraphBuilder('A graph model of tfjs');
  // `predict` looks at the shapes of what it is given; for the operation that does so, tfjs has another signature than TensorFlow.
  const { inputs, results } = writePrediction(graph, exported, { lowerings: graphModelOps, ensuresShapes: false });
  const { topology, weights } = graphJson(graph.graph());
  return {
    modelTopology: topology,
    format: 'graph-model',
    generatedBy: 'tfjs-heads',
    convertedBy: null,
    signature: { inputs: infosOf(inputs), outputs: infosOf(results) },
    // By which `predict` gives a map.
    userDefinedMetadata: { structuredOutputKeys: results.map(({ name }) => name), strings },
    weightSpecs: weights.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype })),
    weightData: joined(weights),
  };
}

function infosOf(named: readonly Named[]): object {
  const infos = named.map(({ name, ref, spec }) => {
    const info = {
      name: ref.includes(':') ? ref : `${ref}:0`,
      dtype: typeName(tfType(spec.dtype)),
      tensorShape: shapeJson(shapeProto(spec.shape)),
    };
    return [name, info];
  });
  return Object.fromEntries(infos);
}

function joined(weights: readonly Weight[]): ArrayBuffer {
  const all = new Uint8Array(weights.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of weights) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all.buffer;
}
