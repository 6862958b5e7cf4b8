import type { DataType } from '@tensorflow/tfjs-core';
import { type GraphBuilder, type Lowering, type Lowerings, typeAttr } from './graph-builder.js';
import type { KernelCall, Ref } from '../lowering/lowering.js';
import { axesOf, axisOf } from '../lowering/attributes.js';

const reduction =
  (op: string, axes: string, dtypeOf: (call: KernelCall) => DataType = (call) => call.output.dtype): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    const dtype = dtypeOf(call);
    const attr = { keep_dims: { b: call.flag('keepDims') }, Tidx: typeAttr('int32') };
    const inputs = [graph.cast(x.ref, x.dtype, dtype), graph.vector(axesOf(call, axes, x))];
    return graph.add(op, inputs, dtype === 'bool' ? attr : { ...attr, T: typeAttr(dtype) });
  };

const argument =
  (op: string): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    const dtype = x.dtype === 'bool' ? 'int32' : x.dtype;
    const axis = graph.scalar(axisOf(call.number('axis'), x.shape.length), 'int32');
    return graph.add(op, [graph.cast(x.ref, x.dtype, dtype), axis], {
      T: typeAttr(dtype),
      Tidx: typeAttr('int32'),
      output_type: typeAttr('int32'),
    });
  };

const cumulative =
  (op: string): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    const { dtype } = call.output;
    const axis = graph.scalar(axisOf(call.number('axis'), x.shape.length), 'int32');
    return graph.add(op, [graph.cast(x.ref, x.dtype, dtype), axis], {
      exclusive: { b: call.flag('exclusive') },
      reverse: { b: call.flag('reverse') },
      T: typeAttr(dtype),
      Tidx: typeAttr('int32'),
    });
  };

/** Over the last axis, the only one that TensorFlow's have; tfjs transposes before. */
const softmax =
  (op: string, axis: string): Lowering =>
  (call, graph) => {
    const logits = call.input('logits');
    const given = call.attribute(axis);
    if (typeof given === 'number' && axisOf(given, logits.shape.length) !== logits.shape.length - 1)
      throw call.unsupported(`along axis ${given} of ${logits.shape.length}`);
    const dtype = 'float32';
    return graph.add(op, [graph.cast(logits.ref, logits.dtype, dtype)], { T: typeAttr(dtype) });
  };

export const reductions: Lowerings = {
  Sum: reduction('Sum', 'axis'),
  Mean: reduction('Mean', 'axis'),
  Prod: reduction('Prod', 'axis'),
  Max: reduction('Max', 'reductionIndices'),
  Min: reduction('Min', 'axis'),
  All: reduction('All', 'axis', () => 'bool'),
  Any: reduction('Any', 'axis', () => 'bool'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Cumsum: cumulative('Cumsum'),
  Cumprod: cumulative('Cumprod'),
  Softmax: softmax('Softmax', 'dim'),
  LogSoftmax: softmax('LogSoftmax', 'axis'),
  TopK: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const name = topK(graph, ref, call.number('k'), dtype, call.attribute('sorted') !== false);
    return [name, `${name}:1`];
  },
  UnsortedSegmentSum: (call, graph) => {
    const [x, ids] = [call.input('x'), call.input('segmentIds')];
    const count = graph.scalar(call.number('numSegments'), 'int32');
    return graph.add('UnsortedSegmentSum', [x.ref, ids.ref, count], {
      T: typeAttr(x.dtype),
      Tindices: typeAttr(ids.dtype),
      Tnumsegments: typeAttr('int32'),
    });
  },
};

function topK(graph: GraphBuilder, x: Ref, k: number, dtype: DataType, sorted: boolean): Ref {
  return graph.add('TopKV2', [x, graph.scalar(k, 'int32')], { T: typeAttr(dtype), sorted: { b: sorted } });
}
