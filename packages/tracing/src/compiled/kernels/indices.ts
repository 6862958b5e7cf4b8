import { sizeOf } from '../../program.js';
import { cast, leaf, number, wholeView } from '../expression.js';
import { type KernelWriter, typeOf } from '../lowering.js';
import { writeGather, writeSegmentSum } from '../lookups.js';
import { axesOf, held, rows, select, zero } from './common.js';

/** Where the largest or the smallest number along an axis is first; 0 where there is none, since all are NaN. */
function position(kind: 'max' | 'min'): KernelWriter {
  return (call) => {
    const x = held(call, call.input('x'));
    const [axis = 0] = axesOf(call, 'axis', x.shape.length);
    const count = x.shape[axis] as number;
    const places = call.writer.constant(
      Float32Array.from({ length: count }, (_, index) => index),
      x.shape.slice(axis).map((size, index) => (index === 0 ? size : 1)),
      'f32',
    );
    const is = call.apply('equal', 'i32', x, call.fold(kind, x, [axis], true));
    const first = call.fold('min', call.apply('select', 'f32', is, places, number(count, 'f32')), [axis], false);
    return cast(select(call, call.apply('less', 'i32', first, number(count, 'f32')), first, zero('f32')), 'i32');
  };
}

/** Kernels that take or give indices. */
export const indices: Readonly<Record<string, KernelWriter>> = {
  ArgMax: position('max'),
  ArgMin: position('min'),
  GatherV2: (call) => {
    const [x, at] = [call.input('x'), call.input('indices')];
    if (x.type === 'f64' || at.type !== 'i32') throw call.unsupported(`of ${x.type} by ${at.type}`);
    const [axis = 0] = axesOf(call, 'axis', x.shape.length);
    const batches = sizeOf(x.shape.slice(0, (call.attribute('batchDims') as number | undefined) ?? 0));
    const to = wholeView(call.writer.buffer(x.type, sizeOf(call.output.shape)), call.output.shape);
    writeGather(call.writer.loops, {
      from: rows(call, x),
      indices: rows(call, at),
      to,
      batches,
      outer: sizeOf(x.shape.slice(0, axis)) / batches,
      choices: x.shape[axis] as number,
      inner: sizeOf(x.shape.slice(axis + 1)),
    });
    return leaf(to);
  },
  UnsortedSegmentSum: (call) => {
    const [x, ids] = [call.input('x'), call.input('segmentIds')];
    if (x.type === 'f64' || ids.type !== 'i32') throw call.unsupported(`of ${x.type} by ${ids.type}`);
    const segments = call.attribute('numSegments') as number;
    // In doubles where segments have many terms.
    const isWide = x.type === 'f32' && sizeOf(ids.shape) > segments;
    const to = wholeView(call.writer.buffer(isWide ? 'f64' : x.type, sizeOf(call.output.shape)), call.output.shape);
    writeSegmentSum(call.writer.loops, {
      from: rows(call, x),
      indices: rows(call, ids),
      to,
      segments,
      inner: sizeOf(x.shape.slice(ids.shape.length)),
    });
    return cast(leaf(to), x.type);
  },
  OneHot: (call) => {
    const depth = call.attribute('depth') as number;
    const type = typeOf(call.output.dtype, call.float);
    const given = call.input('indices');
    const classes = call.writer.constant(
      Int32Array.from({ length: depth }, (_, index) => index),
      [depth],
      'i32',
    );
    const column = call.reshape(given, [...given.shape, 1]);
    const is = call.apply('equal', 'i32', column, classes);
    return select(
      call,
      is,
      number(call.attribute('onValue') as number, type),
      number(call.attribute('offValue') as number, type),
    );
  },
};
