import {
  add,
  all,
  cast,
  greaterEqual,
  less,
  logicalAnd,
  logicalNot,
  maximum,
  minimum,
  mul,
  ones,
  reshape,
  scatterND,
  slice,
  sub,
  sum,
  tensor,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { SparseTensor } from '@tfjs-heads/head-api';
import {
  checkDenseLabels,
  checkSparse,
  describeValue,
  headError,
  LabelRange,
  quote,
  shapeText,
  stringsAtHand,
  valuesAtHand,
} from '@tfjs-heads/head-kit';

/**
 * Labels that are the id or, with a vocabulary, the name of a class, `[D0, .., DN]` or `[D0, .., DN, 1]`.
 *
 * @returns Their ids.
 * @throws LABELS_*, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function idsOf(
  labels: unknown,
  logits: Tensor,
  idOf: ReadonlyMap<string, number> | undefined,
  checkNumbers: (labels: Tensor) => void,
): Tensor {
  if (idOf === undefined) return checkDenseLabels(labels, logits, 1, checkNumbers);
  return lookUp('labels', checkDenseLabels(labels, logits, 1, checkString), idOf);
}

function checkString(labels: Tensor): void {
  if (labels.dtype === 'string') return;
  throw headError(
    'LABELS_DTYPE',
    `Labels dtype should be string where there is a label_vocabulary, got ${describeValue(labels)}.`,
  );
}

/** Ids are int32: a float may be a probability, and a bool a flag that was meant for another head. */
export function checkIds(labels: Tensor): void {
  if (labels.dtype === 'int32') return;
  throw headError(
    'LABELS_DTYPE',
    `Labels dtype should be integer: labels must be int32 ids of classes (tf.cast(labels, 'int32') makes them so), got ${describeValue(labels)}.`,
  );
}

/** The ids of names, on the host: strings never lie on a device. */
function lookUp(name: string, labels: Tensor, idOf: ReadonlyMap<string, number>): Tensor {
  const ids = stringsAtHand(labels).map((word, index) => {
    const id = idOf.get(word);
    if (id !== undefined) return id;
    throw headError(
      'LABELS_RANGE',
      `Labels must be >= 0 and <= ${idOf.size - 1}, words of label_vocabulary, which has ${idOf.size}: got ${quote(word)} at index ${index} of ${name} of shape ${shapeText(labels.shape)}.`,
    );
  });
  return tensor(Int32Array.from(ids), labels.shape, 'int32');
}

/**
 * Sparse labels as an indicator: 1 for each class that a row has, float32, in the logits' shape. What `values` hold are ids or,
 * with a vocabulary, names; at which places of the last dimension they stand, and how large it is, does not matter.
 *
 * @throws LABELS_DTYPE, LABELS_SHAPE, LABELS_RANGE, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function indicatorOf(
  labels: SparseTensor,
  logits: Tensor,
  idOf: ReadonlyMap<string, number> | undefined,
): Tensor {
  const n = logits.shape.at(-1) as number;
  const rows = logits.shape.slice(0, -1);
  const { indices, values, denseShape } = checkSparse('labels', labels, {
    dtype: 'LABELS_DTYPE',
    shape: 'LABELS_SHAPE',
  });
  checkRows(denseShape, rows);
  const ids = values.dtype === 'string' ? namedIds(values, idOf) : values;
  if (ids.dtype !== 'int32') {
    throw headError(
      'LABELS_DTYPE',
      `Labels dtype should be integer: labels.values must be int32 ids of classes, got ${describeValue(values)}.`,
    );
  }
  if (values.size === 0) return zeros(logits.shape);
  const [hostIndices, hostIds] = [valuesAtHand(indices), valuesAtHand(ids)];
  if (hostIndices === undefined || hostIds === undefined) {
    new LabelRange({ min: 0, max: n - 1, whole: true }).demand(ids); // at once, where they lie in this process
    return indicatorOnDevice(indices, ids as Tensor1D, rows, n);
  }

  const indicator = new Float32Array(logits.size);
  const rank = denseShape.length;
  for (let i = 0; i < hostIds.length; i++) {
    const id = hostIds[i] as number;
    if (!(id >= 0 && id < n)) {
      throw headError(
        'LABELS_RANGE',
        `labels must be an integer SparseTensor with values in [0, ${n}), got ${id} at index ${i} of labels.values.`,
      );
    }
    let row = 0;
    for (let axis = 0; axis < rank - 1; axis++) {
      const [index, size] = [hostIndices[i * rank + axis] as number, rows[axis] as number];
      if (!(index >= 0 && index < size)) {
        throw headError(
          'LABELS_SHAPE',
          `labels.indices must lie in their denseShape ${shapeText(denseShape)}, got ${index} at axis ${axis} of entry ${i}.`,
        );
      }
      row = row * size + index;
    }
    indicator[row * n + id] = 1;
  }
  return tensor(indicator, logits.shape);
}

function namedIds(values: Tensor, idOf: ReadonlyMap<string, number> | undefined): Tensor {
  if (idOf !== undefined) return lookUp('labels.values', values, idOf);
  throw headError(
    'LABELS_DTYPE',
    `Labels dtype should be integer where there is no label_vocabulary: labels.values must be int32, got ${describeValue(values)}.`,
  );
}

function checkRows(denseShape: readonly number[], rows: readonly number[]): void {
  if (denseShape.length === rows.length + 1 && rows.every((size, axis) => size === denseShape[axis])) return;
  throw headError(
    'LABELS_SHAPE',
    `labels shape must be [${[...rows, 'any'].join(',')}] where they are sparse, got the denseShape ${shapeText(denseShape)}.`,
  );
}

/**
 * The same where only a device knows the entries. One that is out of range makes all of the indicator 2, which no label may be:
 * whoever checks the range of labels finds it.
 */
function indicatorOnDevice(indices: Tensor2D, ids: Tensor1D, rows: readonly number[], n: number): Tensor {
  const count = ids.shape[0];
  const inRows = slice(indices, [0, 0], [count, rows.length]);
  const sizes = tensor1d([...rows], 'int32');
  const strides = tensor1d(
    rows.map((_, axis) => rows.slice(axis + 1).reduce((product, size) => product * size, n)),
    'int32',
  );
  const rowsFit = all(logicalAnd(greaterEqual(inRows, 0), less(inRows, sizes)));
  const idsFit = all(logicalAnd(greaterEqual(ids, 0), less(ids, n)));
  const starts = sum(mul(minimum(maximum(inRows, 0), sub(sizes, 1)), strides), 1);
  const places = reshape(cast(add(starts, minimum(maximum(ids, 0), n - 1)), 'int32'), [count, 1]);
  const counts = scatterND(places, ones([count]), [n * rows.reduce((product, size) => product * size, 1)]);
  const wrong = mul(cast(logicalNot(logicalAnd(rowsFit, idsFit)), 'float32'), 2);
  return reshape(maximum(minimum(counts, 1), wrong), [...rows, n]);
}
