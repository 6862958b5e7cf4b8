import { meetings, outputShape } from './convolution.js';
import { sizeOf, type Values } from './values.js';

/** How the windows of a pool go over images [count, height, width, channels], or over volumes [count, depth, height, width, channels]. */
export interface Pool {
  readonly of: 'largest' | 'mean';
  /** Of a window. */
  readonly sides: readonly number[];
  readonly strides: readonly number[];
  /** As TensorFlow has it: whole windows alone, or as many as there are strides. Padding is no part of what is pooled. */
  readonly pad: 'valid' | 'same';
}

/** The largest number or the mean of each window. */
export function pool(images: Values, how: Pool): Values {
  const values = windowsOf(images.shape, how).map((window) => {
    const numbers = window.map((index) => images.values[index] as number);
    return how.of === 'largest'
      ? Math.max(...numbers)
      : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  });
  return { shape: pooledShape(images.shape, how), values };
}

/**
 * The gradient of a sum over what is pooled, each times its number in `outputs`, by the images.
 *
 * @throws Error where two of a window are the largest: there is none.
 */
export function poolGradient(
  images: Values,
  outputs: Values,
  how: Pool,
): Values & { readonly scale: readonly number[] } {
  const values = images.values.map(() => 0);
  const scale = [...values];
  const add = (index: number, slope: number): void => {
    values[index] = (values[index] as number) + slope;
    scale[index] = (scale[index] as number) + Math.abs(slope);
  };
  for (const [at, window] of windowsOf(images.shape, how).entries()) {
    const slope = outputs.values[at] as number;
    const most = Math.max(...window.map((index) => images.values[index] as number));
    const parts = how.of === 'mean' ? window : window.filter((index) => images.values[index] === most);
    if (how.of === 'largest' && parts.length > 1)
      throw new Error(`Expected one number to be the largest, got ${parts.length} of ${most}.`);
    for (const index of parts) add(index, slope / parts.length);
  }
  return { shape: images.shape, values, scale };
}

/** A pool is a convolution of each channel by itself, with a filter of its sides. */
const asFilter = (images: readonly number[], { sides }: Pool): number[] => [...sides, images.at(-1) as number, 1];

function pooledShape(images: readonly number[], how: Pool): number[] {
  return outputShape(images, asFilter(images, how), { stride: how.strides, pad: how.pad, isDepthwise: true });
}

/** The indices of what each window is over, in the order of the outputs. */
function windowsOf(images: readonly number[], how: Pool): number[][] {
  const windows = Array.from({ length: sizeOf(pooledShape(images, how)) }, (): number[] => []);
  for (const { image, output } of meetings(images, asFilter(images, how), {
    stride: how.strides,
    pad: how.pad,
    isDepthwise: true,
  }))
    windows[output]?.push(image);
  return windows;
}
