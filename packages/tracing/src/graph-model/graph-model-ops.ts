import type { Lowerings } from '../graph/graph-builder.js';
import { tensorflowOps } from '../graph/tensorflow-ops.js';

/** Kernels whose operations of TensorFlow `tf.loadGraphModel` does not know: gradients, and a sum. */
const UNKNOWN: ReadonlySet<string> = /*#__PURE__*/ new Set([
  'AvgPoolGrad',
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'EluGrad',
  'MaxPoolGrad',
  'UnsortedSegmentSum',
]);

/** The kernels of tfjs by the operations of TensorFlow that a graph model of tfjs may have. */
export const graphModelOps: Lowerings = /*#__PURE__*/ Object.fromEntries(
  Object.entries(tensorflowOps).filter(([kernel]) => !UNKNOWN.has(kernel)),
);
