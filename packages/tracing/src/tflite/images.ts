import type { KernelCall, Ref } from '../lowering/lowering.js';
import type { Size } from '../lowering/sizes.js';
import { convWindow, demandRoundedDown, poolWindow, type Window } from '../lowering/windows.js';
import { finish } from './products.js';
import type { Lowering, Lowerings, Made, TfliteGraph, TfliteType } from './tflite-graph.js';

const madeOf = (call: KernelCall): Made => ({ shape: call.output.shape, dtype: call.output.dtype as TfliteType });

const SAME = 0;
const VALID = 1;

/** TFLite pads for the same size or not at all; another padding is an operator before. */
function padded(call: KernelCall, graph: TfliteGraph, x: Ref, window: Window): { image: Ref; padding: number } {
  const { type, top, bottom, left, right } = window.padInfo;
  if (type === 'SAME') return { image: x, padding: SAME };
  if (top + bottom + left + right === 0) return { image: x, padding: VALID };
  demandRoundedDown(call, window);
  const [rows, height, width, channels] = graph.tensor(x).shape as readonly [Size, number, number, Size];
  const shape = [rows, height + top + bottom, width + left + right, channels];
  const paddings = graph.constant([0, 0, top, bottom, left, right, 0, 0], [4, 2], 'int32');
  return { image: graph.add('PAD', [x, paddings], { shape, dtype: 'float32' }), padding: VALID };
}

const strides = (window: Window): Record<string, number> => ({
  strideW: window.strideWidth,
  strideH: window.strideHeight,
});

const dilations = (window: Window): Record<string, number> => ({
  dilationW: window.dilationWidth,
  dilationH: window.dilationHeight,
});

/** The bias that a convolution must have, where it is one for each channel; else none. */
const noBias = (graph: TfliteGraph, channels: number): Ref =>
  graph.constant(new Float32Array(channels), [channels], 'float32');

function convolution(call: KernelCall, graph: TfliteGraph): Ref {
  const [x, filter] = [call.input('x'), call.input('filter')];
  const window = convWindow(call, x.shape, filter.shape, false);
  const { image, padding } = padded(call, graph, x.ref, window);
  const inputs = [image, graph.transpose(filter.ref, [3, 0, 1, 2]), noBias(graph, window.outChannels)];
  return graph.add('CONV_2D', inputs, madeOf(call), [
    'Conv2DOptions',
    { padding, ...strides(window), ...dilations(window) },
  ]);
}

function depthwise(call: KernelCall, graph: TfliteGraph): Ref {
  const [x, filter] = [call.input('x'), call.input('filter')];
  const window = convWindow(call, x.shape, filter.shape, true);
  const [height, width, channels, depthMultiplier] = filter.shape.map((size) =>
    call.fixed(size, 'the size of a filter'),
  ) as [number, number, number, number];
  const { data } = graph.tensor(filter.ref);
  const shape = [1, height, width, channels * depthMultiplier];
  const weights =
    data === undefined
      ? graph.reshape(filter.ref, shape, 'float32')
      : graph.constant(data, shape, 'float32', graph.tensor(filter.ref).name);
  const { image, padding } = padded(call, graph, x.ref, window);
  const options = { padding, ...strides(window), depthMultiplier, ...dilations(window) };
  return graph.add('DEPTHWISE_CONV_2D', [image, weights, noBias(graph, channels * depthMultiplier)], madeOf(call), [
    'DepthwiseConv2DOptions',
    options,
  ]);
}

/** A transposed convolution: what a convolution passes back to its input. */
const transposedConvolution: Lowering = (call, graph) => {
  const [dy, filter] = [call.input('dy'), call.input('filter')];
  const window = convWindow(call, call.output.shape, filter.shape, false);
  const { type } = window.padInfo;
  if (type !== 'SAME' && type !== 'VALID') throw call.unsupported('with padding other than "valid" and "same"');
  if (window.dilationHeight !== 1 || window.dilationWidth !== 1) throw call.unsupported('with dilations');
  const inputs = [graph.vector(call.output.shape), graph.transpose(filter.ref, [2, 0, 1, 3]), dy.ref];
  return graph.add('TRANSPOSE_CONV', inputs, madeOf(call), [
    'TransposeConvOptions',
    { padding: type === 'SAME' ? SAME : VALID, ...strides(window) },
  ]);
};

