import { backend_util } from '@tensorflow/tfjs-core';

/** How windows, of a filter or a pool, go along one axis of their input. */
export interface WindowAxis {
  /** Of the input. */
  readonly size: number;
  /** How many windows there are. */
  readonly outputs: number;
  /** How many places a window has. */
  readonly places: number;
  readonly stride: number;
  readonly dilation: number;
  /** How much padding stands before the input. */
  readonly before: number;
}

/** Windows over depth, height and width; those of images have a depth of one. */
export interface Windows {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly axes: readonly [WindowAxis, WindowAxis, WindowAxis];
}

/** What kernels of convolutions and pools are told. */
export interface WindowAttributes {
  readonly strides: number | number[];
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dilations?: number | number[];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: string;
}

/** Those of a convolution: of images, [batch, height, width, channels], or of volumes. */
export function convolutionWindows(
  input: readonly number[],
  filter: readonly number[],
  isDepthwise: boolean,
  { strides, pad, dilations = 1, dimRoundingMode, dataFormat }: WindowAttributes,
): Windows {
  // The other kernels of wasm have no other format either.
  if (dataFormat?.startsWith('NC') === true)
    throw new Error(`A convolution must be of NHWC on wasm, got ${dataFormat}.`);
  const [of, by, steps, gaps] = [input, filter, strides, dilations] as [never, never, never, never];
  return input.length === 5
    ? ofVolumes(backend_util.computeConv3DInfo(of, by, steps, gaps, pad as never))
    : ofImages(backend_util.computeConv2DInfo(of, by, steps, gaps, pad, dimRoundingMode, isDepthwise));
}

/** Those of a pool. */
export function poolWindows(
  input: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: WindowAttributes & { readonly filterSize: number | number[] },
): Windows {
  const [of, by, steps] = [input, filterSize, strides] as [never, never, never];
  return input.length === 5
    ? ofVolumes(backend_util.computePool3DInfo(of, by, steps, 1, pad as never, dimRoundingMode))
    : ofImages(backend_util.computePool2DInfo(of, by, steps, 1, pad, dimRoundingMode));
}

const alone: WindowAxis = { size: 1, outputs: 1, places: 1, stride: 1, dilation: 1, before: 0 };

type Info2D = ReturnType<typeof backend_util.computeConv2DInfo>;
type Info3D = ReturnType<typeof backend_util.computeConv3DInfo>;

function ofImages(info: Info2D): Windows {
  return {
    batch: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    axes: [alone, ...sides(info)],
  };
}

function ofVolumes(info: Info3D): Windows {
  const depth = {
    size: info.inDepth,
    outputs: info.outDepth,
    places: info.filterDepth,
    stride: info.strideDepth,
    dilation: info.dilationDepth,
    before: atLeastNone(info.padInfo.front),
  };
  return {
    batch: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    axes: [depth, ...sides(info)],
  };
}

/** tfjs says less than no padding for volumes whose strides are longer than windows. */
const atLeastNone = (padding: number): number => Math.max(0, padding);

function sides(info: Info2D | Info3D): [WindowAxis, WindowAxis] {
  const height = {
    size: info.inHeight,
    outputs: info.outHeight,
    places: info.filterHeight,
    stride: info.strideHeight,
    dilation: info.dilationHeight,
    before: atLeastNone(info.padInfo.top),
  };
  const width = {
    size: info.inWidth,
    outputs: info.outWidth,
    places: info.filterWidth,
    stride: info.strideWidth,
    dilation: info.dilationWidth,
    before: atLeastNone(info.padInfo.left),
  };
  return [height, width];
}

/**
 * Calls for each place of each window that is within the input, window by window.
 *
 * @param meet Is given indices of pixels, not of channels: the input's, the place's in the window, and the window's.
 */
export function forEachPlace(
  { batch, axes: [depths, heights, widths] }: Windows,
  meet: (input: number, place: number, window: number) => void,
): void {
  let window = 0;
  for (let image = 0; image < batch; image++)
    for (let depth = 0; depth < depths.outputs; depth++)
      for (let row = 0; row < heights.outputs; row++)
        for (let column = 0; column < widths.outputs; column++, window++)
          for (let k = 0; k < depths.places; k++) {
            const z = depth * depths.stride + k * depths.dilation - depths.before;
            if (z < 0 || z >= depths.size) continue;
            for (let i = 0; i < heights.places; i++) {
              const y = row * heights.stride + i * heights.dilation - heights.before;
              if (y < 0 || y >= heights.size) continue;
              const line = ((image * depths.size + z) * heights.size + y) * widths.size;
              for (let j = 0; j < widths.places; j++) {
                const x = column * widths.stride + j * widths.dilation - widths.before;
                if (x >= 0 && x < widths.size) meet(line + x, (k * heights.places + i) * widths.places + j, window);
              }
            }
          }
}
