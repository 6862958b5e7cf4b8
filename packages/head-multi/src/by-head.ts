// Labels and logits of several heads: which of them is whose.
import type { HeadErrorCode, Labels, Logits } from '@tfjs-heads/head-api';
import {
  checkLogits,
  checkTensor,
  describeResult,
  describeValue,
  headError,
  isMap,
  isPromise,
  isTensor,
  quote,
  readAs,
  shapeText,
} from '@tfjs-heads/head-kit';
import type { NamedHead } from './heads.js';
import { splitLast } from './split.js';

/**
 * The labels of each head, in the order of the heads. What they are is up to the heads.
 *
 * @throws LABELS_MISSING, LABELS_DTYPE
 */
export function labelsByHead(labels: unknown, heads: readonly NamedHead[]): readonly Labels[] {
  if (labels === undefined || labels === null) {
    throw headError(
      'LABELS_MISSING',
      `You must provide a labels Tensor for each head: labels must be a map by the names of the heads, got ${describeValue(labels)}.`,
    );
  }
  if (!isMap(labels)) {
    throw headError(
      'LABELS_DTYPE',
      `labels must be a dict: a map of tensors by the names of the heads, got ${describeResult(labels)}.`,
    );
  }
  return valuesByHead('labels', labels, heads, 'LABELS_MISSING') as readonly Labels[];
}

/**
 * The logits of each head, in the order of the heads: out of a map, or the head's own part of one tensor.
 *
 * @returns Tensors of their own where the logits are one tensor, so call it under a tidy.
 * @throws LOGITS_MISSING, LOGITS_DTYPE, LOGITS_SHAPE, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function logitsByHead(logits: unknown, heads: readonly NamedHead[]): readonly Logits[] {
  if (isMap(logits)) return valuesByHead('logits', logits, heads, 'LOGITS_MISSING') as readonly Logits[];
  const dimensions = heads.map(({ logitsDimension }) => logitsDimension);
  const total = dimensions.reduce((sum, dimension) => sum + dimension, 0);
  const parts = heads.map(({ name, logitsDimension }) => `${quote(name)} ${logitsDimension}`).join(', ');
  if (logits === undefined || logits === null) {
    throw headError(
      'LOGITS_MISSING',
      `logits must be a map by the names of the heads, or a tensor of shape [D0, D1, ... DN, ${total}], got ${describeValue(logits)}.`,
    );
  }
  checkTensor('logits', logits, 'a tensor or a map of tensors by the names of the heads', 'LOGITS_DTYPE');
  if (isTensor(logits) && logits.rank >= 2 && logits.shape.at(-1) !== total) {
    throw headError(
      'LOGITS_SHAPE',
      `Could not split logits of shape ${shapeText(logits.shape)} among the heads: the last dimension must be ${total}, of ${parts}, got ${logits.shape.at(-1)}.`,
    );
  }
  return splitLast(checkLogits(logits, total), dimensions);
}

function valuesByHead(
  of: 'labels' | 'logits',
  map: Readonly<Record<string, unknown>>,
  heads: readonly NamedHead[],
  code: HeadErrorCode,
): readonly unknown[] {
  const dtype = of === 'labels' ? 'LABELS_DTYPE' : 'LOGITS_DTYPE';
  const values = heads.map(({ name }) =>
    readAs(`${of}[${quote(name)}]`, dtype, () => (Object.hasOwn(map, name) ? map[name] : undefined)),
  );
  const promise = values.findIndex(isPromise);
  if (promise >= 0) {
    const [got] = values.slice(promise).map(describeResult); // of all, so that none of them is reported as unhandled
    throw headError(dtype, `Head ${quote(heads[promise]?.name)}: ${of} must be a tensor, got ${got}.`);
  }
  const missing = heads.filter((_, index) => values[index] === undefined || values[index] === null);
  if (missing.length === 0) return values;
  throw headError(
    code,
    `${of} has missing values for head(s): ${of} must have a value for each head, it has none for ` +
      `${missing.map(({ name }) => quote(name)).join(', ')}, got ${describeValue(map)}.`,
  );
}
