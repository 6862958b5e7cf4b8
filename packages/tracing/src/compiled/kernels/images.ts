import { backend_util } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../program.js';
import { type Expression, isContiguous, leaf, number, stridesOf, type View, wholeView } from '../expression.js';
import { type Call, type KernelWriter, NotCompiled } from '../lowering.js';
import { activation } from './elementwise.js';
import { zero } from './common.js';
import { padded } from './shapes.js';

type Info = backend_util.Conv2DInfo;
type Shape4D = [number, number, number, number];

/** What a window is at most laid out in: 64 MiB. */
const MOST = 2 ** 24;

/** Images by what windows go over them, with what is around them; where it is cut off again. */
interface Windows {
  /** `[N, outHeight, outWidth, filterHeight, filterWidth, C]`, of which no number is laid out anew. */
  readonly view: View;
  /** The part of the padded images that the images are. */
  readonly images: View;
}

function windowsOf(whole: View, shape: readonly number[], info: Info): Windows {
  const [n, rows, columns, channels] = whole.strides as Shape4D;
  const { top, left } = info.padInfo;
  return {
    view: {
      ...whole,
      shape: [info.batchSize, info.outHeight, info.outWidth, info.filterHeight, info.filterWidth, info.inChannels],
      strides: [
        n,
        rows * info.strideHeight,
        columns * info.strideWidth,
        rows * info.dilationHeight,
        columns * info.dilationWidth,
        channels,
      ],
    },
    images: { ...whole, shape, offset: whole.offset + top * rows + left * columns },
  };
}

/** How far windows reach beyond the images. */
function paddingsOf(info: Info): [number, number][] {
  const { top, left } = info.padInfo;
  const height = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight;
  const width = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth;
  const around = (before: number, size: number, whole: number): [number, number] => [
    before,
    Math.max(0, whole - size - before),
  ];
  return [[0, 0], around(top, info.inHeight, height), around(left, info.inWidth, width), [0, 0]];
}

function windows(call: Call, x: Expression, info: Info, value = 0): View {
  const paddings = paddingsOf(info);
  const isPlain = paddings.every(([before, after]) => before === 0 && after === 0);
  const whole = isPlain ? call.view(x) : padded(call, x, { paddings, value });
  return windowsOf(whole, x.shape, info).view;
}

/** Images of zeros, to which something is added window by window. */
function emptyWindows(call: Call, shape: readonly number[], info: Info): Windows {
  const paddings = paddingsOf(info);
  const around = shape.map((size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));
  const whole = wholeView(call.writer.buffer('f32', sizeOf(around)), around);
  call.writer.store([{ ...zero('f32'), shape: around }], [whole]);
  return windowsOf(whole, shape, info);
}

/** One number of each window. */
function placeIn({ shape, strides, offset, buffer }: View, row: number, column: number): View {
  const without = (list: readonly number[]): number[] => [...list.slice(0, 3), list[5] as number];
  const at = row * (strides[3] as number) + column * (strides[4] as number);
  return { buffer, shape: without(shape), strides: without(strides), offset: offset + at };
}

const places = ({ filterHeight, filterWidth }: Info): (readonly [number, number])[] =>
  Array.from({ length: filterHeight * filterWidth }, (_, index) => [
    Math.floor(index / filterWidth),
    index % filterWidth,
  ]);

function floats(call: Call, name: string): Expression {
  const x = call.input(name);
  if (x.type !== 'f32' || call.float !== 'f32') throw call.unsupported('of other numbers than float32');
  return x;
}

function convolution(call: Call, xShape: readonly number[], filterShape: readonly number[], isDepthwise = false): Info {
  const format = call.attribute('dataFormat') as 'NHWC' | 'NCHW' | undefined;
  if (format === 'NCHW') throw call.unsupported('with channels first');
  return backend_util.computeConv2DInfo(
    xShape as Shape4D,
    filterShape as Shape4D,
    call.attribute('strides') as [number, number],
    (call.attribute('dilations') as [number, number] | undefined) ?? 1,
    call.attribute('pad') as 'same',
    call.attribute('dimRoundingMode') as 'floor' | undefined,
    isDepthwise,
    'channelsLast',
  );
}

