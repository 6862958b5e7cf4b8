import {
  conv3d,
  engine,
  type GradConfig,
  type GradFunc,
  type NamedAttrMap,
  type Tensor,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { every, spread } from '../along-axis.js';

/**
 * A filter whose places are apart is a larger one with zeros between them. tfjs' gradient knows no such filters: it gets the
 * larger one, and of what it gives for that the places are taken.
 */
export const dilatedConvolution =
  (original: GradFunc): GradFunc =>
  (dy, saved, attrs) => {
    const { dilations } = attrs as { dilations?: number | number[] };
    const [x, filter] = saved as [Tensor, Tensor];
    const steps = filter.shape
      .slice(0, -2)
      .map((_, axis) => (Array.isArray(dilations) ? dilations[axis] : dilations) ?? 1);
    if (steps.every((step) => step === 1)) return original(dy, saved, attrs);
    const spaced = steps.reduce((of, step, axis) => spread(of, axis, step), filter);
    const undilated = { ...attrs, dilations: steps.map(() => 1) } as unknown as NamedAttrMap;
    const slopes = original(dy, [x, spaced], undilated);
    return {
      ...slopes,
      filter: () => steps.reduce((of, step, axis) => every(of, axis, step), slopes['filter']?.() as Tensor),
    };
  };

interface Conv3dAttributes {
  readonly strides: [number, number, number] | number;
  readonly pad: 'valid' | 'same';
}

/** conv3dTranspose is the gradient of a convolution of volumes by its input; its own gradients are that convolution and its gradient by the filter. */
export const transposedConv3d: GradConfig = {
  kernelName: 'Conv3DBackpropInputV2',
  inputsToSave: ['dy', 'filter'],
  gradFunc: (ddx, saved, attrs) => {
    const [dy, filter] = saved as [Tensor5D, Tensor5D];
    const { strides, pad } = attrs as unknown as Conv3dAttributes;
    return {
      dy: () => conv3d(ddx as Tensor5D, filter, strides, pad),
      filter: () =>
        engine().runKernel(
          'Conv3DBackpropFilterV2',
          { x: ddx as Tensor5D, dy },
          { strides, pad, filterShape: filter.shape },
        ) as Tensor,
    };
  },
};
