import { axisOf, pairsOf, sliceBounds, splitSizes } from '../lowering/attributes.js';
import type { GraphTensor, KernelCall, Ref } from '../lowering/lowering.js';
import { Rows, sameSizes, type Size } from '../lowering/sizes.js';
import { where } from './elementwise.js';
import type { Lowering, Lowerings, OnnxGraph } from './onnx-graph.js';
import type { OnnxType } from './onnx-model.js';

/** Beyond every end. */
const ALL = 2 ** 31 - 1;

/** What only gives the same numbers another shape. */
const view: Lowering = (call, graph) => {
  const [x] = call.list as readonly [GraphTensor];
  const { shape, dtype } = call.output;
  const cast = graph.cast(x.ref, x.dtype, dtype);
  return sameSizes(x.shape, shape) ? cast : graph.reshape(cast, shape, dtype);
};

const concat: Lowering = (call, graph) => {
  const { shape, dtype } = call.output;
  const tensors = call.list.map((tensor) => graph.cast(tensor.ref, tensor.dtype, dtype));
  if (tensors.length === 1) return tensors;
  return graph.add('Concat', tensors, { axis: { i: axisOf(call.number('axis'), shape.length) } });
};

const split: Lowering = (call, graph) => {
  const x = call.input('x');
  const axis = axisOf(call.number('axis'), x.shape.length);
  const sizes = graph.ints(splitSizes(call, x, axis));
  return graph.addAll('Split', [x.ref, sizes], { axis: { i: axis } }, call.outputs.length);
};

/** A number everywhere. */
function filled(graph: OnnxGraph, value: number, shape: readonly Size[], dtype: OnnxType): Ref {
  return graph.add('Expand', [graph.scalar(value, dtype), graph.vector(shape)]);
}

const like =
  (value: number): Lowering =>
  (call, graph) =>
    filled(graph, value, call.output.shape, call.output.dtype as OnnxType);

function pad(call: KernelCall, graph: OnnxGraph, mode: string, others: readonly Ref[]): Ref {
  const pairs = pairsOf(call, 'paddings');
  const pads = [0, 1].flatMap((side) => pairs.map((pair) => pair[side] as number));
  return graph.add('Pad', [call.input('x').ref, graph.ints(pads), ...others], { mode: { s: mode } });
}

/** Where a slice ends that has a size, of which -1 is all that is left. */
function endOf(call: KernelCall, begin: Size, size: Size): Size {
  if (size === -1) return ALL;
  if (begin === 0) return size;
  if (begin instanceof Rows && size instanceof Rows) return new Rows(begin.perRow + size.perRow);
  return call.fixed(begin, 'the begin of a slice') + call.fixed(size, 'the size of a slice');
}

const stridedSlice: Lowering = (call, graph) => {
  const { ref, shape } = call.input('x');
  const mask = (name: string): number => {
    const value = call.attribute(name);
    return typeof value === 'number' ? value : 0;
  };
  if (mask('ellipsisMask') !== 0 || mask('newAxisMask') !== 0) throw call.unsupported('with new axes or an ellipsis');
  const [begins, ends, strides] = [call.sizes('begin'), call.sizes('end'), call.numbers('strides')];
  const bounds = strides.map((stride, axis) => {
    const has = (name: string): boolean => (mask(name) & (1 << axis)) !== 0;
    const back = stride < 0;
    const begin = has('beginMask') ? (back ? ALL : 0) : (begins[axis] as Size);
    if (has('shrinkAxisMask'))
      return { begin, end: begin === -1 ? ALL : endOf(call, begin, 1), step: 1, isTaken: true };
    const end = has('endMask') ? (back ? -ALL : ALL) : (ends[axis] as Size);
    return { begin, end, step: stride, isTaken: false };
  });
  const axes = bounds.map((_, axis) => axis);
  const sliced = graph.add('Slice', [
    ref,
    graph.vector(bounds.map(({ begin }) => begin)),
    graph.vector(bounds.map(({ end }) => end)),
    graph.ints(axes),
    graph.ints(bounds.map(({ step }) => step)),
  ]);
  const taken = axes.filter((axis) => bounds[axis]?.isTaken);
  if (shape.length - taken.length !== call.output.shape.length) throw call.unsupported('with another number of axes');
  return taken.length === 0 ? sliced : graph.add('Squeeze', [sliced, graph.ints(taken)]);
};

