import { slice_util } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../program.js';
import {
  cast,
  type Expression,
  leaf,
  number,
  type NumberType,
  permuted,
  stridesOf,
  type View,
  wholeView,
} from '../expression.js';
import { type Call, type KernelWriter, typeOf } from '../lowering.js';
import { axesOf, one, zero } from './common.js';

const view =
  (write: (call: Call, from: View) => View): KernelWriter =>
  (call) =>
    leaf(write(call, call.view(inMemory(call, call.input('x')))));

const inMemory = (call: Call, x: Expression): Expression =>
  x.op === 'number' ? leaf(call.writer.settle(call.apply('add', x.type, x, { ...zero(x.type), shape: x.shape }))) : x;

function joined(
  call: Call,
  parts: readonly Expression[],
  axis: number,
  shape: readonly number[],
  type: NumberType,
): Expression {
  const buffer = call.writer.buffer(type, sizeOf(shape));
  const strides = stridesOf(shape);
  let offset = 0;
  for (const part of parts) {
    if (sizeOf(part.shape) > 0) {
      // A product is stored row by row.
      const ready = call.writer.withoutProducts(part, false);
      call.writer.store(
        [ready.product === undefined ? ready : leaf(call.writer.settle(ready))],
        [{ buffer, shape: part.shape, strides, offset }],
      );
    }
    offset += (part.shape[axis] as number) * (strides[axis] as number);
  }
  return leaf(wholeView(buffer, shape));
}

/** What has a number around it, before and after it along each axis. */
export function padded(
  call: Call,
  x: Expression,
  { paddings, value }: { readonly paddings: readonly (readonly [number, number])[]; readonly value: number },
): View {
  const shape = x.shape.map((size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));
  const whole = wholeView(call.writer.buffer(x.type, sizeOf(shape)), shape);
  call.writer.store([{ ...number(value, x.type), shape }], [whole]);
  const offset = paddings.reduce((sum, [before], axis) => sum + before * (whole.strides[axis] as number), 0);
  const ready = call.writer.withoutProducts(x, false);
  const plain = ready.product === undefined ? ready : leaf(call.writer.settle(ready));
  if (sizeOf(x.shape) > 0) call.writer.store([plain], [{ ...whole, shape: x.shape, offset }]);
  return whole;
}

const broadcastTo = (from: View, shape: readonly number[]): View => {
  const missing = shape.length - from.shape.length;
  return {
    ...from,
    shape,
    strides: shape.map((_, axis) =>
      axis < missing || from.shape[axis - missing] === 1 ? 0 : (from.strides[axis - missing] as number),
    ),
  };
};

