import { headError, quote } from '@tfjs-heads/head-kit';
import type { GraphProgram } from '../lowering/batch-of-any-size.js';
import { GraphValues, lowerNodes, type Ref } from '../lowering/lowering.js';
import { Rows, sameSizes } from '../lowering/sizes.js';
import type { ExportedProgram } from '../prediction/exported-program.js';
import { checkNames, inputNames } from '../prediction/signature.js';
import { OnnxGraph } from './onnx-graph.js';
import { ONNX_TYPE, type OnnxType } from './onnx-model.js';
import { onnxOps } from './onnx-ops.js';

/**
 * A prediction as the bytes of a `.onnx` file.
 *
 * @throws EXPORT_UNSUPPORTED
 */
export function predictionModel({ program, variables, outputs }: ExportedProgram): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const values = new GraphValues(graph);
  const names = inputNames(program.arguments.map(({ path }) => path));
  checkNames('inputs and outputs', [...names, ...outputs.map(({ name }) => name)]);
  program.arguments.forEach((argument, index) =>
    values.set(argument, graph.input(names[index] as string, argument.shape, argument.dtype)),
  );
  program.variables.forEach(({ name, before, shape, dtype }, index) => {
    if (before === undefined) return;
    values.set({ value: before, shape, dtype }, graph.constant(variables[index] ?? [], shape, dtype as OnnxType, name));
  });
  for (const constant of program.constants) values.set(constant, constantRef(graph, constant));
  lowerNodes(program, graph, values, onnxOps);
  outputs.forEach(({ name, table }, index) => {
    const { ref, shape, dtype } = values.get(program.results[index] as GraphProgram['results'][number]);
    if (!graph.isFree(name))
      throw headError(
        'EXPORT_UNSUPPORTED',
        `An output must have another name than what the model is made of, got ${quote(name)}.`,
      );
    const given = table === undefined ? ref : graph.add('Gather', [graph.strings(table), ref], { axis: { i: 0 } });
    graph.output(name, given, shape, table === undefined ? dtype : 'string');
  });
  return graph.encode();
}

/** Whose rows are all the same is repeated to the size of the batch. */
function constantRef(graph: OnnxGraph, { shape, dtype, data }: GraphProgram['constants'][number]): Ref {
  if (!(dtype in ONNX_TYPE))
    throw headError('EXPORT_UNSUPPORTED', `${graph.format} cannot have a constant of ${dtype}.`);
  const one = shape.map((size) => (size instanceof Rows ? size.perRow : size));
  const constant = graph.constant(data, one, dtype as OnnxType);
  if (sameSizes(one, shape)) return constant;
  return graph.add('Tile', [constant, graph.vector(shape.map((size) => (size instanceof Rows ? new Rows(1) : 1)))]);
}