function pool(call: Call, shape: readonly number[]): Info {
  return backend_util.computePool2DInfo(
    shape as Shape4D,
    call.attribute('filterSize') as [number, number],
    call.attribute('strides') as [number, number],
    1,
    call.attribute('pad') as 'same',
    call.attribute('dimRoundingMode') as 'floor' | undefined,
  );
}

/** The windows as rows of a matrix, `[N outHeight outWidth, filterHeight filterWidth C]`. */
function matrix(call: Call, x: Expression, info: Info): View {
  const view = windows(call, x, info);
  if (sizeOf(view.shape) > MOST) throw new NotCompiled('windows of an image that take too much memory');
  const laid = isContiguous(view) ? view : call.writer.settle(leaf(view));
  return flat(laid, [info.batchSize * info.outHeight * info.outWidth, sizeOf(view.shape.slice(3))]);
}

const flat = (view: View, shape: readonly number[]): View => ({ ...view, shape, strides: stridesOf(shape) });

const transposed = (view: View): View => ({
  ...view,
  shape: view.shape.toReversed(),
  strides: view.strides.toReversed(),
});

const productOf = (a: View, b: View): Expression => ({
  op: 'product',
  type: 'f32',
  shape: [a.shape[0] as number, b.shape[1] as number],
  of: [],
  product: { a, b },
});

/** Row by row. */
const rows = (call: Call, x: Expression): View =>
  call.writer.settle(x.op === 'number' ? call.apply('add', x.type, x, { ...zero(x.type), shape: x.shape }) : x);

function conv2d(call: Call): Expression {
  const [x, filter] = [floats(call, 'x'), rows(call, floats(call, 'filter'))];
  const info = convolution(call, x.shape, filter.shape);
  const columns = matrix(call, x, info);
  return productOf(columns, flat(filter, [columns.shape[1] as number, info.outChannels]));
}

/** Both in the shape `[N, outHeight, outWidth, C, channels of each C, filterHeight, filterWidth]`. */
function depthwiseParts(
  call: Call,
  { x, filter, dy }: { readonly x?: Expression; readonly filter?: View; readonly dy?: View },
  info: Info,
): readonly Expression[] {
  const { batchSize: n, outHeight: h, outWidth: w, inChannels: c, filterHeight: fh, filterWidth: fw } = info;
  const multiplier = info.outChannels / c;
  const shape = [n, h, w, c, multiplier, fh, fw];
  const made: Expression[] = [];
  if (x !== undefined) {
    const view = windows(call, x, info);
    const [sn, sh, sw, sfh, sfw, sc] = view.strides as [number, number, number, number, number, number];
    made.push(leaf({ ...view, shape, strides: [sn, sh, sw, sc, 0, sfh, sfw] }));
  }
  if (filter !== undefined) {
    const [sfh, sfw, sc, sm] = stridesOf([fh, fw, c, multiplier]) as Shape4D;
    made.push(leaf({ ...filter, shape, strides: [0, 0, 0, sc, sm, sfh, sfw] }));
  }
  if (dy !== undefined) made.push(leaf({ ...dy, shape, strides: [...stridesOf([n, h, w, c, multiplier]), 0, 0] }));
  return made;
}

function depthwise(call: Call): Expression {
  const [x, filter] = [floats(call, 'x'), rows(call, floats(call, 'filter'))];
  const info = convolution(call, x.shape, filter.shape, true);
  const parts = depthwiseParts(call, { x, filter }, info);
  return call.reshape(call.fold('sum', call.apply('mul', 'f32', ...parts), [5, 6], false), call.output.shape);
}