/** Kernels that move numbers, or look at them in another order. */
export const shapes: Readonly<Record<string, KernelWriter>> = {
  Reshape: (call) => call.reshape(call.input('x'), call.output.shape),
  ExpandDims: (call) => call.reshape(call.input('input'), call.output.shape),
  Fill: (call) => {
    const value = call.attribute('value');
    if (typeof value !== 'number') throw call.unsupported('with no number');
    return { ...number(value, typeOf(call.output.dtype, call.float)), shape: call.output.shape };
  },
  ZerosLike: (call) => ({ ...zero(typeOf(call.output.dtype, call.float)), shape: call.output.shape }),
  OnesLike: (call) => ({ ...one(call, typeOf(call.output.dtype, call.float)), shape: call.output.shape }),
  Transpose: view((call, from) => permuted(from, call.attribute('perm') as number[])),
  Slice: view((call, from) => {
    const begin = call.attribute('begin') as number | number[];
    const starts = typeof begin === 'number' ? [begin] : begin;
    const offset = from.strides.reduce((sum, stride, axis) => sum + stride * (starts[axis] ?? 0), from.offset);
    return { ...from, shape: call.output.shape, offset };
  }),
  StridedSlice: (call) => {
    const from = call.view(inMemory(call, call.input('x')));
    const [begin, end, strides] = ['begin', 'end', 'strides'].map(call.attribute) as [number[], number[], number[]];
    const masks = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'].map(call.attribute);
    const [first, last, ellipsis, added, dropped] = masks as [number, number, number, number, number];
    const info = slice_util.sliceInfo(
      from.shape as number[],
      begin,
      end,
      strides,
      first,
      last,
      ellipsis,
      added,
      dropped,
    );
    const part: View = {
      ...from,
      shape: slice_util.computeOutShape(info.begin, info.end, info.strides),
      strides: from.strides.map((stride, axis) => stride * (info.strides[axis] as number)),
      offset: from.strides.reduce((sum, stride, axis) => sum + stride * (info.begin[axis] as number), from.offset),
    };
    return call.reshape(leaf(part), call.output.shape);
  },
  Reverse: view((call, from) => {
    const axes = axesOf(call, 'dims', from.shape.length);
    const offset = axes.reduce(
      (sum, axis) => sum + (from.strides[axis] as number) * ((from.shape[axis] as number) - 1),
      from.offset,
    );
    return { ...from, strides: from.strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)), offset };
  }),
  BroadcastTo: view((call, from) => broadcastTo(from, call.output.shape)),
  Tile: (call) => {
    const from = call.view(inMemory(call, call.input('x')));
    const reps = call.attribute('reps') as number[];
    // Each axis is two, of which the first is gone through in one place.
    const tiles: View = {
      ...from,
      shape: from.shape.flatMap((size, axis) => [reps[axis] as number, size]),
      strides: from.strides.flatMap((stride) => [0, stride]),
    };
    return call.reshape(leaf(tiles), call.output.shape);
  },
  Concat: (call) => {
    const [axis = 0] = axesOf(call, 'axis', call.output.shape.length);
    const type = typeOf(call.output.dtype, call.float);
    return joined(
      call,
      call.list().map((part) => cast(part, type)),
      axis,
      call.output.shape,
      type,
    );
  },
  Pack: (call) => {
    const [axis = 0] = axesOf(call, 'axis', call.output.shape.length);
    const shape = call.output.shape.map((size, index) => (index === axis ? 1 : size));
    const type = typeOf(call.output.dtype, call.float);
    return joined(
      call,
      call.list().map((part) => call.reshape(cast(part, type), shape)),
      axis,
      call.output.shape,
      type,
    );
  },
  Unpack: (call) => {
    const from = call.view(inMemory(call, call.input('value')));
    const [axis = 0] = axesOf(call, 'axis', from.shape.length);
    const without = (list: readonly number[]): number[] => list.filter((_, index) => index !== axis);
    return call.node.outputs.map((_, index) =>
      leaf({
        ...from,
        shape: without(from.shape),
        strides: without(from.strides),
        offset: from.offset + index * (from.strides[axis] as number),
      }),
    );
  },
  SplitV: (call) => {
    const from = call.view(inMemory(call, call.input('x')));
    const [axis = 0] = axesOf(call, 'axis', from.shape.length);
    let { offset } = from;
    return call.node.outputs.map(({ shape }) => {
      const part = leaf({ ...from, shape, offset });
      offset += (shape[axis] as number) * (from.strides[axis] as number);
      return part;
    });
  },
  DepthToSpace: (call) => {
    const { shape, strides, ...from } = call.view(inMemory(call, call.input('x')));
    const side = call.attribute('blockSize') as number;
    const isNhwc = call.attribute('dataFormat') === 'NHWC';
    const [batch, height, width, channel] = (isNhwc ? [0, 1, 2, 3] : [0, 2, 3, 1]) as [number, number, number, number];
    const count = (shape[channel] as number) / side ** 2;
    // The channels of a pixel are those of a row of pixels behind those of another row.
    const axis = (at: number): readonly [number, number] => [shape[at] as number, strides[at] as number];
    const own = (size: number, step: number): readonly [number, number] => [size, step * (strides[channel] as number)];
    const places = [axis(height), own(side, side * count), axis(width), own(side, count)];
    const channels = own(count, 1);
    const axes = [axis(batch), ...(isNhwc ? [...places, channels] : [channels, ...places])];
    const apart = { ...from, shape: axes.map(([size]) => size), strides: axes.map(([, step]) => step) };
    return call.reshape(leaf(apart), call.output.shape);
  },
  MirrorPad: (call) => {
    const x = call.input('x');
    // Whether what is at the border is there again beyond it.
    const again = call.attribute('mode') === 'reflect' ? 0 : 1;
    let from = call.view(inMemory(call, x));
    for (const [axis, [before, after]] of (call.attribute('paddings') as [number, number][]).entries()) {
      if (before + after === 0) continue;
      const [size, stride] = [from.shape[axis] as number, from.strides[axis] as number];
      const along = (list: readonly number[], to: number): number[] => list.with(axis, to);
      /** So many, backwards. */
      const mirrored = (first: number, count: number): Expression =>
        leaf({
          ...from,
          shape: along(from.shape, count),
          strides: along(from.strides, -stride),
          offset: from.offset + first * stride,
        });
      const parts = [mirrored(before - again, before), leaf(from), mirrored(size - 2 + again, after)];
      from = call.view(joined(call, parts, axis, along(from.shape, before + size + after), x.type));
    }
    return leaf(from);
  },
  PadV2: (call) =>
    leaf(
      padded(call, call.input('x'), {
        paddings: call.attribute('paddings') as [number, number][],
        value: call.attribute('constantValue') as number,
      }),
    ),
};
