import type { AttrValue } from './graph-def.js';
import { type GraphBuilder, listAttr, type Lowering, type Lowerings, textAttr, typeAttr } from './graph-builder.js';
import type { GraphTensor, KernelCall, Ref } from '../lowering/lowering.js';
import { finish } from './products.js';
import { convWindow, demandRoundedDown, poolWindow, type Window } from '../lowering/windows.js';

const T = typeAttr('float32');

/** What TensorFlow calls the padding; it rounds sizes down. */
function paddingAttrs(call: KernelCall, window: Window): Record<string, AttrValue> {
  const { type, top, bottom, left, right } = window.padInfo;
  if (type === 'VALID' || type === 'SAME') return { padding: textAttr(type) };
  demandRoundedDown(call, window);
  return { padding: textAttr('EXPLICIT'), explicit_paddings: listAttr([0, 0, top, bottom, left, right, 0, 0]) };
}

function convAttrs(call: KernelCall, window: Window): Record<string, AttrValue> {
  return {
    T,
    strides: listAttr([1, window.strideHeight, window.strideWidth, 1]),
    dilations: listAttr([1, window.dilationHeight, window.dilationWidth, 1]),
    data_format: textAttr('NHWC'),
    ...paddingAttrs(call, window),
  };
}

function convolution(call: KernelCall, graph: GraphBuilder): Ref {
  const [x, filter] = [call.input('x'), call.input('filter')];
  const attrs = convAttrs(call, convWindow(call, x.shape, filter.shape, false));
  return graph.add('Conv2D', [x.ref, filter.ref], { ...attrs, use_cudnn_on_gpu: { b: true } });
}

function depthwise(call: KernelCall, graph: GraphBuilder): Ref {
  const [x, filter] = [call.input('x'), call.input('filter')];
  const attrs = convAttrs(call, convWindow(call, x.shape, filter.shape, true));
  return graph.add('DepthwiseConv2dNative', [x.ref, filter.ref], attrs);
}

/** The gradients of a convolution; a transposed convolution is that of its input. */
const backprop =
  (op: string, of: 'filter' | 'input', isDepthwise: boolean): Lowering =>
  (call, graph) => {
    const dy = call.input('dy');
    const other = call.input(of === 'filter' ? 'x' : 'filter');
    const target = call.output.shape;
    const [image, filter] = of === 'filter' ? [other.shape, target] : [target, other.shape];
    const attrs = convAttrs(call, convWindow(call, image, filter, isDepthwise));
    const sizes = graph.vector(target);
    const inputs = of === 'filter' ? [other.ref, sizes, dy.ref] : [sizes, other.ref, dy.ref];
    return graph.add(op, inputs, isDepthwise ? attrs : { ...attrs, use_cudnn_on_gpu: { b: true } });
  };

function poolAttrs(call: KernelCall, window: Window): Record<string, AttrValue> {
  if (window.dilationHeight !== 1 || window.dilationWidth !== 1) throw call.unsupported('with dilations');
  if (window.padInfo.type !== 'VALID' && window.padInfo.type !== 'SAME')
    throw call.unsupported('with padding other than "valid" and "same"');
  return {
    T,
    ksize: listAttr([1, window.filterHeight, window.filterWidth, 1]),
    strides: listAttr([1, window.strideHeight, window.strideWidth, 1]),
    padding: textAttr(window.padInfo.type),
    data_format: textAttr('NHWC'),
  };
}

const pool =
  (op: string): Lowering =>
  (call, graph) => {
    const x = call.input('x');
    return graph.add(op, [x.ref], poolAttrs(call, poolWindow(call, x.shape)));
  };

const resize =
  (op: string): Lowering =>
  (call, graph) => {
    const { ref, dtype } = call.input('images');
    const image = graph.add(op, [ref, graph.vector(call.numbers('size'))], {
      T: typeAttr(dtype),
      align_corners: { b: call.flag('alignCorners') },
      half_pixel_centers: { b: call.flag('halfPixelCenters') },
    });
    return image;
  };

