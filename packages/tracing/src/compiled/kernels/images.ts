import { sizeOf } from '../../program.js';
import { type Expression, isContiguous, leaf, number, stridesOf, type View, wholeView } from '../expression.js';
import { type Call, type KernelWriter, NotCompiled } from '../lowering.js';
import { activation } from './elementwise.js';
import { floats, rows, zero } from './common.js';
import { convolutionOf, emptyWindows, placeIn, places, poolOf, type Windowing, windows } from './windows.js';

type Shape4D = [number, number, number, number];

/** What a window is at most laid out in: 64 MiB. */
const MOST = 2 ** 24;

/** How many windows there are, and how many numbers are in each. */
function sizesOf({ batch, channels, axes }: Windowing): { readonly count: number; readonly terms: number } {
  const [count, terms] = [axes.map((axis) => axis.windows), axes.map((axis) => axis.filter)].map(sizeOf);
  const sizes = { count: batch * (count as number), terms: (terms as number) * channels };
  if (sizes.count * sizes.terms > MOST) throw new NotCompiled('windows of an image that take too much memory');
  return sizes;
}

/** The windows as rows of a matrix. */
function matrix(call: Call, x: Expression, windowing: Windowing): View {
  const { count, terms } = sizesOf(windowing);
  const view = windows(call, x, windowing);
  return flat(isContiguous(view) ? view : call.writer.settle(leaf(view)), [count, terms]);
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

function convolution(call: Call): Expression {
  const [x, filter] = [floats(call, 'x'), rows(call, floats(call, 'filter'))];
  const info = convolutionOf(call, x.shape, filter.shape);
  const columns = matrix(call, x, info);
  return productOf(columns, flat(filter, [columns.shape[1] as number, info.outChannels]));
}

function byFilter(call: Call): Expression {
  const [x, dy] = [floats(call, 'x'), rows(call, floats(call, 'dy'))];
  const info = convolutionOf(call, x.shape, call.attribute('filterShape') as number[]);
  const columns = matrix(call, x, info);
  return productOf(transposed(columns), flat(dy, [columns.shape[0] as number, info.outChannels]));
}

function byImages(call: Call): Expression {
  const [dy, filter] = [rows(call, floats(call, 'dy')), rows(call, floats(call, 'filter'))];
  const shape = call.attribute('inputShape') as number[];
  const info = convolutionOf(call, shape, filter.shape);
  const { count, terms } = sizesOf(info);
  const made = call.writer.settle(
    productOf(flat(dy, [count, info.outChannels]), transposed(flat(filter, [terms, info.outChannels]))),
  );
  const { view, images: inner } = emptyWindows(call, shape, info);
  const parts = flat(made, view.shape);
  const first = 1 + info.axes.length;
  for (const place of places(info)) {
    const to = placeIn(view, place, first);
    call.writer.store([call.apply('add', 'f32', leaf(to), leaf(placeIn(parts, place, first)))], [to]);
  }
  return leaf(inner);
}

/** The axes of windows that what is in a window has. */
const inWindow = ({ axes }: Windowing): number[] => axes.map((_, axis) => 1 + axes.length + axis);

function largest(call: Call): Expression {
  const x = floats(call, 'x');
  const info = poolOf(call, x.shape);
  return call.fold('max', leaf(windows(call, x, info, -Infinity)), inWindow(info), false);
}

/** The first of those that are as large has all of it. */
function byLargest(call: Call, inOrder: typeof places): Expression {
  const [x, most, dy] = [floats(call, 'input'), floats(call, 'output'), floats(call, 'dy')];
  const info = poolOf(call, x.shape);
  const first = 1 + info.axes.length;
  const from = windows(call, x, info, -Infinity);
  const { view, images: inner } = emptyWindows(call, x.shape, info);
  const found = wholeView(call.writer.buffer('i32', sizeOf(most.shape)), most.shape);
  call.writer.store([{ ...zero('i32'), shape: most.shape }], [found]);
  const [top, slope] = [leaf(rows(call, most)), leaf(rows(call, dy))];
  for (const place of inOrder(info)) {
    const to = placeIn(view, place, first);
    const is = call.apply('equal', 'i32', leaf(placeIn(from, place, first)), top);
    const isFirst = call.apply('and', 'i32', is, call.apply('not', 'i32', leaf(found)));
    const part = call.apply('select', 'f32', isFirst, slope, zero('f32'));
    call.writer.store(
      [call.apply('add', 'f32', leaf(to), part), call.apply('or', 'i32', leaf(found), is)],
      [to, found],
    );
  }
  return leaf(inner);
}

function average(call: Call): Expression {
  const x = floats(call, 'x');
  const info = poolOf(call, x.shape);
  const sums = call.fold('sum', leaf(windows(call, x, info)), inWindow(info), false);
  const counts = info.axes
    .map(({ size, windows: count, filter, stride, before }) =>
      Array.from({ length: count }, (_, index) => {
        const begin = index * stride - before;
        return Math.min(begin + filter, size) - Math.max(begin, 0);
      }),
    )
    .reduce((all, along) => all.flatMap((a) => along.map((b) => a * b)), [1]);
  const shape = [...info.axes.map((axis) => axis.windows), 1];
  return call.apply('div', 'f32', sums, call.writer.constant(Float32Array.from(counts), shape, 'f32'));
}

function byAverage(call: Call): Expression {
  const [x, dy] = [floats(call, 'input'), rows(call, floats(call, 'dy'))];
  const info = poolOf(call, x.shape);
  const { view, images: inner } = emptyWindows(call, x.shape, info);
  // tfjs divides by the whole window at the edges, too.
  const share = number(1 / sizeOf(info.axes.map((axis) => axis.filter)), 'f32');
  for (const place of places(info)) {
    const to = placeIn(view, place, 1 + info.axes.length);
    call.writer.store([call.apply('add', 'f32', leaf(to), call.apply('mul', 'f32', leaf(dy), share))], [to]);
  }
  return leaf(inner);
}

/** Both in the shape `[N, outHeight, outWidth, C, channels of each C, filterHeight, filterWidth]`. */
function depthwiseParts(
  call: Call,
  { x, filter, dy }: { readonly x?: Expression; readonly filter?: View; readonly dy?: View },
  info: Windowing,
): readonly Expression[] {
  const { batch: n, channels: c } = info;
  const [h, w] = info.axes.map((axis) => axis.windows) as [number, number];
  const [fh, fw] = info.axes.map((axis) => axis.filter) as [number, number];
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
  const info = convolutionOf(call, x.shape, filter.shape, true);
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

/** Convolutions and pools of images `[N, height, width, C]` and of volumes `[N, depth, height, width, C]`: products and folds over windows. */
export const images: Readonly<Record<string, KernelWriter>> = {
  Conv2D: convolution,
  Conv3D: convolution,
  FusedConv2D: fused(convolution),
  Conv2DBackpropFilter: byFilter,
  Conv3DBackpropFilterV2: byFilter,
  Conv2DBackpropInput: byImages,
  Conv3DBackpropInputV2: byImages,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: fused(depthwise),
  DepthwiseConv2dNativeBackpropFilter: (call) => {
    const [x, dy] = [floats(call, 'x'), rows(call, floats(call, 'dy'))];
    const info = convolutionOf(call, x.shape, call.attribute('filterShape') as number[], true);
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
    const info = convolutionOf(call, shape, filter.shape, true);
    const { view, images: inner } = emptyWindows(call, shape, info);
    const parts = depthwiseParts(call, { filter, dy }, info);
    for (const place of places(info)) {
      const to = placeIn(view, place, 3);
      const [a, b] = parts.map((part) => leaf(placeIn(part.view as View, place, 5))) as [Expression, Expression];
      const sum = call.fold('sum', call.apply('mul', 'f32', a, b), [4], false);
      call.writer.store([call.apply('add', 'f32', leaf(to), sum)], [to]);
    }
    return leaf(inner);
  },
  MaxPool: largest,
  MaxPool3D: largest,
  MaxPoolGrad: (call) => byLargest(call, places),
  // Of those that are as large, the last one has all of it there.
  MaxPool3DGrad: (call) => byLargest(call, (info) => places(info).toReversed()),
  AvgPool: average,
  AvgPool3D: average,
  AvgPoolGrad: byAverage,
  AvgPool3DGrad: byAverage,
};
