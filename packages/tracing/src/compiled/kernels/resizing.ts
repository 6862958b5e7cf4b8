import { type Expression, leaf, stridesOf, type View, wholeView } from '../expression.js';
import { writeGather, writeSegmentSum } from '../lookups.js';
import type { Call, KernelWriter } from '../lowering.js';
import { floats, rows } from './common.js';

type Shape4D = readonly [number, number, number, number];

/** Between which two places of an axis each place of a longer or shorter one lies, and how far it is from the first to the second. */
interface Places {
  readonly low: Int32Array<ArrayBuffer>;
  readonly high: Int32Array<ArrayBuffer>;
  readonly share: Float32Array<ArrayBuffer>;
}

interface How {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

function placesOf(from: number, to: number, { alignCorners, halfPixelCenters }: How): Places {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const at = Float64Array.from({ length: to }, (_, index) =>
    halfPixelCenters ? scale * (index + 0.5) - 0.5 : scale * index,
  );
  const low = Int32Array.from(at, (place) => Math.max(0, Math.floor(place)));
  const high = Int32Array.from(at, (place) => Math.min(from - 1, Math.ceil(place)));
  return { low, high, share: Float32Array.from(at, (place, index) => place - (low[index] as number)) };
}

const howOf = (call: Call): How => ({
  alignCorners: call.attribute('alignCorners') === true,
  halfPixelCenters: call.attribute('halfPixelCenters') === true,
});

const flat = (view: View, shape: readonly number[]): View => ({ ...view, shape, strides: stridesOf(shape) });

/** How much of a place counts, for each place of the middle axis. */
const sharesOf = (call: Call, share: Float32Array<ArrayBuffer>): Expression =>
  call.writer.constant(share, [share.length, 1], 'f32');

/** Goes from `[outer, from, inner]` to `[outer, to, inner]`. */
function stretched(call: Call, from: View, { low, high, share }: Places): View {
  const [outer, choices, inner] = from.shape as [number, number, number];
  const pick = (indices: Int32Array<ArrayBuffer>): Expression => {
    const to = wholeView(call.writer.buffer('f32', outer * indices.length * inner), [outer, indices.length, inner]);
    const at = call.view(indicesOf(call, indices));
    writeGather(call.writer.loops, { from, indices: at, to, batches: 1, outer, choices, inner });
    return leaf(to);
  };
  const [first, second] = [pick(low), pick(high)];
  const step = call.apply('mul', 'f32', call.apply('sub', 'f32', second, first), sharesOf(call, share));
  return call.writer.settle(call.apply('add', 'f32', first, step));
}

/** Brings what was made of `[outer, from, inner]` back to it. */
function gathered(call: Call, dy: View, { low, high, share }: Places, from: number): View {
  const [outer, count, inner] = dy.shape as [number, number, number];
  const part = (indices: Int32Array<ArrayBuffer>, shares: Float32Array<ArrayBuffer>): Expression => {
    const ids = Int32Array.from(
      { length: outer * count },
      (_, row) => Math.floor(row / count) * from + (indices[row % count] as number),
    );
    const to = wholeView(call.writer.buffer('f32', outer * from * inner), [outer, from, inner]);
    writeSegmentSum(call.writer.loops, {
      from: call.writer.settle(call.apply('mul', 'f32', leaf(dy), sharesOf(call, shares))),
      indices: call.view(indicesOf(call, ids)),
      to,
      segments: outer * from,
      inner,
    });
    return leaf(to);
  };
  const rest = share.map((some) => 1 - some);
  return call.writer.settle(call.apply('add', 'f32', part(low, rest), part(high, share)));
}

/** One number, too, lies in memory. */
function indicesOf(call: Call, indices: Int32Array<ArrayBuffer>): Expression {
  const buffer = call.writer.buffer('i32', indices.length, true);
  call.writer.data.push({ buffer, data: indices });
  return leaf(wholeView(buffer, [indices.length]));
}

/** Images by what becomes of each pixel: `[N, H, rows of each, W, columns of each, C]`. */
function enlarged(call: Call, small: readonly number[], large: readonly number[]): number[] {
  const [n, height, width, channels] = small as Shape4D;
  const [rowsOfEach, columnsOfEach] = [(large[1] as number) / height, (large[2] as number) / width];
  const isWhole = Number.isInteger(rowsOfEach) && Number.isInteger(columnsOfEach);
  if (!isWhole || call.attribute('alignCorners') === true) throw call.unsupported('by other than whole numbers');
  return [n, height, rowsOfEach, width, columnsOfEach, channels];
}

/** Images `[N, height, width, C]` in other sizes, numbers between pixels by the four around: along one axis, then along the other. */
export const resizing: Readonly<Record<string, KernelWriter>> = {
  ResizeBilinear: (call) => {
    const x = floats(call, 'images');
    const [n, height, width, channels] = x.shape as Shape4D;
    const [newHeight, newWidth] = call.attribute('size') as [number, number];
    const how = howOf(call);
    const images = flat(rows(call, x), [n * height, width, channels]);
    const wide = stretched(call, images, placesOf(width, newWidth, how));
    const tall = stretched(call, flat(wide, [n, height, newWidth * channels]), placesOf(height, newHeight, how));
    return call.reshape(leaf(tall), call.output.shape);
  },
  ResizeBilinearGrad: (call) => {
    const how = howOf(call);
    // tfjs takes the gradient of another resizing there, unless it is repaired.
    if (how.halfPixelCenters) throw call.unsupported('with half pixel centers');
    const dy = floats(call, 'dy');
    const [n, height, width, channels] = floats(call, 'images').shape as Shape4D;
    const [, newHeight, newWidth] = dy.shape as Shape4D;
    const given = flat(rows(call, dy), [n, newHeight, newWidth * channels]);
    const low = gathered(call, given, placesOf(height, newHeight, how), height);
    const made = gathered(call, flat(low, [n * height, newWidth, channels]), placesOf(width, newWidth, how), width);
    return call.reshape(leaf(made), call.output.shape);
  },
  ResizeNearestNeighbor: (call) => {
    const x = rows(call, floats(call, 'images'));
    const [n, row, column, channel] = x.strides as unknown as Shape4D;
    const view = { ...x, shape: enlarged(call, x.shape, call.output.shape), strides: [n, row, 0, column, 0, channel] };
    return call.reshape(leaf(view), call.output.shape);
  },
  ResizeNearestNeighborGrad: (call) => {
    const dy = rows(call, floats(call, 'dy'));
    return call.fold('sum', leaf(flat(dy, enlarged(call, call.output.shape, dy.shape))), [2, 4], false);
  },
};