/** `(x - mean) scale / sqrt(variance + epsilon) + offset`; by TensorFlow's one operation for it where that takes them. */
const batchNorm: Lowering = (call, graph) => {
  const [x, mean, variance] = [call.input('x'), call.input('mean'), call.input('variance')];
  const [scale, offset] = [call.optional('scale'), call.optional('offset')];
  const epsilon = call.number('varianceEpsilon');
  const channels = mean.shape[0];
  if (x.shape.length === 4 && typeof channels === 'number' && isVector(mean, variance, scale, offset)) {
    const all = (value: number): Ref =>
      graph.constant(
        Array.from({ length: channels }, () => value),
        [channels],
        'float32',
      );
    const inputs = [x.ref, scale?.ref ?? all(1), offset?.ref ?? all(0), mean.ref, variance.ref];
    const attrs = { T, epsilon: { f: epsilon }, data_format: textAttr('NHWC'), is_training: { b: false } };
    return graph.add('FusedBatchNorm', inputs, attrs);
  }
  const sum = graph.add('AddV2', [variance.ref, graph.scalar(epsilon, 'float32')], { T });
  const inverse = graph.add('Rsqrt', [sum], { T });
  const factor = scale === undefined ? inverse : graph.add('Mul', [inverse, scale.ref], { T });
  const normal = graph.add('Mul', [graph.add('Sub', [x.ref, mean.ref], { T }), factor], { T });
  return offset === undefined ? normal : graph.add('AddV2', [normal, offset.ref], { T });
};

function isVector(...tensors: readonly (GraphTensor | undefined)[]): boolean {
  return tensors.every((tensor) => tensor === undefined || tensor.shape.length === 1);
}

export const images: Lowerings = {
  Conv2D: convolution,
  FusedConv2D: (call, graph) => finish(call, graph, convolution(call, graph)),
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: (call, graph) => finish(call, graph, depthwise(call, graph)),
  Conv2DBackpropFilter: backprop('Conv2DBackpropFilter', 'filter', false),
  Conv2DBackpropInput: backprop('Conv2DBackpropInput', 'input', false),
  DepthwiseConv2dNativeBackpropFilter: backprop('DepthwiseConv2dNativeBackpropFilter', 'filter', true),
  DepthwiseConv2dNativeBackpropInput: backprop('DepthwiseConv2dNativeBackpropInput', 'input', true),
  MaxPool: pool('MaxPool'),
  AvgPool: pool('AvgPool'),
  MaxPoolGrad: (call, graph) => {
    const [input, output, dy] = [call.input('input'), call.input('output'), call.input('dy')];
    return graph.add('MaxPoolGrad', [input.ref, output.ref, dy.ref], poolAttrs(call, poolWindow(call, input.shape)));
  },
  AvgPoolGrad: (call, graph) => {
    const { shape } = call.input('input');
    return graph.add(
      'AvgPoolGrad',
      [graph.vector(shape), call.input('dy').ref],
      poolAttrs(call, poolWindow(call, shape)),
    );
  },
  FusedBatchNorm: batchNorm,
  ResizeBilinear: resize('ResizeBilinear'),
  ResizeNearestNeighbor: resize('ResizeNearestNeighbor'),
  LRN: (call, graph) =>
    graph.add('LRN', [call.input('x').ref], {
      T,
      depth_radius: { i: call.number('depthRadius') },
      bias: { f: call.number('bias') },
      alpha: { f: call.number('alpha') },
      beta: { f: call.number('beta') },
    }),
  DepthToSpace: (call, graph) => {
    if (call.text('dataFormat') !== 'NHWC') throw call.unsupported(`with the data format ${call.text('dataFormat')}`);
    return graph.add('DepthToSpace', [call.input('x').ref], {
      T: typeAttr(call.output.dtype),
      block_size: { i: call.number('blockSize') },
      data_format: textAttr('NHWC'),
    });
  },
};