export const shapes: Lowerings = {
  Cast: view,
  ExpandDims: view,
  Identity: view,
  Reshape: view,
  OnesLike: like(1),
  ZerosLike: like(0),
  Fill: (call, graph) => like(call.number('value'))(call, graph),
  Range: (call, graph) => {
    const dtype = call.output.dtype as OnnxType;
    const bound = (name: string): Ref => {
      const value = call.attribute(name);
      if (!(value instanceof Rows)) return graph.scalar(call.number(name), dtype);
      return graph.castTo(graph.add('Squeeze', [graph.rows(value)]), dtype);
    };
    return graph.add('Range', [bound('start'), bound('stop'), bound('step')]);
  },
  LinSpace: (call, graph) => {
    const [start, stop, num] = [call.number('start'), call.number('stop'), call.number('num')];
    const values = new Float32Array(num).fill(start);
    // As tfjs: each from the one before, in float32.
    for (let index = 1; index < num; index++)
      values[index] = (values[index - 1] as number) + (stop - start) / (num - 1);
    return graph.constant(values, [num], 'float32');
  },
  BroadcastTo: (call, graph) => graph.add('Expand', [call.input('x').ref, graph.vector(call.output.shape)]),
  Tile: (call, graph) => graph.add('Tile', [call.input('x').ref, graph.vector(call.sizes('reps'))]),
  Transpose: (call, graph) => graph.transpose(call.input('x').ref, call.numbers('perm')),
  Reverse: (call, graph) => {
    const { ref, shape } = call.input('x');
    const axes = call.numbers('dims').map((axis) => axisOf(axis, shape.length));
    const all = (value: number): Ref => graph.ints(axes.map(() => value));
    return axes.length === 0 ? ref : graph.add('Slice', [ref, all(ALL), all(-ALL), graph.ints(axes), all(-1)]);
  },
  Slice: (call, graph) => {
    const { ref, shape } = call.input('x');
    const { begin, size } = sliceBounds(call, shape);
    if (shape.length === 0) return ref;
    const ends = size.map((one, axis) => endOf(call, begin[axis] as Size, one));
    return graph.add('Slice', [ref, graph.vector(begin), graph.vector(ends), graph.ints(shape.map((_, axis) => axis))]);
  },
  StridedSlice: stridedSlice,
  Concat: concat,
  Pack: (call, graph) => {
    const axis = axisOf(call.number('axis'), call.output.shape.length);
    const parts = call.list.map(({ ref }) => graph.add('Unsqueeze', [ref, graph.ints([axis])]));
    return graph.add('Concat', parts, { axis: { i: axis } });
  },
  Unpack: (call, graph) => {
    const { ref, shape } = call.input('value');
    const axis = axisOf(call.number('axis'), shape.length);
    const sizes = graph.ints(call.outputs.map(() => 1));
    const parts = graph.addAll('Split', [ref, sizes], { axis: { i: axis } }, call.outputs.length);
    return parts.map((part) => graph.add('Squeeze', [part, graph.ints([axis])]));
  },
  SplitV: split,
  'TfjsHeads.Split/1': split, // of head-multi, whose gradient is its own
  'TfjsHeads.Join/1': concat,
  PadV2: (call, graph) =>
    pad(call, graph, 'constant', [graph.scalar(call.number('constantValue'), call.output.dtype as OnnxType)]),
  MirrorPad: (call, graph) => {
    if (call.text('mode') !== 'reflect') throw call.unsupported(`with the mode ${call.text('mode')}`);
    return pad(call, graph, 'reflect', []);
  },
  GatherV2: (call, graph) => {
    const [x, indices] = [call.input('x'), call.input('indices')];
    if ((call.attribute('batchDims') ?? 0) !== 0) throw call.unsupported('with batchDims');
    const ids = graph.cast(indices.ref, indices.dtype, 'int32');
    return graph.add('Gather', [x.ref, ids], { axis: { i: axisOf(call.number('axis'), x.shape.length) } });
  },
  GatherNd: (call, graph) =>
    graph.add('GatherND', [call.input('params').ref, graph.castTo(call.input('indices').ref, 'int64')]),
  ScatterNd: (call, graph) => {
    const { shape, dtype } = call.output;
    const inputs = [filled(graph, 0, shape, dtype as OnnxType), graph.castTo(call.input('indices').ref, 'int64')];
    return graph.add('ScatterND', [...inputs, call.input('updates').ref], { reduction: { s: 'add' } });
  },
  UnsortedSegmentSum: (call, graph) => {
    const [x, ids] = [call.input('x'), call.input('segmentIds')];
    const { shape, dtype } = call.output;
    const indices = graph.add('Unsqueeze', [graph.castTo(ids.ref, 'int64'), graph.ints([1])]);
    const inputs = [filled(graph, 0, shape, dtype as OnnxType), indices, x.ref];
    return graph.add('ScatterND', inputs, { reduction: { s: 'add' } });
  },
  OneHot: (call, graph) => {
    const indices = call.input('indices');
    const depth = call.number('depth');
    const dtype = call.output.dtype as OnnxType;
    const ids = graph.add('Unsqueeze', [graph.cast(indices.ref, indices.dtype, 'int32'), graph.ints([-1])]);
    const classes = graph.constant(
      Array.from({ length: depth }, (_, id) => id),
      [depth],
      'int32',
    );
    const [on, off] = ['onValue', 'offValue'].map((name) => graph.scalar(call.number(name), dtype)) as [Ref, Ref];
    return where(graph, graph.add('Equal', [ids, classes]), on, off, call.output.dtype);
  },
};
