import { axesOf, axisOf } from '../lowering/attributes.js';
import type { Lowering, Lowerings, TfliteType } from './tflite-graph.js';
import type { Operator } from './operators.js';

const reduction =
  (op: Operator, axes = 'axis', of?: TfliteType): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    const taken = axesOf(call, axes, x);
    const { shape, dtype } = call.output;
    const type = of ?? (dtype as TfliteType);
    const input = graph.cast(x.ref, x.dtype, type);
    const options = ['ReducerOptions', { keepDims: call.flag('keepDims') }] as const;
    return taken.length === 0 ? input : graph.add(op, [input, graph.ints(taken)], { shape, dtype: type }, options);
  };

const argument =
  (op: 'ARG_MAX' | 'ARG_MIN', table: 'ArgMaxOptions' | 'ArgMinOptions'): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    const input = graph.cast(x.ref, x.dtype, x.dtype === 'bool' ? 'int32' : x.dtype);
    const axis = graph.scalar(axisOf(call.number('axis'), x.shape.length), 'int32');
    // 2 is int32 among TFLite's types.
    return graph.add(op, [input, axis], { shape: call.output.shape, dtype: 'int32' }, [table, { outputType: 2 }]);
  };

/** Over the last axis, the only one that TFLite's have; tfjs transposes before. */
const softmax =
  (op: 'SOFTMAX' | 'LOG_SOFTMAX', name: string): Lowering =>
  (call, graph) => {
    const logits = call.input('logits');
    const given = call.attribute(name);
    if (typeof given === 'number' && axisOf(given, logits.shape.length) !== logits.shape.length - 1)
      throw call.unsupported(`along axis ${given} of ${logits.shape.length}`);
    const x = graph.cast(logits.ref, logits.dtype, 'float32');
    return graph.same(op, x, op === 'SOFTMAX' ? ['SoftmaxOptions', { beta: 1 }] : undefined);
  };

export const reductions: Lowerings = {
  Sum: reduction('SUM'),
  Mean: reduction('MEAN'),
  Prod: reduction('REDUCE_PROD'),
  Max: reduction('REDUCE_MAX', 'reductionIndices'),
  Min: reduction('REDUCE_MIN'),
  All: reduction('REDUCE_ALL', 'axis', 'bool'),
  Any: reduction('REDUCE_ANY', 'axis', 'bool'),
  ArgMax: argument('ARG_MAX', 'ArgMaxOptions'),
  ArgMin: argument('ARG_MIN', 'ArgMinOptions'),
  Softmax: softmax('SOFTMAX', 'dim'),
  LogSoftmax: softmax('LOG_SOFTMAX', 'axis'),
  Cumsum: (call, graph) => {
    const x = call.input('x');
    const dtype = call.output.dtype as TfliteType;
    const axis = graph.scalar(axisOf(call.number('axis'), x.shape.length), 'int32');
    return graph.add('CUMSUM', [graph.cast(x.ref, x.dtype, dtype), axis], { shape: x.shape, dtype }, [
      'CumsumOptions',
      { exclusive: call.flag('exclusive'), reverse: call.flag('reverse') },
    ]);
  },
  TopK: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const [values, indices] = call.outputs;
    return graph.addAll(
      'TOPK_V2',
      [ref, graph.scalar(call.number('k'), 'int32')],
      [
        { shape: values?.shape ?? [], dtype: dtype as TfliteType },
        { shape: indices?.shape ?? [], dtype: 'int32' },
      ],
    );
  },
  UnsortedSegmentSum: (call, graph) => {
    const [x, ids] = [call.input('x'), call.input('segmentIds')];
    const count = graph.scalar(call.number('numSegments'), 'int32');
    const made = { shape: call.output.shape, dtype: x.dtype as TfliteType };
    const sum = graph.add('UNSORTED_SEGMENT_SUM', [x.ref, ids.ref, count], made);
    // Its shape is known too late for an output of LiteRT of the web, which would be garbage.
    return graph.reshape(sum, made.shape, made.dtype);
  },
};
