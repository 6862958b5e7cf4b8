import { axisOf, pairsOf, sliceBounds, splitSizes } from '../lowering/attributes.js';
import type { GraphTensor, KernelCall, Ref } from '../lowering/lowering.js';
import { Rows, sameSizes } from '../lowering/sizes.js';
import type { Lowering, Lowerings, Made, TfliteGraph, TfliteType } from './tflite-graph.js';

const madeOf = (call: KernelCall): Made => ({ shape: call.output.shape, dtype: call.output.dtype as TfliteType });

/** What only gives the same numbers another shape. */
const view: Lowering = (call, graph) => {
  const [x] = call.list as readonly [GraphTensor];
  const { shape, dtype } = call.output;
  const cast = graph.cast(x.ref, x.dtype, dtype);
  return sameSizes(x.shape, shape) ? cast : graph.reshape(cast, shape, dtype);
};

function concatenated(graph: TfliteGraph, tensors: readonly Ref[], axis: number, made: Made): Ref {
  return graph.add('CONCATENATION', tensors, made, ['ConcatenationOptions', { axis }]);
}

const concat: Lowering = (call, graph) => {
  const { shape, dtype } = call.output;
  const tensors = call.list.map((tensor) => graph.cast(tensor.ref, tensor.dtype, dtype));
  if (tensors.length === 1) return tensors;
  return concatenated(graph, tensors, axisOf(call.number('axis'), shape.length), madeOf(call));
};

const split: Lowering = (call, graph) => {
  const x = call.input('x');
  const axis = axisOf(call.number('axis'), x.shape.length);
  const inputs = [x.ref, graph.ints(splitSizes(call, x, axis)), graph.scalar(axis, 'int32')];
  const made = call.outputs.map(({ shape }) => ({ shape, dtype: x.dtype as TfliteType }));
  return graph.addAll('SPLIT_V', inputs, made, ['SplitVOptions', { numSplits: made.length }]);
};

/** A number everywhere. */
const filled =
  (valueOf: (call: KernelCall) => number): Lowering =>
  (call, graph) => {
    const made = madeOf(call);
    return graph.add('FILL', [graph.vector(made.shape), graph.scalar(valueOf(call), made.dtype)], made);
  };

const paddings = (call: KernelCall, graph: TfliteGraph): Ref => {
  const pairs = pairsOf(call, 'paddings');
  return graph.constant(pairs.flat(), [pairs.length, 2], 'int32');
};

