import type { DataType } from '@tensorflow/tfjs-core';
import { type GraphBuilder, type Lowering, type Lowerings, maskAttrs, textAttr, typeAttr } from './graph-builder.js';
import { axisOf, pairsOf, sliceBounds, splitSizes } from '../lowering/attributes.js';
import type { GraphTensor, KernelCall, Ref } from '../lowering/lowering.js';
import { Rows, sameSizes } from '../lowering/sizes.js';

/** What only gives the same numbers another shape. */
const view: Lowering = (call, graph) => {
  const [x] = call.list as readonly [GraphTensor];
  const { shape, dtype } = call.output;
  const cast = graph.cast(x.ref, x.dtype, dtype);
  return sameSizes(x.shape, shape) ? cast : graph.reshape(cast, shape, dtype);
};

const pad = (call: KernelCall, graph: GraphBuilder): readonly [Ref, Ref] => {
  const x = call.input('x');
  const paddings = graph.constant(pairsOf(call, 'paddings').flat(), [x.shape.length, 2], 'int32');
  return [x.ref, paddings];
};

const concat: Lowering = (call, graph) => {
  const { shape, dtype } = call.output;
  const tensors = call.list.map((tensor) => graph.cast(tensor.ref, tensor.dtype, dtype));
  if (tensors.length === 1) return tensors;
  const axis = graph.scalar(axisOf(call.number('axis'), shape.length), 'int32');
  return graph.add('ConcatV2', [...tensors, axis], {
    N: { i: tensors.length },
    T: typeAttr(dtype),
    Tidx: typeAttr('int32'),
  });
};

const like =
  (op: string): Lowering =>
  (call, graph) => {
    const { ref, dtype } = call.input('x');
    return graph.add(op, [graph.cast(ref, dtype, call.output.dtype)], { T: typeAttr(call.output.dtype) });
  };

const outputsOf = (name: Ref, count: number): Ref[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? name : `${name}:${index}`));

const blocks =
  (op: string, margins: string): Lowering =>
  (call, graph) => {
    const { ref, dtype } = call.input('x');
    const shape = call.numbers('blockShape');
    const inputs = [
      ref,
      graph.constant(shape, [shape.length], 'int32'),
      graph.constant(pairsOf(call, margins).flat(), [shape.length, 2], 'int32'),
    ];
    return graph.add(op, inputs, {
      T: typeAttr(dtype),
      Tblock_shape: typeAttr('int32'),
      [`T${margins}`]: typeAttr('int32'),
    });
  };

const split: Lowering = (call, graph) => {
  const x = call.input('x');
  const axis = axisOf(call.number('axis'), x.shape.length);
  const inputs = [x.ref, graph.vector(splitSizes(call, x, axis)), graph.scalar(axis, 'int32')];
  const attr = { num_split: { i: call.outputs.length }, T: typeAttr(x.dtype), Tlen: typeAttr('int32') };
  return outputsOf(graph.add('SplitV', inputs, attr), call.outputs.length);
};

