import type { DataType } from '@tensorflow/tfjs-core';
import type { GraphProgram, GraphUse } from '../lowering/batch-of-any-size.js';
import { GraphValues, lowerNodes, type Ref } from '../lowering/lowering.js';
import { Rows, sameSizes, type Size, withUnknown } from '../lowering/sizes.js';
import type { ExportedProgram } from '../prediction/exported-program.js';
import { DEFAULT_SIGNATURE, type NamedOutput } from '../prediction/outputs.js';
import { checkNames, inputNames, type TensorSpec } from '../prediction/signature.js';
import { type GraphBuilder, type Lowerings, tfTypeAttr, typeAttr } from './graph-builder.js';
import { TF_TYPE } from './graph-def.js';

/** An input or an output of a graph. */
export interface Named {
  readonly name: string;
  readonly ref: Ref;
  readonly spec: TensorSpec;
}

/** A variable that a prediction reads. */
export interface ReadVariable {
  readonly name: string;
  readonly trainable: boolean;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly values: ArrayLike<number>;
}

/** What a graph takes in the place of the arguments of a prediction. */
export interface Receiver {
  readonly inputs: readonly Named[];
  argumentOf(name: string, argument: GraphUse): Ref;
}

/** How a prediction is written for one loader or another. */
export interface PredictionWriter {
  /** What the loader has operations for. */
  readonly lowerings: Lowerings;
  /** Whether the graph is to refuse arguments of other shapes itself. */
  readonly ensuresShapes: boolean;
  /** Writes what arguments are made of, in the place of one input for each: the inputs, and an argument by its name. */
  readonly receive?: ((rows: Size) => Receiver) | undefined;
  /** Writes a variable. Default: a constant, with its numbers. */
  readonly variableRef?: ((variable: ReadVariable) => Ref) | undefined;
}

/**
 * Writes a prediction into a graph of TensorFlow.
 *
 * @returns Its inputs, and one output for each of the prediction's.
 * @throws EXPORT_UNSUPPORTED
 */
export function writePrediction(
  graph: GraphBuilder,
  { program, variables, outputs }: ExportedProgram,
  {
    lowerings,
    ensuresShapes,
    receive,
    variableRef = ({ values, shape, dtype, name }) => graph.constant(values, shape, dtype, name),
  }: PredictionWriter,
): { readonly inputs: readonly Named[]; readonly results: readonly Named[] } {
  const values = new GraphValues(graph);
  const names = inputNames(program.arguments.map(({ path }) => path));
  checkNames(
    'outputs',
    outputs.map(({ signature, name }) => (signature === DEFAULT_SIGNATURE ? name : `${signature}, ${name}`)),
  );
  const uses = [
    ...program.nodes.flatMap((node) => Object.values(node.inputs).flat() as GraphUse[]),
    ...program.results,
  ];
  const used = new Set(uses.map(({ value }) => value));
  const receiver = receive?.(program.arguments[0]?.shape[0] ?? 1);
  const inputs = program.arguments.map((argument, index): Named => {
    const name = names[index] as string;
    const spec = { shape: withUnknown(argument.shape), dtype: argument.dtype };
    if (receiver !== undefined) {
      if (!used.has(argument.value)) return { name, ref: '', spec };
      const made = receiver.argumentOf(name, argument);
      values.set(argument, made);
      return { name, ref: made, spec };
    }
    const ref = graph.placeholder(name, argument.shape, argument.dtype);
    // A session takes a tensor of any shape for a placeholder; what was written for another one would give wrong numbers.
    values.set(argument, ensuresShapes ? graph.ensureShape(ref, argument.shape, argument.dtype) : ref);
    return { name, ref, spec };
  });
  program.variables.forEach(({ name, trainable, before, shape, dtype }, index) => {
    if (before === undefined) return;
    const variable = { name, trainable, shape, dtype, values: variables[index] ?? [] };
    values.set({ value: before, shape, dtype }, variableRef(variable));
  });
  for (const constant of program.constants) values.set(constant, constantRef(graph, constant));
  lowerNodes(program, graph, values, lowerings);
  const results = outputs.map((output, index) => outputOf(graph, values, output, program.results[index] as GraphUse));
  return { inputs: receiver?.inputs ?? inputs, results };
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
