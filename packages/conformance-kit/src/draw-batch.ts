import type { Head } from '@tfjs-heads/head-api';
import { drawMask, drawSparse, drawValues, sizeOf, type Values } from '@tfjs-heads/reference';
import { countOf, mapped, type Batch, type BatchSize, type LabelValues } from './batch.js';
import type { LabelClaims, Subject } from './subject.js';

/** What is claimed of the labels of each head, by its name; of a head that is not made of heads under ''. */
export function labelClaims(
  subject: Subject,
): [name: string, claims: LabelClaims & { readonly logitsDimension?: number }][] {
  return subject.heads === undefined ? [['', subject]] : Object.entries(subject.heads);
}

/**
 * Draws a batch of the kind that the subject claims: logits, labels, features, and weights; or has the subject draw it.
 *
 * @throws Error where what the subject has drawn has not as many rows as was asked for, or no weights
 */
export function drawBatch(subject: Subject, head: Head, size: BatchSize): Batch {
  const batch = subject.batch?.(size, head) ?? drawClaimed(subject, head, size);
  if (countOf(batch) !== size.rows[0]) throw new Error(`batch: expected ${size.rows[0]} rows, got ${countOf(batch)}.`);
  if ((batch.weights === undefined) !== (size.weights === undefined)) {
    throw new Error(
      `batch: expected ${size.weights === undefined ? 'no weights' : `weights by ${size.weights}`}, got ${batch.weights === undefined ? 'none' : 'some'}.`,
    );
  }
  return batch;
}

function drawClaimed(subject: Subject, head: Head, { seed, rows: given, weights }: BatchSize): Batch {
  const { mask, features = {} } = subject;
  // Not as many as there are logits, or one dimension could be taken for the other.
  const steps = head.logitsDimension === 4 ? 5 : 4;
  const [first = 1, ...inner] = given;
  const rows = mask === undefined ? given : [first, inner.length === 0 ? steps : sizeOf(inner)];
  const parts = labelClaims(subject).map(([name, claims], i) => {
    const k = claims.logitsDimension ?? head.logitsDimension;
    const from = seed * 3 + 10_007 * i;
    const logits: Values = { shape: [...rows, k], values: drawValues(from, [...rows, k], 'logits') };
    return { name, k, logits, labels: drawLabels(claims, from + 1, rows, k) };
  });
  const [only] = parts;
  const named = <T>(of: (part: (typeof parts)[number]) => T): T | Record<string, T> =>
    subject.heads === undefined && only !== undefined
      ? of(only)
      : Object.fromEntries(parts.map((part) => [part.name, of(part)]));
  const weightShape = weights === 'logits' ? [...rows, head.logitsDimension] : rows;
  const drawn = { ...drawFeatures(features, rows, seed), ...(mask !== undefined && { [mask]: drawMask(seed, rows) }) };
  return {
    logits: named(({ logits }) => logits),
    labels: named(({ labels }) => labels),
    ...(weights && { weights: { shape: weightShape, values: drawValues(seed * 3 + 2, weightShape, 'weights') } }),
    ...(Object.keys(drawn).length > 0 && { features: drawn }),
  };
}

function drawLabels(
  { labels: kind = 'real', classes, labelDimension, sparse = false, vocabulary }: LabelClaims,
  seed: number,
  rows: readonly number[],
  k: number,
): LabelValues {
  const [count, words] = [classes ?? k, vocabulary && { vocabulary }];
  if (sparse) return { ...drawSparse(seed, rows, count), ...words };
  const shape = [...rows, labelDimension ?? (kind === 'class' ? 1 : k)];
  return { shape, values: drawValues(seed, shape, kind, count), ...(kind === 'class' && { dtype: 'int32' }), ...words };
}

function drawFeatures(
  features: NonNullable<Subject['features']>,
  rows: readonly number[],
  seed: number,
): Record<string, Values> {
  let drawn = 0;
  return mapped(features, ({ kind, lastDimension = 1, classes = 2 }) => {
    const shape = [...rows, lastDimension];
    return {
      shape,
      values: drawValues(1009 * seed + drawn++, shape, kind, classes),
      dtype: kind === 'class' ? 'int32' : 'float32',
    };
  });
}
