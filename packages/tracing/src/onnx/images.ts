import type { GraphTensor, KernelCall, Ref } from '../lowering/lowering.js';
import { convWindow, demandRoundedDown, poolWindow, type Window } from '../lowering/windows.js';
import type { Lowering, Lowerings, OnnxGraph } from './onnx-graph.js';
import type { OnnxAttribute } from './onnx-model.js';
import { finish } from './products.js';

/** ONNX has the channels of an image before its rows; tfjs has them last. */
function withChannelsFirst(graph: OnnxGraph, image: Ref, make: (image: Ref) => Ref): Ref {
  const made = make(graph.transpose(image, [0, 3, 1, 2]));
  return graph.transpose(made, [0, 2, 3, 1]);
}

function paddings(call: KernelCall, window: Window): OnnxAttribute {
  demandRoundedDown(call, window);
  const { top, left, bottom, right } = window.padInfo;
  return { ints: [top, left, bottom, right] };
}

function windowAttributes(call: KernelCall, window: Window): Record<string, OnnxAttribute> {
  return {
    kernel_shape: { ints: [window.filterHeight, window.filterWidth] },
    strides: { ints: [window.strideHeight, window.strideWidth] },
    dilations: { ints: [window.dilationHeight, window.dilationWidth] },
    pads: paddings(call, window),
  };
}

function convolution(call: KernelCall, graph: OnnxGraph): Ref {
  const [x, filter] = [call.input('x'), call.input('filter')];
  const attributes = windowAttributes(call, convWindow(call, x.shape, filter.shape, false));
  const group = { i: call.fixed(x.shape[3], 'the channels') / call.fixed(filter.shape[2], 'the channels') };
  const weights = graph.transpose(filter.ref, [3, 2, 0, 1]);
  return withChannelsFirst(graph, x.ref, (image) => graph.add('Conv', [image, weights], { ...attributes, group }));
}

function depthwise(call: KernelCall, graph: OnnxGraph): Ref {
  const [x, filter] = [call.input('x'), call.input('filter')];
  const attributes = windowAttributes(call, convWindow(call, x.shape, filter.shape, true));
  const [height, width, channels, multiplier] = filter.shape.map((size) =>
    call.fixed(size, 'the size of a filter'),
  ) as [number, number, number, number];
  const perChannel = graph.transpose(filter.ref, [2, 3, 0, 1]);
  const weights = graph.reshape(perChannel, [channels * multiplier, 1, height, width], 'float32');
  return withChannelsFirst(graph, x.ref, (image) =>
    graph.add('Conv', [image, weights], { ...attributes, group: { i: channels } }),
  );
}

/** A transposed convolution: what a convolution passes back to its input. */
const transposedConvolution: Lowering = (call, graph) => {
  const [dy, filter] = [call.input('dy'), call.input('filter')];
  const window = convWindow(call, call.output.shape, filter.shape, false);
  const { top, bottom, left, right } = window.padInfo;
  const missing = (size: number, stride: number, small: number, effective: number, padding: number): number =>
    size - (stride * (small - 1) + effective - padding);
  const output_padding = {
    ints: [
      missing(window.inHeight, window.strideHeight, window.outHeight, window.effectiveFilterHeight, top + bottom),
      missing(window.inWidth, window.strideWidth, window.outWidth, window.effectiveFilterWidth, left + right),
    ],
  };
  const weights = graph.transpose(filter.ref, [3, 2, 0, 1]);
  const attributes = { ...windowAttributes(call, window), output_padding };
  return withChannelsFirst(graph, dy.ref, (image) => graph.add('ConvTranspose', [image, weights], attributes));
};

const pool =
  (op: string): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    const attributes = windowAttributes(call, poolWindow(call, x.shape));
    return withChannelsFirst(graph, x.ref, (image) => graph.add(op, [image], attributes));
  };

const resize =
  (mode: 'linear' | 'nearest'): Lowering =>
  (call, graph) => {
    const { ref, dtype } = call.input('images');
    const [aligned, half] = [call.flag('alignCorners'), call.flag('halfPixelCenters')];
    const attributes = {
      mode: { s: mode },
      axes: { ints: [2, 3] },
      coordinate_transformation_mode: { s: aligned ? 'align_corners' : half ? 'half_pixel' : 'asymmetric' },
      ...(mode === 'nearest' && { nearest_mode: { s: aligned || half ? 'round_prefer_ceil' : 'floor' } }),
    };
    const made = withChannelsFirst(graph, graph.cast(ref, dtype, 'float32'), (image) =>
      graph.add('Resize', [image, '', '', graph.ints(call.numbers('size'))], attributes),
    );
    return graph.cast(made, 'float32', call.output.dtype);
  };

/** `(x - mean) scale / sqrt(variance + epsilon) + offset` */
const batchNorm: Lowering = (call, graph) => {
  const [x, mean, variance] = [call.input('x'), call.input('mean'), call.input('variance')];
  const [scale, offset] = [call.optional('scale'), call.optional('offset')];
  const epsilon = graph.scalar(call.number('varianceEpsilon'), 'float32');
  const inverse = graph.add('Reciprocal', [graph.add('Sqrt', [graph.add('Add', [variance.ref, epsilon])])]);
  const factor = scale === undefined ? inverse : graph.add('Mul', [inverse, scale.ref]);
  const normal = graph.add('Mul', [graph.add('Sub', [x.ref, mean.ref]), factor]);
  return offset === undefined ? normal : graph.add('Add', [normal, offset.ref]);
};

export const images: Lowerings = {
  Conv2D: convolution,
  FusedConv2D: (call, graph) => finish(call, graph, convolution(call, graph)),
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: (call, graph) => finish(call, graph, depthwise(call, graph)),
  Conv2DBackpropInput: transposedConvolution,
  MaxPool: pool('MaxPool'),
  AvgPool: pool('AveragePool'),
  FusedBatchNorm: batchNorm,
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
  LRN: (call, graph) => {
    const size = 2 * call.number('depthRadius') + 1;
    const attributes = {
      size: { i: size },
      bias: { f: call.number('bias') },
      alpha: { f: call.number('alpha') * size }, // which ONNX divides by the size
      beta: { f: call.number('beta') },
    };
    return withChannelsFirst(graph, (call.input('x') as GraphTensor).ref, (image) =>
      graph.add('LRN', [image], attributes),
    );
  },
  DepthToSpace: (call, graph) => {
    if (call.text('dataFormat') !== 'NHWC') throw call.unsupported(`with the data format ${call.text('dataFormat')}`);
    const attributes = { blocksize: { i: call.number('blockSize') }, mode: { s: 'DCR' } };
    return withChannelsFirst(graph, call.input('x').ref, (image) => graph.add('DepthToSpace', [image], attributes));
  },
};