function fused(write: (call: Call) => Expression): KernelWriter {
  return (call) => {
    const made = write(call);
    const bias = call.optional('bias');
    return activation(
      call,
      call.attribute('activation'),
      bias === undefined ? made : call.apply('add', 'f32', made, bias),
    );
  };
}

/** Images by what becomes of each pixel: `[N, H, rows of each, W, columns of each, C]`. */
function enlarged(call: Call, small: readonly number[], large: readonly number[]): number[] {
  const [n, height, width, channels] = small as Shape4D;
  const [rowsOfEach, columnsOfEach] = [(large[1] as number) / height, (large[2] as number) / width];
  const isWhole = Number.isInteger(rowsOfEach) && Number.isInteger(columnsOfEach);
  if (!isWhole || call.attribute('alignCorners') === true) throw call.unsupported('by other than whole numbers');
  return [n, height, rowsOfEach, width, columnsOfEach, channels];
}

/** Convolutions and pools of images `[N, height, width, C]`: products and folds over windows. */
export const images: Readonly<Record<string, KernelWriter>> = {
  Conv2D: conv2d,
  FusedConv2D: fused(conv2d),
  Conv2DBackpropFilter: (call) => {
    const [x, dy] = [floats(call, 'x'), rows(call, floats(call, 'dy'))];
    const info = convolution(call, x.shape, call.attribute('filterShape') as number[]);
    const columns = matrix(call, x, info);
    return productOf(transposed(columns), flat(dy, [columns.shape[0] as number, info.outChannels]));
  },
  Conv2DBackpropInput: (call) => {
    const [dy, filter] = [rows(call, floats(call, 'dy')), rows(call, floats(call, 'filter'))];
    const shape = call.attribute('inputShape') as number[];
    const info = convolution(call, shape, filter.shape);
    const count = info.batchSize * info.outHeight * info.outWidth;
    const terms = info.filterHeight * info.filterWidth * info.inChannels;
    if (count * terms > MOST) throw new NotCompiled('windows of an image that take too much memory');
    const made = call.writer.settle(
      productOf(flat(dy, [count, info.outChannels]), transposed(flat(filter, [terms, info.outChannels]))),
    );
    const { view, images: inner } = emptyWindows(call, shape, info);
    const parts = flat(made, view.shape);
    for (const [row, column] of places(info)) {
      const to = placeIn(view, row, column);
      call.writer.store([call.apply('add', 'f32', leaf(to), leaf(placeIn(parts, row, column)))], [to]);
    }
    return leaf(inner);
  },
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: fused(depthwise),
  DepthwiseConv2dNativeBackpropFilter: (call) => {
    const [x, dy] = [floats(call, 'x'), rows(call, floats(call, 'dy'))];
    const info = convolution(call, x.shape, call.attribute('filterShape') as number[], true);
    const product = call.apply('mul', 'f32', ...depthwiseParts(call, { x, dy }, info));
    // As `[C, channels of each C, filterHeight, filterWidth]`.
    const sums = call.view(call.fold('sum', product, [0, 1, 2], false));
    const order = [2, 3, 0, 1];
    return leaf({
      ...sums,
      shape: order.map((axis) => sums.shape[axis] as number),
      strides: order.map((axis) => sums.strides[axis] as number),
    });
  },
  DepthwiseConv2dNativeBackpropInput: (call) => {
    const [dy, filter] = [rows(call, floats(call, 'dy')), rows(call, floats(call, 'filter'))];
    const shape = call.attribute('inputShape') as number[];
    const info = convolution(call, shape, filter.shape, true);
    const { view, images: inner } = emptyWindows(call, shape, info);
    const parts = depthwiseParts(call, { filter, dy }, info);
    for (const [row, column] of places(info)) {
      const to = placeIn(view, row, column);
      const [a, b] = parts.map(({ view: whole }) => {
        const { shape: all, strides, offset } = whole as View;
        const at = row * (strides[5] as number) + column * (strides[6] as number);
        return leaf({ ...(whole as View), shape: all.slice(0, 5), strides: strides.slice(0, 5), offset: offset + at });
      }) as [Expression, Expression];
      const sum = call.fold('sum', call.apply('mul', 'f32', a, b), [4], false);
      call.writer.store([call.apply('add', 'f32', leaf(to), sum)], [to]);
    }
    return leaf(inner);
  },
  MaxPool: (call) => {
    const x = floats(call, 'x');
    return call.fold('max', leaf(windows(call, x, pool(call, x.shape), -Infinity)), [3, 4], false);
  },
  MaxPoolGrad: (call) => {
    const [x, largest, dy] = [floats(call, 'input'), floats(call, 'output'), floats(call, 'dy')];
    const info = pool(call, x.shape);
    const from = windows(call, x, info, -Infinity);
    const { view, images: inner } = emptyWindows(call, x.shape, info);
    // The first of those that are as large has all of it.
    const found = wholeView(call.writer.buffer('i32', sizeOf(largest.shape)), largest.shape);
    call.writer.store([{ ...zero('i32'), shape: largest.shape }], [found]);
    const [most, slope] = [leaf(rows(call, largest)), leaf(rows(call, dy))];
    for (const [row, column] of places(info)) {
      const to = placeIn(view, row, column);
      const is = call.apply('equal', 'i32', leaf(placeIn(from, row, column)), most);
      const isFirst = call.apply('and', 'i32', is, call.apply('not', 'i32', leaf(found)));
      const part = call.apply('select', 'f32', isFirst, slope, zero('f32'));
      call.writer.store(
        [call.apply('add', 'f32', leaf(to), part), call.apply('or', 'i32', leaf(found), is)],
        [to, found],
      );
    }
    return leaf(inner);
  },
  AvgPool: (call) => {
    const x = floats(call, 'x');
    const info = pool(call, x.shape);
    const sums = call.fold('sum', leaf(windows(call, x, info)), [3, 4], false);
    const along = (out: number, stride: number, size: number, before: number, length: number): number[] =>
      Array.from({ length: out }, (_, index) => {
        const begin = index * stride - before;
        return Math.min(begin + size, length) - Math.max(begin, 0);
      });
    const ofRows = along(info.outHeight, info.strideHeight, info.filterHeight, info.padInfo.top, info.inHeight);
    const ofColumns = along(info.outWidth, info.strideWidth, info.filterWidth, info.padInfo.left, info.inWidth);
    const counts = Float32Array.from(ofRows.flatMap((height) => ofColumns.map((width) => height * width)));
    const count = call.writer.constant(counts, [info.outHeight, info.outWidth, 1], 'f32');
    return call.apply('div', 'f32', sums, count);
  },
  AvgPoolGrad: (call) => {
    const [x, dy] = [floats(call, 'input'), rows(call, floats(call, 'dy'))];
    const info = pool(call, x.shape);
    const { view, images: inner } = emptyWindows(call, x.shape, info);
    // tfjs divides by the whole window at the edges, too.
    const share = number(1 / (info.filterHeight * info.filterWidth), 'f32');
    for (const [row, column] of places(info)) {
      const to = placeIn(view, row, column);
      call.writer.store([call.apply('add', 'f32', leaf(to), call.apply('mul', 'f32', leaf(dy), share))], [to]);
    }
    return leaf(inner);
  },
  ResizeNearestNeighbor: (call) => {
    const x = rows(call, floats(call, 'images'));
    const [n, row, column, channel] = x.strides as Shape4D;
    const view = { ...x, shape: enlarged(call, x.shape, call.output.shape), strides: [n, row, 0, column, 0, channel] };
    return call.reshape(leaf(view), call.output.shape);
  },
  ResizeNearestNeighborGrad: (call) => {
    const dy = rows(call, floats(call, 'dy'));
    return call.fold('sum', leaf(flat(dy, enlarged(call, call.output.shape, dy.shape))), [2, 4], false);
  },
};
