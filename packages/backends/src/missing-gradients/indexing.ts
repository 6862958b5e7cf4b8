// What takes numbers from places, or puts them there: its gradient puts them back, or takes them again.
import {
  gatherND,
  mul,
  reshape,
  reverse,
  scatterND,
  slice_util,
  sub,
  sum,
  transpose,
  unsortedSegmentSum,
  zerosLike,
  tensorScatterUpdate,
  image,
  type GradConfig,
  type GradFunc,
  type Tensor,
  type Tensor4D,
  eye,
} from '@tensorflow/tfjs-core';
import { sliceOf, type StridedSliceAttributes } from '../slices.js';
import { batchesOfRows, fromRows, rowNumbers, toRows, type GatherAttributes } from '../batches-of-rows.js';
import { padAlong, spread } from '../along-axis.js';

const gatherNd: GradConfig = {
  kernelName: 'GatherNd',
  inputsToSave: ['params', 'indices'],
  gradFunc: (dy, saved) => {
    const [params, indices] = saved as [Tensor, Tensor];
    return { params: () => scatterND(indices, dy as Tensor, params.shape) };
  },
};

const scatterNd: GradConfig = {
  kernelName: 'ScatterNd',
  inputsToSave: ['indices'],
  gradFunc: (dy, [indices]) => ({ updates: () => gatherND(dy as Tensor, indices as Tensor) }),
};

/** What is written over has no part in the result. */
const tensorScatterUpdateGradient: GradConfig = {
  kernelName: 'TensorScatterUpdate',
  inputsToSave: ['indices', 'updates'],
  gradFunc: (dy, saved) => {
    const [indices, updates] = saved as [Tensor, Tensor];
    return {
      tensor: () => tensorScatterUpdate(dy as Tensor, indices, zerosLike(updates)),
      updates: () => gatherND(dy as Tensor, indices),
    };
  },
};

/** What no value is given for is the default. */
const sparseToDense: GradConfig = {
  kernelName: 'SparseToDense',
  inputsToSave: ['sparseIndices', 'sparseValues'],
  gradFunc: (dy, saved) => {
    const [sparseIndices, sparseValues] = saved as [Tensor, Tensor];
    const taken = (): Tensor => {
      const indices = sparseIndices.rank < 2 ? reshape(sparseIndices, [-1, 1]) : sparseIndices;
      return gatherND(dy as Tensor, indices);
    };
    return {
      sparseValues: () => (sparseValues.rank === 0 ? sum(taken()) : taken()),
      defaultValue: () => sub(sum(dy as Tensor), sum(taken())),
    };
  },
};

/** The values of k of each row; the last axis is that of the rows. */
const topK: GradConfig = {
  kernelName: 'TopK',
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc: (dys, saved) => {
    const [x, indices] = saved as [Tensor, Tensor];
    const [dy] = dys as Tensor[];
    return {
      x: () => {
        const size = x.shape.at(-1) as number;
        const places = rowNumbers(indices, { batch: x.size / size, outer: 1, size, inner: 1 });
        return reshape(unsortedSegmentSum(reshape(dy as Tensor, [-1]), places, x.size), x.shape);
      },
    };
  },
};

/** The numbers along the diagonal of a tensor of twice the axes. */
const diag: GradConfig = {
  kernelName: 'Diag',
  inputsToSave: ['x'],
  gradFunc: (dy, saved) => {
    const [x] = saved as [Tensor];
    return { x: () => reshape(sum(mul(reshape(dy as Tensor, [x.size, x.size]), eye(x.size)), 1), x.shape) };
  },
};

const flipLeftRight: GradConfig = {
  kernelName: 'FlipLeftRight',
  gradFunc: (dy) => ({ image: () => image.flipLeftRight(dy as Tensor4D) }),
};

interface DepthToSpaceAttributes {
  readonly blockSize: number;
  readonly dataFormat: 'NHWC' | 'NCHW';
}

const depthToSpace: GradConfig = {
  kernelName: 'DepthToSpace',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved as [Tensor4D];
    const { blockSize, dataFormat } = attrs as unknown as DepthToSpaceAttributes;
    return {
      x: () => {
        const [batch, height, width, depth] =
          dataFormat === 'NHWC' ? x.shape : [x.shape[0], x.shape[2], x.shape[3], x.shape[1]];
        const last = depth / (blockSize * blockSize);
        const [blocks, order] =
          dataFormat === 'NHWC'
            ? [
                [batch, height, blockSize, width, blockSize, last],
                [0, 1, 3, 2, 4, 5],
              ]
            : [
                [batch, last, height, blockSize, width, blockSize],
                [0, 3, 5, 1, 2, 4],
              ];
        return reshape(transpose(reshape(dy as Tensor, blocks), order), x.shape);
      },
    };
  },
};

const stridedSlice: GradConfig = {
  kernelName: 'StridedSlice',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const { shape } = saved[0] as Tensor;
    const of = attrs as unknown as StridedSliceAttributes;
    return {
      x: () => {
        const { begin, end, strides } = sliceOf(shape, of);
        const sizes = slice_util.computeOutShape(begin, end, strides);
        // Axes that are taken away had one number, and so have new ones.
        return sizes.reduce(
          (slope, count, axis) => {
            const step = strides[axis] as number;
            const size = shape[axis] as number;
            const first = (begin[axis] as number) + (step < 0 ? step * (count - 1) : 0);
            const inOrder = step < 0 ? reverse(slope, axis) : slope;
            const spaced = spread(inOrder, axis, Math.abs(step));
            return padAlong(spaced, axis, first, size - first - (spaced.shape[axis] as number));
          },
          reshape(dy as Tensor, sizes),
        );
      },
    };
  },
};

/** tfjs' own knows one batch axis, by methods of tensors that tfjs-core alone has not; it is asked where there is none. */
export const gatherOfBatches =
  (original: GradFunc): GradFunc =>
  (dy, saved, attrs) => {
    const how = attrs as unknown as GatherAttributes;
    if (how.batchDims === 0) return original(dy, saved, attrs);
    const [x, indices] = saved as [Tensor, Tensor];
    return {
      x: () => {
        const batches = batchesOfRows(x.shape, how);
        const { batch, size } = batches;
        const sums = unsortedSegmentSum(toRows(dy as Tensor, batches), rowNumbers(indices, batches), batch * size);
        return fromRows(sums, batches, x.shape);
      },
    };
  };

export const indexingGradients: readonly GradConfig[] = [
  gatherNd,
  scatterNd,
  tensorScatterUpdateGradient,
  sparseToDense,
  topK,
  diag,
  flipLeftRight,
  depthToSpace,
  stridedSlice,
];