const pool =
  (op: 'MAX_POOL_2D' | 'AVERAGE_POOL_2D'): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    const window = poolWindow(call, x.shape);
    const { type } = window.padInfo;
    if (window.dilationHeight !== 1 || window.dilationWidth !== 1) throw call.unsupported('with dilations');
    if (type !== 'SAME' && type !== 'VALID') throw call.unsupported('with padding other than "valid" and "same"');
    return graph.add(op, [x.ref], madeOf(call), [
      'Pool2DOptions',
      {
        padding: type === 'SAME' ? SAME : VALID,
        ...strides(window),
        filterWidth: window.filterWidth,
        filterHeight: window.filterHeight,
      },
    ]);
  };

const resize =
  (
    op: 'RESIZE_BILINEAR' | 'RESIZE_NEAREST_NEIGHBOR',
    table: 'ResizeBilinearOptions' | 'ResizeNearestNeighborOptions',
  ) =>
  (call: KernelCall, graph: TfliteGraph): Ref =>
    graph.add(op, [call.input('images').ref, graph.ints(call.numbers('size'))], madeOf(call), [
      table,
      { alignCorners: call.flag('alignCorners'), halfPixelCenters: call.flag('halfPixelCenters') },
    ]);

/** `(x - mean) scale / sqrt(variance + epsilon) + offset` */
const batchNorm: Lowering = (call, graph) => {
  const [x, mean, variance] = [call.input('x'), call.input('mean'), call.input('variance')];
  const [scale, offset] = [call.optional('scale'), call.optional('offset')];
  const root = graph.same('SQRT', graph.pair('ADD', variance.ref, graph.float(call.number('varianceEpsilon'))));
  const factor = graph.pair('DIV', scale?.ref ?? graph.float(1), root);
  const normal = graph.pair('MUL', graph.pair('SUB', x.ref, mean.ref), factor);
  return offset === undefined ? normal : graph.pair('ADD', normal, offset.ref);
};

/** Takes blocks of an image for a batch, or the other way. */
const blocks =
  (op: 'SPACE_TO_BATCH_ND' | 'BATCH_TO_SPACE_ND', margins: string): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    const shape = call.numbers('blockShape');
    if (x.shape.length > 4) throw call.unsupported(`of ${x.shape.length} dimensions`);
    const pairs = (call.attribute(margins) as readonly (readonly Size[])[]).flat();
    const numbers = pairs.map((size) => call.fixed(size, `the attribute ${margins}`));
    return graph.add(op, [x.ref, graph.ints(shape), graph.constant(numbers, [shape.length, 2], 'int32')], madeOf(call));
  };

export const images: Lowerings = {
  Conv2D: convolution,
  FusedConv2D: (call, graph) => finish(call, graph, convolution(call, graph)),
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: (call, graph) => finish(call, graph, depthwise(call, graph)),
  Conv2DBackpropInput: transposedConvolution,
  MaxPool: pool('MAX_POOL_2D'),
  AvgPool: pool('AVERAGE_POOL_2D'),
  FusedBatchNorm: batchNorm,
  ResizeBilinear: resize('RESIZE_BILINEAR', 'ResizeBilinearOptions'),
  ResizeNearestNeighbor: resize('RESIZE_NEAREST_NEIGHBOR', 'ResizeNearestNeighborOptions'),
  LRN: (call, graph) =>
    graph.add('LOCAL_RESPONSE_NORMALIZATION', [call.input('x').ref], madeOf(call), [
      'LocalResponseNormalizationOptions',
      {
        radius: call.number('depthRadius'),
        bias: call.number('bias'),
        alpha: call.number('alpha'),
        beta: call.number('beta'),
      },
    ]),
  DepthToSpace: (call, graph) => {
    if (call.text('dataFormat') !== 'NHWC') throw call.unsupported(`with the data format ${call.text('dataFormat')}`);
    return graph.add('DEPTH_TO_SPACE', [call.input('x').ref], madeOf(call), [
      'DepthToSpaceOptions',
      { blockSize: call.number('blockSize') },
    ]);
  },
  SpaceToBatchND: blocks('SPACE_TO_BATCH_ND', 'paddings'),
  BatchToSpaceND: blocks('BATCH_TO_SPACE_ND', 'crops'),
};
