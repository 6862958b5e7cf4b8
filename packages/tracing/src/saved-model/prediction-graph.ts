import { GraphBuilder, shapeProto } from '../graph/graph-builder.js';
import { tfType } from '../graph/graph-def.js';
import { type Named, writePrediction } from '../graph/prediction.js';
import { tensorflowOps } from '../graph/tensorflow-ops.js';
import type { Ref } from '../lowering/lowering.js';
import type { ExportedProgram } from '../prediction/exported-program.js';
import type { SignatureSpec, TensorSpec } from '../prediction/signature.js';
import type { SavedVariable } from './checkpoint.js';
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
 * @throws EXPORT_UNSUPPORTED
 */
export function predictionGraph(exported: ExportedProgram, areConstants: boolean): PredictionGraph {
  const graph = new GraphBuilder();
  const saved: VariableNode[] = [];
  const restored = (variable: SavedVariable & { readonly trainable: boolean }): Ref => {
    const node = variableNode(graph, variable);
    saved.push(node);
    return node.value;
  };
  const { inputs, results: made } = writePrediction(graph, exported, {
    lowerings: tensorflowOps,
    ensuresShapes: true,
    variableRef: areConstants ? undefined : restored,
  });
  const { outputs } = exported;
  const entries = [...new Set(outputs.map(({ signature }) => signature))].map((name) => {
    return [name, made.filter((_, index) => outputs[index]?.signature === name)] as const;
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
          signatureDef: Object.fromEntries(entries.map(([name, results]) => [name, signatureDef(inputs, results)])),
          ...defs,
        },
      ],
    },
    signatures: Object.fromEntries(
      entries.map(([name, results]) => [name, { inputs: specsOf(inputs), outputs: specsOf(results) }]),
    ),
  };
}

function signatureDef(inputs: readonly Named[], outputs: readonly Named[]): SignatureDef {
  return {
    inputs: Object.fromEntries(inputs.map((input) => [input.name, tensorInfo(input)])),
    outputs: Object.fromEntries(outputs.map((output) => [output.name, tensorInfo(output)])),
    // The methods for classification and regression take serialised examples.
    methodName: 'tensorflow/serving/predict',
  };
}

function tensorInfo({ ref, spec: { shape, dtype } }: Named): TensorInfoProto {
  return { name: ref.includes(':') ? ref : `${ref}:0`, dtype: tfType(dtype), tensorShape: shapeProto(shape) };
}

function specsOf(named: readonly Named[]): Record<string, TensorSpec> {
  return Object.fromEntries(named.map(({ name, spec }) => [name, spec]));
}
