import type { HeadError, Labels } from '@tfjs-heads/head-api';
import { largest, ULPS } from '@tfjs-heads/reference';
import { labelTensors, logitsIn, partsOf, tensorsOf, type Batch } from '../../batch.js';
import type { Judge } from '../../judge.js';
import type { Outcome } from '../outcome.js';

/** The magnitude of what a loss combines. */
export interface Scales {
  /** Of the loss of one logit and of its derivative. */
  readonly element: number;
  /** Of the sum of all losses. */
  readonly sum: number;
}

/**
 * How large the terms of a loss may be, for a head that nothing is known of: a square of logit and label covers squared
 * errors, cross entropies and likelihoods. Rounding errors are of their size, also where the terms cancel.
 */
export function scalesOf(batch: Batch): Scales {
  const element =
    (1 + largest(logitsIn(batch)) + largestLabel(batch)) ** 2 * Math.max(1, largest(batch.weights?.values ?? []));
  return { element, sum: element * logitsIn(batch).length };
}

/** The largest magnitude among the labels. */
export function largestLabel({ labels }: Batch): number {
  return Math.max(...partsOf(labels).map(([, { values }]) => largest(values)));
}

/** Everything that a head made of a batch is what it made of another one. */
export function nearOutcome(judge: Judge, actual: Outcome, expected: Outcome, scales: Scales): void {
  judge.near('the loss', [actual.loss], [expected.loss], { k: ULPS.REDUCE, scale: scales.sum });
  judge.near('the gradient', actual.gradient, expected.gradient, { k: ULPS.ELEMENT, scale: scales.element });
  nearPredictions(judge, actual.predictions, expected.predictions);
  nearMetrics(judge, actual.metrics, expected.metrics, scales);
}

/** Numbers near, strings the same, the same keys in the same order. */
export function nearPredictions(judge: Judge, actual: Outcome['predictions'], expected: Outcome['predictions']): void {
  judge.equal('the keys of the predictions', Object.keys(actual), Object.keys(expected));
  for (const [key, values] of Object.entries(expected)) {
    const got = actual[key] ?? [];
    if (values.some((value) => typeof value === 'string')) judge.equal(`predictions['${key}']`, got, values);
    else judge.near(`predictions['${key}']`, got as number[], values as number[], { k: ULPS.ELEMENT, scale: 1 });
  }
}

/** The same keys in the same order, and each metric near. */
export function nearMetrics(
  judge: Judge,
  actual: Outcome['metrics'],
  expected: Outcome['metrics'],
  { element }: Scales,
): void {
  judge.equal('the keys of the metrics', Object.keys(actual), Object.keys(expected));
  for (const [key, value] of Object.entries(expected)) {
    judge.near(`the metric '${key}'`, [actual[key] ?? NaN], [value], { k: ULPS.REDUCE, scale: element });
  }
}

/** The same to the bit. */
export function sameOutcome(judge: Judge, actual: Outcome, expected: Outcome): void {
  judge.same('the loss', [actual.loss], [expected.loss]);
  judge.same('the gradient', actual.gradient, expected.gradient);
  judge.equal('the predictions', actual.predictions, expected.predictions);
  judge.equal('the keys of the metrics', Object.keys(actual.metrics), Object.keys(expected.metrics));
  judge.same('the metrics', Object.values(actual.metrics), Object.values(expected.metrics));
}

/** Labels are still those of a batch: numbers, words, and the places of sparse ones. */
export async function sameLabels(judge: Judge, what: string, labels: Labels, batch: Batch): Promise<void> {
  const read = async (given: Labels): Promise<unknown> =>
    Promise.all(labelTensors(given).map(async (tensor) => Array.from(await tensor.data())));
  judge.equal(what, await read(labels), await read(tensorsOf(batch).labels));
}

/** The coded error that something throws at once. */
export function codedErrorOf(judge: Judge, what: string, run: () => unknown): HeadError {
  try {
    run();
  } catch (error) {
    return coded(judge, what, error);
  }
  return judge.that(false, `${what}: got no error`) as never;
}

/** An error of the contract: it has a code in capitals and says something. */
export function coded(judge: Judge, what: string, error: unknown): HeadError {
  const { code, message } = (error ?? {}) as Partial<HeadError>;
  const isCoded =
    typeof code === 'string' && /^[A-Z][A-Z_]+$/.test(code) && typeof message === 'string' && message.length > 10;
  judge.that(isCoded, `${what}: expected an error with a code, got this: ${String(error)}`);
  return error as HeadError;
}
