import { sizeOf, type Values } from './values.js';

/**
 * How a filter goes over images. Images are [count, height, width, channels], filters [height, width, channels, count]; volumes and theirs have a depth before the height, or
 * more sides.
 */
export interface Convolution {
  /** Of all sides, or of each. */
  readonly stride: number | readonly number[];
  /** As TensorFlow has it: outputs for whole filters alone, or as many as there are strides. */
  readonly pad: 'valid' | 'same';
  /** Each channel by filters of its own, whose outputs are side by side. */
  readonly isDepthwise: boolean;
}

type Sums = Values & { readonly scale: readonly number[] };

/** Where a number of the images meets one of the filter, and the output that their product is a part of. */
export interface Meeting {
  readonly image: number;
  readonly filter: number;
  readonly output: number;
}

/** The convolution of images, and for each output the sum of the magnitudes that were added up. */
export function convolve(images: Values, filter: Values, how: Convolution): Sums {
  return added(outputShape(images.shape, filter.shape, how), meetings(images.shape, filter.shape, how), (meeting) => [
    meeting.output,
    (images.values[meeting.image] as number) * (filter.values[meeting.filter] as number),
  ]);
}

/** The gradients of a sum over outputs, each times its number in `outputs`: by the images, and by the filter. */
export function convolutionGradients(
  images: Values,
  filter: Values,
  outputs: Values,
  how: Convolution,
): { readonly images: Sums; readonly filter: Sums } {
  const all = [...meetings(images.shape, filter.shape, how)];
  const slope = (meeting: Meeting): number => outputs.values[meeting.output] as number;
  return {
    images: added(images.shape, all, (meeting) => [
      meeting.image,
      slope(meeting) * (filter.values[meeting.filter] as number),
    ]),
    filter: added(filter.shape, all, (meeting) => [
      meeting.filter,
      slope(meeting) * (images.values[meeting.image] as number),
    ]),
  };
}

function added(
  shape: readonly number[],
  of: Iterable<Meeting>,
  termOf: (meeting: Meeting) => readonly [at: number, term: number],
): Sums {
  const values = Array.from({ length: sizeOf(shape) }, () => 0);
  const scale = [...values];
  for (const meeting of of) {
    const [at, term] = termOf(meeting);
    values[at] = (values[at] as number) + term;
    scale[at] = (scale[at] as number) + Math.abs(term);
  }
  return { shape, values, scale };
}

/** How a filter goes along one side of images. */
interface Side {
  readonly size: number;
  readonly filter: number;
  readonly stride: number;
  readonly outputs: number;
  /** How much padding stands before the images: of an odd one more stands behind. */
  readonly before: number;
}

function sidesOf(images: readonly number[], filters: readonly number[], { stride: of, pad }: Convolution): Side[] {
  return images.slice(1, -1).map((size, axis) => {
    const filter = filters[axis] as number;
    const stride = typeof of === 'number' ? of : (of[axis] as number);
    if (pad === 'valid') return { size, filter, stride, outputs: Math.floor((size - filter) / stride) + 1, before: 0 };
    const outputs = Math.ceil(size / stride);
    return {
      size,
      filter,
      stride,
      outputs,
      before: Math.floor(Math.max(0, (outputs - 1) * stride + filter - size) / 2),
    };
  });
}

export function outputShape(images: readonly number[], filters: readonly number[], how: Convolution): number[] {
  const [channels, multiple] = filters.slice(-2) as [number, number];
  const outputs = sidesOf(images, filters, how).map((side) => side.outputs);
  return [images[0] as number, ...outputs, how.isDepthwise ? channels * multiple : multiple];
}

/** In the order of the images, outputs, places of the filter and channels. */
export function* meetings(
  images: readonly number[],
  filters: readonly number[],
  how: Convolution,
): Generator<Meeting, void, void> {
  const sides = sidesOf(images, filters, how);
  const [channels, multiple] = filters.slice(-2) as [number, number];
  const outputs = outputShape(images, filters, how);
  const loops = [...outputs.slice(0, -1), ...sides.map(({ filter }) => filter), channels, multiple];
  for (let at = 0; at < sizeOf(loops); at++) {
    const [image, ...rest] = coordinates(at, loops) as [number, ...number[]];
    const output = rest.slice(0, sides.length);
    const place = rest.slice(sides.length, -2);
    const [channel, to] = rest.slice(-2) as [number, number];
    const pixel = sides.map(
      ({ stride, before }, axis) => (output[axis] as number) * stride + (place[axis] as number) - before,
    );
    if (pixel.some((index, axis) => index < 0 || index >= (sides[axis] as Side).size)) continue;
    yield {
      image: indexOf([image, ...pixel, channel], images),
      filter: indexOf([...place, channel, to], filters),
      output: indexOf([image, ...output, how.isDepthwise ? channel * multiple + to : to], outputs),
    };
  }
}

/** Where the `n`th of a shape stands in it. */
function coordinates(n: number, shape: readonly number[]): number[] {
  let rest = n;
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .toReversed();
}

function indexOf(at: readonly number[], shape: readonly number[]): number {
  return at.reduce((index, along, axis) => index * (shape[axis] as number) + along, 0);
}
