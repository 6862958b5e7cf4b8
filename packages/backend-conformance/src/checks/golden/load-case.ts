import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { tensorOf, WEIGHT } from '../../batch.js';
import type { Parameters } from '../../case.js';
import type { CheckContext } from '../check.js';
import type { GoldenBatch, GoldenFile } from '../../goldens/format.js';
import { inputOf } from '../../goldens/values.js';
import type { NamedSubject } from '../../subject.js';

/** Finds what a case is about by its parameters. */
export function goldenOf<T extends { readonly parameters: Parameters }>(list: readonly T[] | undefined, parameters: Parameters): T {
  const key = JSON.stringify(parameters);
  const found = list?.find((one) => JSON.stringify(one.parameters) === key);
  if (found === undefined) throw new Error(`The goldens have no entry ${key}.`);
  return found;
}

/** One batch of the goldens, uploaded, with the head that it is for. */
export function loadCase({ subject, goldens }: CheckContext, parameters: Parameters): LoadedCase {
  const golden = goldenOf(goldens?.cases, parameters);
  return { golden, head: headOf(subject, golden.options), ...batchOf(subject, golden) };
}

interface LoadedCase extends LoadedBatch {
  readonly golden: GoldenFile['cases'][number];
  readonly head: Head;
}

interface LoadedBatch {
  readonly logits: Tensor;
  readonly labels: Tensor;
  readonly features: Record<string, Tensor>;
}

export function headOf(subject: NamedSubject, options: GoldenFile['cases'][number]['options']): Head {
  return subject.create(options);
}

/** The tensors of a batch; labels of the kind `class` are int32. */
export function batchOf(subject: NamedSubject, { logits, labels, weights }: GoldenBatch): LoadedBatch {
  return {
    logits: tensorOf(inputOf(logits)),
    labels: tensorOf(inputOf(labels), subject.labels === 'class' ? 'int32' : 'float32'),
    features: weights === undefined ? {} : { [WEIGHT]: tensorOf(inputOf(weights)) },
  };
}
