import { sizeOf, type Values } from './values.js';

/** How a filter goes over images. Images are [count, height, width, channels], filters [height, width, channels, count]. */
export interface Convolution {
  readonly stride: number;
  /** As TensorFlow has it: outputs for whole filters alone, or as many as there are strides. */
  readonly pad: 'valid' | 'same';
  /** Each channel by filters of its own, whose outputs are side by side. */
  readonly isDepthwise: boolean;
}

type Sums = Values & { readonly scale: readonly number[] };

/** Where a number of the images meets one of the filter, and the output that their product is a part of. */
interface Meeting {
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

/** How many outputs there are along a side, and how much padding stands before it: of an odd one more stands behind. */
function along(size: number, filter: number, { stride, pad }: Convolution): readonly [count: number, before: number] {
  if (pad === 'valid') return [Math.floor((size - filter) / stride) + 1, 0];
  const count = Math.ceil(size / stride);
  return [count, Math.floor(Math.max(0, (count - 1) * stride + filter - size) / 2)];
}

function outputShape(images: readonly number[], filters: readonly number[], how: Convolution): readonly number[] {
  const [count, height, width, channels] = images as [number, number, number, number];
  const [filterHeight, filterWidth, , multiple] = filters as [number, number, number, number];
  const [rows, columns] = [along(height, filterHeight, how)[0], along(width, filterWidth, how)[0]];
  return [count, rows, columns, how.isDepthwise ? channels * multiple : multiple];
}

function* meetings(
  images: readonly number[],
  filters: readonly number[],
  how: Convolution,
): Generator<Meeting, void, void> {
  const [count, height, width, channels] = images as [number, number, number, number];
  const [filterHeight, filterWidth, , multiple] = filters as [number, number, number, number];
  const [[rows, above], [columns, left]] = [along(height, filterHeight, how), along(width, filterWidth, how)];
  const depth = how.isDepthwise ? channels * multiple : multiple;
  for (let at = 0; at < count * rows * columns * filterHeight * filterWidth * channels * multiple; at++) {
    // The place in [image, row, column, filter row, filter column, channel, filter].
    let rest = at;
    const index = (size: number): number => {
      const part = rest % size;
      rest = Math.floor(rest / size);
      return part;
    };
    const [to, channel, j, i] = [index(multiple), index(channels), index(filterWidth), index(filterHeight)];
    const [column, row, image] = [index(columns), index(rows), rest];
    const [y, x] = [row * how.stride + i - above, column * how.stride + j - left];
    if (y < 0 || y >= height || x < 0 || x >= width) continue;
    yield {
      image: ((image * height + y) * width + x) * channels + channel,
      filter: ((i * filterWidth + j) * channels + channel) * multiple + to,
      output: ((image * rows + row) * columns + column) * depth + (how.isDepthwise ? channel * multiple : 0) + to,
    };
  }
}
