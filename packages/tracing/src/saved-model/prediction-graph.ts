import { GraphBuilder, shapeProto } from '../graph/graph-builder.js';
import { tfType } from '../graph/graph-def.js';
import { type Named, type Receiver, writePrediction } from '../graph/prediction.js';
import { tensorflowOps } from '../graph/tensorflow-ops.js';
import type { Ref } from '../lowering/lowering.js';
import { type Size, withUnknown } from '../lowering/sizes.js';
import type { ExportedProgram } from '../prediction/exported-program.js';
import type { NamedOutput } from '../prediction/outputs.js';
import type { SignatureSpec, TensorSpec } from '../prediction/signature.js';
import type { SavedVariable } from './checkpoint.js';
import type { ExampleParsing } from './example-features.js';
import { parseExamples } from './example-graph.js';
import type { SavedModelProto, SignatureDef, TensorInfoProto } from './protocol-buffers.js';
import { type VariableNode, variableNode, writeSaver } from './variable-graph.js';

/** A prediction as a SavedModel, and what its signatures are. */
export interface PredictionGraph {
  readonly model: SavedModelProto;
  /** What is to be saved beside it: none where variables are constants. */
  readonly saved: readonly SavedVariable[];
  readonly signatures: Readonly<Record<string, SignatureSpec>>;
}

/**
 * Writes a prediction as a graph of TensorFlow.
 *
 * @param areConstants Whether variables are, or else are restored from a checkpoint.
 * @param parsing How serialised examples become its arguments. Default: it takes the arguments themselves.
 * @throws EXPORT_UNSUPPORTED
 */
export function predictionGraph(
  exported: ExportedProgram,
  areConstants: boolean,
  parsing?: ExampleParsing,
): PredictionGraph {
  const graph = new GraphBuilder();
  const receive = (rows: Size): Receiver => receiveExamples(graph, rows, parsing as ExampleParsing);
  const saved: VariableNode[] = [];
  const restored = (variable: SavedVariable & { readonly trainable: boolean }): Ref => {
    const node = variableNode(graph, variable);
    saved.push(node);
    return node.value;
  };
  const { inputs, results: made } = writePrediction(graph, exported, {
    lowerings: tensorflowOps,
    ensuresShapes: true,
    receive: parsing === undefined ? undefined : receive,
    variableRef: areConstants ? undefined : restored,
  });
  const { outputs } = exported;
  const entries = [...new Set(outputs.map(({ signature }) => signature))].map((name) => {
    const kind = outputs.find(({ signature }) => signature === name)?.kind ?? 'predict';
    const role = parsing === undefined ? TENSORS : EXAMPLES[kind];
    const results = made.filter((_, index) => outputs[index]?.signature === name);
    return { name, inputs: inputs.map((input) => ({ ...input, name: role.input ?? input.name })), results, role };
  });
  const defs = saved.length === 0 ? {} : writeSaver(graph, saved);
  return {
    saved,
    model: {
      savedModelSchemaVersion: 1,
      metaGraphs: [
        {
          metaInfoDef: { tags: ['serve'] },
          graphDef: graph.graph(),
          signatureDef: Object.fromEntries(entries.map((entry) => [entry.name, signatureDef(entry)])),
          ...defs,
        },
      ],
    },
    signatures: Object.fromEntries(
      entries.map((entry) => [entry.name, { inputs: specsOf(entry.inputs), outputs: specsOf(entry.results) }]),
    ),
  };
}

/** What a signature is for, and what its one input is called, if it has one. */
interface Role {
  readonly method: string;
  readonly input: string | undefined;
}

/** The methods for classification and regression take serialised examples. */
const TENSORS: Role = { method: 'tensorflow/serving/predict', input: undefined };

/** Of serialised examples, as the original has them. */
const EXAMPLES: Readonly<Record<NamedOutput['kind'], Role>> = {
  classification: { method: 'tensorflow/serving/classify', input: 'inputs' },
  regression: { method: 'tensorflow/serving/regress', input: 'inputs' },
  predict: { method: 'tensorflow/serving/predict', input: 'examples' },
};

function receiveExamples(graph: GraphBuilder, rows: Size, parsing: ExampleParsing): Receiver {
  const ref = graph.placeholder('input_example_tensor', [rows], 'string');
  const input = { name: 'examples', ref, spec: { shape: withUnknown([rows]), dtype: 'string' as const } };
  return { inputs: [input], ...parseExamples(graph, ref, parsing) };
}

function signatureDef(entry: {
  readonly inputs: readonly Named[];
  readonly results: readonly Named[];
  readonly role: Role;
}): SignatureDef {
  return {
    inputs: Object.fromEntries(entry.inputs.map((input) => [input.name, tensorInfo(input)])),
    outputs: Object.fromEntries(entry.results.map((output) => [output.name, tensorInfo(output)])),
    methodName: entry.role.method,
  };
}

function tensorInfo({ ref, spec: { shape, dtype } }: Named): TensorInfoProto {
  return { name: ref.includes(':') ? ref : `${ref}:0`, dtype: tfType(dtype), tensorShape: shapeProto(shape) };
}

function specsOf(named: readonly Named[]): Record<string, TensorSpec> {
  return Object.fromEntries(named.map(({ name, spec }) => [name, spec]));
}
