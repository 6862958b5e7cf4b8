import { slice_util } from '@tensorflow/tfjs-core';

/** What the kernel `StridedSlice` is told besides its tensor. */
export interface StridedSliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** What that means for a shape: begin, end and stride of each axis, and the shape of the slice. */
export function sliceOf(shape: number[], attrs: StridedSliceAttributes): ReturnType<typeof slice_util.sliceInfo> {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  return slice_util.sliceInfo(
    shape,
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
}
