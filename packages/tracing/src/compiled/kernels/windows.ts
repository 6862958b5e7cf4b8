import { backend_util } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../program.js';
import { type Expression, type View, wholeView } from '../expression.js';
import type { Call } from '../lowering.js';
import { zero } from './common.js';
import { padded } from './shapes.js';

/** How windows go along an axis of images or volumes. */
interface Axis {
  readonly size: number;
  /** How many windows there are. */
  readonly windows: number;
  /** How many numbers a window takes, so many apart. */
  readonly filter: number;
  readonly dilation: number;
  /** How far it is to the next window. */
  readonly stride: number;
  /** How far the first one begins before the image. */
  readonly before: number;
}

/** How windows go over images `[N, height, width, C]` or volumes `[N, depth, height, width, C]`. */
export interface Windowing {
  readonly batch: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly axes: readonly Axis[];
}

type Info = backend_util.Conv2DInfo | backend_util.Conv3DInfo;
type Shape4D = [number, number, number, number];
type Shape5D = [number, number, number, number, number];

/** As tfjs calls the axes, and what is before them. */
const NAMES = [
  ['Depth', 'front'],
  ['Height', 'top'],
  ['Width', 'left'],
] as const;

function windowingOf(info: Info): Windowing {
  const numbers = info as unknown as Readonly<Record<string, number>>;
  const paddings = info.padInfo as unknown as Readonly<Record<string, number>>;
  const axes = NAMES.slice('inDepth' in info ? 0 : 1).map(([name, side]): Axis => {
    const of = (what: string): number => numbers[`${what}${name}`] as number;
    return {
      size: of('in'),
      windows: of('out'),
      filter: of('filter'),
      dilation: of('dilation'),
      stride: of('stride'),
      // tfjs says less than none for volumes whose strides are longer than windows; TensorFlow begins at the first place.
      before: Math.max(0, paddings[side] as number),
    };
  });
  return { batch: info.batchSize, channels: info.inChannels, outChannels: info.outChannels, axes };
}

/** How the filters of a convolution go over images or volumes. */
export function convolutionOf(
  call: Call,
  shape: readonly number[],
  filter: readonly number[],
  isDepthwise = false,
): Windowing {
  if (String(call.attribute('dataFormat')).startsWith('NC')) throw call.unsupported('with channels first');
  const strides = call.attribute('strides');
  const dilations = call.attribute('dilations') ?? 1;
  const pad = call.attribute('pad') as 'same';
  const rounding = call.attribute('dimRoundingMode') as 'floor' | undefined;
  return windowingOf(
    shape.length === 5
      ? backend_util.computeConv3DInfo(
          shape as Shape5D,
          filter as Shape5D,
          strides as number,
          dilations as number,
          pad,
          false,
          'channelsLast',
          rounding,
        )
      : backend_util.computeConv2DInfo(
          shape as Shape4D,
          filter as Shape4D,
          strides as number,
          dilations as number,
          pad,
          rounding,
          isDepthwise,
        ),
  );
}

/** How those of a pool do. */
export function poolOf(call: Call, shape: readonly number[]): Windowing {
  const pad = call.attribute('pad') as 'same';
  const rounding = call.attribute('dimRoundingMode') as 'floor' | undefined;
  const [size, strides] = [call.attribute('filterSize') as number, call.attribute('strides') as number];
  return windowingOf(
    shape.length === 5
      ? backend_util.computePool3DInfo(shape as Shape5D, size, strides, 1, pad, rounding)
      : backend_util.computePool2DInfo(shape as Shape4D, size, strides, 1, pad, rounding),
  );
}

/** Images by what windows go over them, with what is around them; where it is cut off again. */
interface Windows {
  /** `[N, windows of each axis, filter of each axis, C]`, of which no number is laid out anew. */
  readonly view: View;
  /** The part of the padded images that the images are. */
  readonly images: View;
}

function windowsOf(whole: View, shape: readonly number[], { axes }: Windowing): Windows {
  const [n, channels] = [whole.strides[0] as number, whole.strides.at(-1) as number];
  const along = (of: (axis: Axis, stride: number) => number): number[] =>
    axes.map((axis, index) => of(axis, whole.strides[index + 1] as number));
  const sum = (of: (axis: Axis) => number): number =>
    along((axis, stride) => of(axis) * stride).reduce((a, b) => a + b, whole.offset);
  return {
    view: {
      ...whole,
      shape: [
        shape[0] as number,
        ...axes.map((axis) => axis.windows),
        ...axes.map((axis) => axis.filter),
        shape.at(-1) as number,
      ],
      strides: [
        n,
        ...along((axis, stride) => stride * axis.stride),
        ...along((axis, stride) => stride * axis.dilation),
        channels,
      ],
    },
    images: { ...whole, shape, offset: sum(({ before }) => before) },
  };
}

/** How far windows reach beyond the images. */
function paddingsOf({ axes }: Windowing): [number, number][] {
  const around = axes.map(({ size, windows: count, filter, dilation, stride, before }): [number, number] => {
    const whole = (count - 1) * stride + (filter - 1) * dilation + 1;
    return [before, Math.max(0, whole - size - before)];
  });
  return [[0, 0], ...around, [0, 0]];
}

/** Images by windows: see {@link Windows}. */
export function windows(call: Call, x: Expression, windowing: Windowing, value = 0): View {
  const paddings = paddingsOf(windowing);
  const isPlain = paddings.every(([before, after]) => before === 0 && after === 0);
  const whole = isPlain ? call.view(x) : padded(call, x, { paddings, value });
  return windowsOf(whole, x.shape, windowing).view;
}

/** Images of zeros, to which something is added window by window. */
export function emptyWindows(call: Call, shape: readonly number[], windowing: Windowing): Windows {
  const paddings = paddingsOf(windowing);
  const around = shape.map((size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));
  const whole = wholeView(call.writer.buffer('f32', sizeOf(around)), around);
  call.writer.store([{ ...zero('f32'), shape: around }], [whole]);
  return windowsOf(whole, shape, windowing);
}

/** The places of a window, in their order. */
export const places = ({ axes }: Windowing): readonly (readonly number[])[] =>
  axes.reduce<readonly (readonly number[])[]>(
    (all, { filter }) => all.flatMap((place) => Array.from({ length: filter }, (_, index) => [...place, index])),
    [[]],
  );

/** One number of each window, of what has as many axes for the place in it from one on. */
export function placeIn({ shape, strides, offset, buffer }: View, place: readonly number[], first: number): View {
  const without = (list: readonly number[]): number[] => list.toSpliced(first, place.length);
  const at = place.reduce((sum, index, axis) => sum + index * (strides[first + axis] as number), 0);
  return { buffer, shape: without(shape), strides: without(strides), offset: offset + at };
}