export const shapes: Lowerings = {
  Cast: view,
  ExpandDims: view,
  Identity: view,
  Reshape: view,
  OnesLike: like('OnesLike'),
  ZerosLike: like('ZerosLike'),
  Fill: (call, graph) => {
    const { shape, dtype } = call.output;
    const value = graph.scalar(call.number('value'), dtype);
    return graph.add('Fill', [graph.vector(shape), value], { T: typeAttr(dtype), index_type: typeAttr('int32') });
  },
  Range: (call, graph) => {
    const dtype = call.output.dtype;
    const bound = (name: string): Ref => {
      const value = call.attribute(name);
      return value instanceof Rows
        ? graph.cast(graph.size(value), 'int32', dtype)
        : graph.scalar(call.number(name), dtype);
    };
    return graph.add('Range', [bound('start'), bound('stop'), bound('step')], { Tidx: typeAttr(dtype) });
  },
  LinSpace: (call, graph) => {
    const inputs = [graph.scalar(call.number('start'), 'float32'), graph.scalar(call.number('stop'), 'float32')];
    const count = graph.scalar(call.number('num'), 'int32');
    return graph.add('LinSpace', [...inputs, count], { T: typeAttr('float32'), Tidx: typeAttr('int32') });
  },
  BroadcastTo: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const shape = graph.vector(call.output.shape);
    return graph.add('BroadcastTo', [ref, shape], { T: typeAttr(dtype), Tidx: typeAttr('int32') });
  },
  Tile: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const multiples = graph.vector(call.sizes('reps'));
    return graph.add('Tile', [ref, multiples], { T: typeAttr(dtype), Tmultiples: typeAttr('int32') });
  },
  Transpose: (call, graph) => {
    const { ref, dtype } = call.input('x');
    return graph.add('Transpose', [ref, graph.vector(call.numbers('perm'))], {
      T: typeAttr(dtype),
      Tperm: typeAttr('int32'),
    });
  },
  Reverse: (call, graph) => {
    const { ref, dtype } = call.input('x');
    return graph.add('ReverseV2', [ref, graph.vector(call.numbers('dims'))], {
      T: typeAttr(dtype),
      Tidx: typeAttr('int32'),
    });
  },
  Slice: (call, graph) => {
    const { ref, shape, dtype } = call.input('x');
    const { begin, size } = sliceBounds(call, shape);
    return graph.add('Slice', [ref, graph.vector(begin), graph.vector(size)], {
      T: typeAttr(dtype),
      Index: typeAttr('int32'),
    });
  },
  StridedSlice: (call, graph) => {
    const { ref, dtype } = call.input('x');
    const bounds = ['begin', 'end', 'strides'].map((name) => graph.vector(call.sizes(name)));
    const masks = Object.keys(maskAttrs()).map((name) => {
      const value = call.attribute(name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()));
      return [name, { i: typeof value === 'number' ? value : 0 }];
    });
    return graph.add('StridedSlice', [ref, ...bounds], {
      T: typeAttr(dtype),
      Index: typeAttr('int32'),
      ...Object.fromEntries(masks),
    });
  },
  Concat: concat,
  Pack: (call, graph) =>
    graph.add(
      'Pack',
      call.list.map(({ ref }) => ref),
      { N: { i: call.list.length }, T: typeAttr(call.output.dtype), axis: { i: call.number('axis') } },
    ),
  Unpack: (call, graph) => {
    const { ref, dtype } = call.input('value');
    const num = call.outputs.length;
    const attr = { num: { i: num }, T: typeAttr(dtype), axis: { i: call.number('axis') } };
    return outputsOf(graph.add('Unpack', [ref], attr), num);
  },
  SplitV: split,
  'TfjsHeads.Split/1': split, // of head-multi, whose gradient is its own
  'TfjsHeads.Join/1': concat,
  PadV2: (call, graph) => {
    const { dtype } = call.output;
    const value = graph.scalar(call.number('constantValue'), dtype);
    return graph.add('PadV2', [...pad(call, graph), value], { T: typeAttr(dtype), Tpaddings: typeAttr('int32') });
  },
  MirrorPad: (call, graph) =>
    graph.add('MirrorPad', pad(call, graph), {
      T: typeAttr(call.output.dtype),
      Tpaddings: typeAttr('int32'),
      mode: textAttr(call.text('mode').toUpperCase()),
    }),
  GatherV2: (call, graph) => {
    const [x, indices] = [call.input('x'), call.input('indices')];
    const axis = graph.scalar(axisOf(call.number('axis'), x.shape.length), 'int32');
    const ids = graph.cast(indices.ref, indices.dtype, 'int32');
    return graph.add('GatherV2', [x.ref, ids, axis], {
      batch_dims: { i: (call.attribute('batchDims') as number | undefined) ?? 0 },
      Tparams: typeAttr(x.dtype),
      Tindices: typeAttr('int32'),
      Taxis: typeAttr('int32'),
    });
  },
  GatherNd: (call, graph) => {
    const [params, indices] = [call.input('params'), call.input('indices')];
    return graph.add('GatherNd', [params.ref, indices.ref], {
      Tparams: typeAttr(params.dtype),
      Tindices: typeAttr(indices.dtype),
    });
  },
  ScatterNd: (call, graph) => {
    const [indices, updates] = [call.input('indices'), call.input('updates')];
    return graph.add('ScatterNd', [indices.ref, updates.ref, graph.vector(call.output.shape)], {
      T: typeAttr(updates.dtype),
      Tindices: typeAttr(indices.dtype),
    });
  },
  OneHot: (call, graph) => {
    const indices = call.input('indices');
    const dtype: DataType = call.output.dtype;
    const [on, off] = [call.number('onValue'), call.number('offValue')];
    const inputs = [
      graph.cast(indices.ref, indices.dtype, 'int32'),
      graph.scalar(call.number('depth'), 'int32'),
      graph.scalar(on, dtype),
      graph.scalar(off, dtype),
    ];
    return graph.add('OneHot', inputs, { T: typeAttr(dtype), TI: typeAttr('int32'), axis: { i: -1 } });
  },
  SpaceToBatchND: blocks('SpaceToBatchND', 'paddings'),
  BatchToSpaceND: blocks('BatchToSpaceND', 'crops'),
};
