import type { GraphProgram, GraphUse } from '../lowering/batch-of-any-size.js';
import { GraphBuilder, shapeProto, tfTypeAttr, typeAttr } from '../graph/graph-builder.js';
import { GraphValues, lowerNodes, type Ref } from '../lowering/lowering.js';
import { TF_TYPE, tfType } from '../graph/graph-def.js';
import { sameSizes, Rows, withUnknown } from '../lowering/sizes.js';
import { tensorflowOps } from '../graph/tensorflow-ops.js';
import type { SavedVariable } from './checkpoint.js';
import type { ExportedProgram } from '../prediction/exported-program.js';
import { DEFAULT_SIGNATURE, type NamedOutput } from '../prediction/outputs.js';
import { checkNames, inputNames, type SignatureSpec, type TensorSpec } from '../prediction/signature.js';
import type { SavedModelProto, SignatureDef, TensorInfoProto } from './protocol-buffers.js';
import { variableNode, writeSaver } from './variable-graph.js';

/** A prediction as a SavedModel, and what its signatures are. */
export interface PredictionGraph {
  readonly model: SavedModelProto;
  /** What is to be saved beside it: none where variables are constants. */
  readonly saved: readonly SavedVariable[];
  readonly signatures: Readonly<Record<string, SignatureSpec>>;
}

interface Named {
  readonly name: string;
  readonly ref: Ref;
  readonly spec: TensorSpec;
}

/**
 * Writes a prediction as a graph of TensorFlow.
 *
 * @param areConstants Whether variables are, or else are restored from a checkpoint.
 * @throws EXPORT_UNSUPPORTED
 */
export function predictionGraph(
  { program, variables, outputs }: ExportedProgram,
  areConstants: boolean,
): PredictionGraph {
  const graph = new GraphBuilder();
  const values = new GraphValues(graph);
  const names = inputNames(program.arguments.map(({ path }) => path));
  const inputs = program.arguments.map((argument, index): Named => {
    const name = names[index] as string;
    const ref = graph.placeholder(name, argument.shape, argument.dtype);
    // A session takes a tensor of any shape for a placeholder; what was written for another one would give wrong numbers.
    values.set(argument, graph.ensureShape(ref, argument.shape, argument.dtype));
    return { name, ref, spec: { shape: withUnknown(argument.shape), dtype: argument.dtype } };
  });
  const saved = program.variables.flatMap(({ name, trainable, before, shape, dtype }, index) => {
    if (before === undefined) return [];
    const numbers = variables[index] ?? [];
    const node = areConstants ? undefined : variableNode(graph, { name, trainable, shape, dtype, values: numbers });
    values.set({ value: before, shape, dtype }, node?.value ?? graph.constant(numbers, shape, dtype, name));
    return node === undefined ? [] : [node];
  });
  for (const constant of program.constants) values.set(constant, constantRef(graph, constant));
  lowerNodes(program, graph, values, tensorflowOps);

  const made = outputs.map((output, index) => outputOf(graph, values, output, program.results[index] as GraphUse));
  checkNames(
    'outputs',
    outputs.map(({ signature, name }) => (signature === DEFAULT_SIGNATURE ? name : `${signature}, ${name}`)),
  );
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

/** Whose rows are all the same is repeated to the size of the batch. */
function constantRef(graph: GraphBuilder, { shape, dtype, data }: GraphProgram['constants'][number]): Ref {
  const one = shape.map((size) => (size instanceof Rows ? size.perRow : size));
  const constant = graph.constant(data, one, dtype);
  if (sameSizes(one, shape)) return constant;
  const multiples = graph.vector(shape.map((size) => (size instanceof Rows ? new Rows(1) : 1)));
  return graph.add('Tile', [constant, multiples], { T: typeAttr(dtype), Tmultiples: typeAttr('int32') });
}

function outputOf(
  graph: GraphBuilder,
  values: GraphValues,
  { signature, name, table }: NamedOutput,
  result: GraphUse,
): Named {
  const { ref, shape, dtype } = values.get(result);
  graph.under(signature === DEFAULT_SIGNATURE ? 'outputs' : signature);
  const T = table === undefined ? typeAttr(dtype) : tfTypeAttr(TF_TYPE.string);
  const given = table === undefined ? ref : lookUp(graph, ref, table);
  const output = graph.add('Identity', [given], { T }, name);
  graph.under('');
  return { name, ref: output, spec: { shape: withUnknown(shape), dtype: table === undefined ? dtype : 'string' } };
}

function lookUp(graph: GraphBuilder, ids: Ref, table: readonly string[]): Ref {
  return graph.add('GatherV2', [graph.strings(table), ids, graph.scalar(0, 'int32')], {
    Tparams: tfTypeAttr(TF_TYPE.string),
    Tindices: typeAttr('int32'),
    Taxis: typeAttr('int32'),
    batch_dims: { i: 0 },
  });
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
