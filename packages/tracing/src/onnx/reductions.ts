import type { DataType } from '@tensorflow/tfjs-core';
import { axesOf, axisOf } from '../lowering/attributes.js';
import type { KernelCall, Ref } from '../lowering/lowering.js';
import type { Lowering, Lowerings, OnnxGraph } from './onnx-graph.js';

function reduce(op: string, axes: string, call: KernelCall, graph: OnnxGraph, dtype: DataType): Ref {
  const x = call.input('x');
  const taken = axesOf(call, axes, x);
  const attributes = { keepdims: { i: call.flag('keepDims') ? 1 : 0 }, noop_with_empty_axes: { i: 1 } };
  return graph.add(op, [graph.cast(x.ref, x.dtype, dtype), graph.ints(taken)], attributes);
}

const reduction =
  (op: string, axes = 'axis'): Lowering =>
  (call, graph) => {
    const { dtype } = call.output;
    return reduce(op, axes, call, graph, dtype);
  };

/** Of bools, as the least or greatest of integers. */
const reductionOfBools =
  (op: string): Lowering =>
  (call, graph) =>
    graph.castTo(reduce(op, 'axis', call, graph, 'int32'), 'bool');

const argument =
  (op: string): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    const dtype = x.dtype === 'bool' ? 'int32' : x.dtype;
    const axis = { i: axisOf(call.number('axis'), x.shape.length) };
    return graph.castTo(graph.add(op, [graph.cast(x.ref, x.dtype, dtype)], { axis, keepdims: { i: 0 } }), 'int32');
  };

const softmax =
  (op: string, name: string): Lowering =>
  (call, graph) => {
    const logits = call.input('logits');
    const given = call.attribute(name);
    const axis = { i: typeof given === 'number' ? axisOf(given, logits.shape.length) : logits.shape.length - 1 };
    return graph.add(op, [graph.cast(logits.ref, logits.dtype, 'float32')], { axis });
  };

export const reductions: Lowerings = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Prod: reduction('ReduceProd'),
  Max: reduction('ReduceMax', 'reductionIndices'),
  Min: reduction('ReduceMin'),
  All: reductionOfBools('ReduceMin'),
  Any: reductionOfBools('ReduceMax'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Softmax: softmax('Softmax', 'dim'),
  LogSoftmax: softmax('LogSoftmax', 'axis'),
  Cumsum: (call, graph) => {
    const x = call.input('x');
    const axis = graph.scalar(axisOf(call.number('axis'), x.shape.length), 'int64');
    return graph.add('CumSum', [graph.cast(x.ref, x.dtype, call.output.dtype), axis], {
      exclusive: { i: call.flag('exclusive') ? 1 : 0 },
      reverse: { i: call.flag('reverse') ? 1 : 0 },
    });
  },
  TopK: (call, graph) => {
    const { ref } = call.input('x');
    const sorted = { i: call.attribute('sorted') === false ? 0 : 1 };
    const [values, indices] = graph.addAll('TopK', [ref, graph.ints([call.number('k')])], { sorted }, 2);
    return [values as Ref, graph.castTo(indices as Ref, 'int32')];
  },
};
