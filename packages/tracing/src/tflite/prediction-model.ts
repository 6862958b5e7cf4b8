import { headError } from '@tfjs-heads/head-kit';
import type { GraphProgram } from '../lowering/batch-of-any-size.js';
import { GraphValues, lowerNodes, type Ref } from '../lowering/lowering.js';
import { Rows, sameSizes } from '../lowering/sizes.js';
import type { ExportedProgram } from '../prediction/exported-program.js';
import { checkNames, inputNames } from '../prediction/signature.js';
import { TfliteGraph, type TfliteType } from './tflite-graph.js';
import { tfliteOps } from './tflite-ops.js';

/**
 * A prediction as the bytes of a `.tflite` file.
 *
 * @param signature By which it is found.
 * @throws EXPORT_UNSUPPORTED
 */
export function predictionModel(
  { program, variables, outputs }: ExportedProgram,
  signature: string,
): Uint8Array<ArrayBuffer> {
  const graph = new TfliteGraph();
  const values = new GraphValues(graph);
  const names = inputNames(program.arguments.map(({ path }) => path));
  checkNames(
    'outputs',
    outputs.map(({ name }) => name),
  );
  program.arguments.forEach((argument, index) =>
    values.set(argument, graph.input(names[index] as string, argument.shape, typeOf(argument.dtype))),
  );
  program.variables.forEach(({ name, before, shape, dtype }, index) => {
    if (before === undefined) return;
    values.set({ value: before, shape, dtype }, graph.constant(variables[index] ?? [], shape, typeOf(dtype), name));
  });
  for (const constant of program.constants) values.set(constant, constantRef(graph, constant));
  lowerNodes(program, graph, values, tfliteOps);
  outputs.forEach(({ name }, index) =>
    graph.output(name, values.get(program.results[index] as GraphProgram['results'][number]).ref),
  );
  return graph.encode(signature);
}

function typeOf(dtype: string): TfliteType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw headError('EXPORT_UNSUPPORTED', `A model of TFLite must be made of numbers and bools, got ${dtype}.`);
}

/** Whose rows are all the same is repeated to the size of the batch. */
function constantRef(graph: TfliteGraph, { shape, dtype, data }: GraphProgram['constants'][number]): Ref {
  const one = shape.map((size) => (size instanceof Rows ? size.perRow : size));
  const constant = graph.constant(data, one, typeOf(dtype));
  if (sameSizes(one, shape)) return constant;
  const multiples = graph.vector(shape.map((size) => (size instanceof Rows ? new Rows(1) : 1)));
  return graph.add('TILE', [constant, multiples], { shape, dtype: typeOf(dtype) });
}
