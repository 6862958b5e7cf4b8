/**
 * Kernels whose output may be the data of their input under another shape: no node where it is. A check that gives back what it was given is none of them, so it
 * stays a node.
 */
export const VIEWS: ReadonlySet<string> = /*#__PURE__*/ new Set(['Cast', 'ExpandDims', 'Identity', 'Reshape']);

/** Ours that stand in the place of kernels of the wasm backend: see `wasm/fuse.ts`. */
const OWN = [
  'TfjsHeads.AddBias',
  'TfjsHeads.Product',
  'TfjsHeads.Relu',
  'TfjsHeads.SumOfRows',
  'TfjsHeads.TimesStep',
] as const;

export type OwnKernel = (typeof OWN)[number];

export function isOwn(kernel: string): kernel is OwnKernel {
  return OWN.some((own) => own === kernel);
}

/**
 * Kernels that do nothing but compute, of tfjs and of our own: they cannot fail on values, and the shape of what they give follows from the shapes that they are given. One that
 * nobody uses can be left out, and one whose inputs are constants need run once only.
 */
export const PURE: ReadonlySet<string> = /*#__PURE__*/ new Set([
  ...OWN,
  ...(
    'Abs Acos Acosh Add AddN All Any ArgMax ArgMin Asin Asinh Atan Atan2 Atanh AvgPool AvgPoolGrad AvgPool3D AvgPool3DGrad BatchMatMul BroadcastTo Cast Ceil ' +
    'ClipByValue Concat Conv2D Conv2DBackpropFilter Conv2DBackpropInput Conv3D Conv3DBackpropFilterV2 Conv3DBackpropInputV2 Cos Cosh Cumprod Cumsum ' +
    'DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput Einsum Elu EluGrad Equal Erf Exp ExpandDims Expm1 Fill Floor ' +
    'FloorDiv FusedBatchNorm FusedConv2D FusedDepthwiseConv2D Greater GreaterEqual Identity IsFinite IsInf IsNan LeakyRelu Less LessEqual LinSpace Log Log1p ' +
    'LogicalAnd LogicalNot LogicalOr LogSoftmax LRN LRNGrad Max Maximum MaxPool MaxPoolGrad MaxPool3D MaxPool3DGrad Mean Min Minimum MirrorPad Mod Multiply Neg ' +
    'NotEqual OneHot OnesLike Pack PadV2 Pow Prelu Prod Range RealDiv Reciprocal Relu Relu6 Reshape ResizeBilinear ResizeBilinearGrad ' +
    'ResizeNearestNeighbor ResizeNearestNeighborGrad Reverse Round Rsqrt Select Selu Sigmoid Sign Sin Sinh Slice Softmax Softplus SplitV Sqrt Square ' +
    'SquaredDifference Step StridedSlice Sub Sum Tan Tanh Tile TopK Transpose Unpack UnsortedSegmentSum ZerosLike _FusedMatMul'
  ).split(' '),
]);

/** Kernels that look at the shape of their input alone. */
export const OF_SHAPE: ReadonlySet<string> = /*#__PURE__*/ new Set(['OnesLike', 'ZerosLike']);

/** Kernels that give tensors whose shape follows from values: what comes after them was recorded for one shape alone. */
export const OF_ANY_SHAPE: ReadonlySet<string> = /*#__PURE__*/ new Set([
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV4',
  'NonMaxSuppressionV5',
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'SparseFillEmptyRows',
  'SparseReshape',
  'StringNGrams',
  'StringSplit',
  'Unique',
]);
