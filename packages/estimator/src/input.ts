import { dispose } from '@tensorflow/tfjs-core';
import type { Features, Labels, ModeKeys } from '@tfjs-heads/head-api';
import { describeValue, headError, isMap, isSparseTensor, isTensor, listOf } from '@tfjs-heads/head-kit';
import type { RunConfig } from './run-config.js';

/** What an {@link InputFn} is given. */
export interface InputFnArgs<P = unknown> {
  readonly mode: ModeKeys;
  readonly params: P;
  readonly config: RunConfig;
}

/** A batch: features and labels, as a pair or as tf.data calls them; for predictions features alone will do. */
export type Batch =
  | readonly [features: Features, labels: Labels]
  | { readonly xs: Features; readonly ys: Labels }
  | Features;

/** A dataset of tf.data, known by its method. */
export interface DatasetLike {
  iterator(): Promise<{ next(): Promise<IteratorResult<unknown>> }>;
}

/** Batches one after another. */
export type Batches = Iterable<Batch> | AsyncIterable<Batch> | DatasetLike;

/**
 * Gives the batches of a run, from the first on, each time it is called.
 *
 * Their tensors are the estimator's from then on, which disposes of them after their step, as tfjs-layers does with those of a dataset:
 * clone what is needed again.
 *
 * ```ts
 * const inputFn = function* () {
 *   for (const rows of chunks) yield [{ x: tf.tensor2d(rows.x) }, tf.tensor2d(rows.y)] as const;
 * };
 * const fromCsv = () => tf.data.csv(url, { columnConfigs: { price: { isLabel: true } } }).batch(32);
 * ```
 */
export type InputFn<P = unknown> = (args: InputFnArgs<P>) => Batches | Promise<Batches>;

/** A batch that was checked. */
export interface CheckedBatch {
  readonly features: Features;
  /** Undefined where features came alone. */
  readonly labels: Labels | undefined;
}

/**
 * The batches of an input function. Each is disposed of when the next is asked for, and the input is closed where the reader stops early.
 *
 * @throws INPUT_INVALID, and what the input throws
 */
export async function* batchesOf<P>(
  inputFn: InputFn<P>,
  args: InputFnArgs<P>,
): AsyncGenerator<CheckedBatch, void, void> {
  if (typeof inputFn !== 'function') throw invalid('inputFn must be a function', inputFn);
  const given: unknown = await inputFn(args);
  let count = 0;
  for await (const batch of iterate(given)) {
    try {
      yield checkBatch(batch, count++, args.mode !== 'infer');
    } finally {
      disposeOf(batch);
    }
  }
}

async function* iterate(given: unknown): AsyncGenerator<unknown, void, void> {
  const from = (given ?? {}) as Partial<Iterable<unknown> & AsyncIterable<unknown> & DatasetLike>;
  if (typeof from === 'object' && typeof from[Symbol.asyncIterator] === 'function')
    yield* from as AsyncIterable<unknown>;
  else if (typeof from === 'object' && typeof from[Symbol.iterator] === 'function') yield* from as Iterable<unknown>;
  else if (typeof from.iterator === 'function') {
    const iterator = await from.iterator();
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } else throw invalid('inputFn must return an iterable, an async iterable or a dataset of tf.data', given);
}

function checkBatch(batch: unknown, index: number, needsLabels: boolean): CheckedBatch {
  const { features, labels } = partsOf(batch, index);
  if (!isMap(features) || Object.keys(features).length === 0 || !Object.values(features).every(isFeature))
    throw invalid(`the features of batch ${index} must be a map of tensors`, features);
  if (labels === undefined && needsLabels)
    throw invalid(`batch ${index} must be [features, labels] or { xs, ys }`, batch);
  if (labels !== undefined && !isFeature(labels) && !(isMap(labels) && Object.values(labels).every(isFeature)))
    throw invalid(`the labels of batch ${index} must be a tensor, or a map of tensors`, labels);
  return { features: features as Features, labels: labels as Labels | undefined };
}

function partsOf(batch: unknown, index: number): { features: unknown; labels: unknown } {
  const list = listOf(batch);
  if (list !== undefined) {
    if (list.length !== 2)
      throw invalid(`batch ${index} must be a pair [features, labels]`, `a list of ${list.length}`);
    return { features: list[0], labels: list[1] };
  }
  const { xs, ys, ...others } = (batch ?? {}) as { xs?: unknown; ys?: unknown };
  const isPair = xs !== undefined && ys !== undefined && Object.keys(others).length === 0;
  return isPair ? { features: xs, labels: ys } : { features: batch, labels: undefined };
}

function isFeature(value: unknown): boolean {
  return isTensor(value) || isSparseTensor(value);
}

/** Of all tensors within, whatever a batch is. */
function disposeOf(batch: unknown): void {
  if (typeof batch === 'object' && batch !== null) dispose(batch as Parameters<typeof dispose>[0]);
}

function invalid(expected: string, got: unknown): Error {
  return headError('INPUT_INVALID', `${expected}, got ${typeof got === 'string' ? got : describeValue(got)}.`);
}