export const shapes: Lowerings = {
  Cast: view,
  ExpandDims: view,
  Identity: view,
  Reshape: view,
  OnesLike: filled(() => 1),
  ZerosLike: filled(() => 0),
  Fill: filled((call) => call.number('value')),
  Range: (call, graph) => {
    const made = madeOf(call);
    const bound = (name: string): Ref => {
      const value = call.attribute(name);
      if (!(value instanceof Rows)) return graph.scalar(call.number(name), made.dtype);
      return graph.cast(graph.reshape(graph.rows(value), [], 'int32'), 'int32', made.dtype);
    };
    return graph.add('RANGE', [bound('start'), bound('stop'), bound('step')], made);
  },
  LinSpace: (call, graph) => {
    const [start, stop, num] = [call.number('start'), call.number('stop'), call.number('num')];
    const values = new Float32Array(num).fill(start);
    // As tfjs: each from the one before, in float32.
    for (let index = 1; index < num; index++)
      values[index] = (values[index - 1] as number) + (stop - start) / (num - 1);
    return graph.constant(values, [num], 'float32');
  },
  BroadcastTo: (call, graph) =>
    graph.add('BROADCAST_TO', [call.input('x').ref, graph.vector(call.output.shape)], madeOf(call)),
  Tile: (call, graph) => graph.add('TILE', [call.input('x').ref, graph.vector(call.sizes('reps'))], madeOf(call)),
  Transpose: (call, graph) => graph.transpose(call.input('x').ref, call.numbers('perm')),
  Reverse: (call, graph) => {
    const { ref, shape } = call.input('x');
    const axes = call.numbers('dims').map((axis) => axisOf(axis, shape.length));
    return axes.reduce((x, axis) => graph.add('REVERSE_V2', [x, graph.ints([axis])], madeOf(call)), ref);
  },
  Slice: (call, graph) => {
    const { ref, shape } = call.input('x');
    const { begin, size } = sliceBounds(call, shape);
    if (shape.length === 0) return ref;
    return graph.add('SLICE', [ref, graph.vector(begin), graph.vector(size)], madeOf(call));
  },
  StridedSlice: (call, graph) => {
    const mask = (name: string): number => {
      const value = call.attribute(name);
      return typeof value === 'number' ? value : 0;
    };
    const bounds = ['begin', 'end', 'strides'].map((name) => graph.vector(call.sizes(name)));
    const names = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'];
    return graph.add('STRIDED_SLICE', [call.input('x').ref, ...bounds], madeOf(call), [
      'StridedSliceOptions',
      Object.fromEntries(names.map((name) => [name, mask(name)])),
    ]);
  },
  Concat: concat,
  Pack: (call, graph) => {
    const made = madeOf(call);
    const axis = axisOf(call.number('axis'), made.shape.length);
    const one = made.shape.map((size, index) => (index === axis ? 1 : size));
    const parts = call.list.map(({ ref }) => graph.reshape(ref, one, made.dtype));
    return parts.length === 1 ? parts : concatenated(graph, parts, axis, made);
  },
  Unpack: (call, graph) => {
    const { ref, shape, dtype } = call.input('value');
    const axis = axisOf(call.number('axis'), shape.length);
    const made = call.outputs.map((output) => ({ shape: output.shape, dtype: dtype as TfliteType }));
    return graph.addAll('UNPACK', [ref], made, ['UnpackOptions', { num: made.length, axis }]);
  },
  SplitV: split,
  'TfjsHeads.Split/1': split, // of head-multi, whose gradient is its own
  'TfjsHeads.Join/1': concat,
  PadV2: (call, graph) => {
    const made = madeOf(call);
    if (made.dtype === 'bool') throw call.unsupported('of bools');
    const value = graph.scalar(call.number('constantValue'), made.dtype);
    return graph.add('PADV2', [call.input('x').ref, paddings(call, graph), value], made);
  },
  MirrorPad: (call, graph) =>
    graph.add('MIRROR_PAD', [call.input('x').ref, paddings(call, graph)], madeOf(call), [
      'MirrorPadOptions',
      { mode: call.text('mode') === 'reflect' ? 0 : 1 },
    ]),
  GatherV2: (call, graph) => {
    const [x, indices] = [call.input('x'), call.input('indices')];
    const axis = axisOf(call.number('axis'), x.shape.length);
    const batchDims = (call.attribute('batchDims') as number | undefined) ?? 0;
    const ids = graph.cast(indices.ref, indices.dtype, 'int32');
    return graph.add('GATHER', [x.ref, ids], madeOf(call), ['GatherOptions', { axis, batchDims }]);
  },
  GatherNd: (call, graph) =>
    graph.add('GATHER_ND', [call.input('params').ref, call.input('indices').ref], madeOf(call)),
  ScatterNd: (call, graph) => {
    const inputs = [call.input('indices').ref, call.input('updates').ref, graph.vector(call.output.shape)];
    return graph.add('SCATTER_ND', inputs, madeOf(call));
  },
  OneHot: (call, graph) => {
    const indices = call.input('indices');
    const made = madeOf(call);
    const inputs = [
      graph.cast(indices.ref, indices.dtype, 'int32'),
      graph.scalar(call.number('depth'), 'int32'),
      graph.scalar(call.number('onValue'), made.dtype),
      graph.scalar(call.number('offValue'), made.dtype),
    ];
    return graph.add('ONE_HOT', inputs, made, ['OneHotOptions', { axis: -1 }]);
  },
};
