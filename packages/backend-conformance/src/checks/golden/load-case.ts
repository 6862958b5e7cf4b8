import type { Head } from '@tfjs-heads/head-api';
import { mapped, tensorsOf, type BatchTensors } from '../../batch.js';
import type { Parameters } from '../../case.js';
import type { GoldenBatch, GoldenCase } from '../../goldens/format.js';
import { inputOf } from '../../goldens/values.js';
import type { NamedSubject } from '../../subject.js';
import type { CheckContext } from '../check.js';

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
  return { golden, head: subject.create(golden.options), tensors: tensorsOfGolden(subject, golden) };
}

interface LoadedCase {
  readonly golden: GoldenCase;
  readonly head: Head;
  readonly tensors: BatchTensors;
}

/** The tensors of a golden batch. */
export function tensorsOfGolden(subject: NamedSubject, { logits, labels, weights, features }: GoldenBatch): BatchTensors {
  return tensorsOf(subject, {
    logits: inputOf(logits),
    labels: inputOf(labels),
    ...(weights && { weights: inputOf(weights) }),
    ...(features && { features: mapped(features, inputOf) }),
  });
}
