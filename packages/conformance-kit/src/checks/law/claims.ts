import type { Head } from '@tfjs-heads/head-api';
import { parseRows, stepsOf, WEIGHT, type Batch } from '../../batch.js';
import { drawBatch, labelClaims } from '../../draw-batch.js';
import type { Outcome } from '../outcome.js';
import type { HeadOptions, NamedSubject } from '../../subject.js';
import type { LabelKind } from '@tfjs-heads/reference';

/** What a subject claims of weights. */
export function weightsClaim({ weights = 'rows' }: NamedSubject): 'rows' | 'logits' | 'none' {
  return weights;
}

/** The kinds of labels, with the name of its head each where a head is made of heads. */
export function kindsOf(
  subject: NamedSubject,
): { readonly of?: string; readonly kind: LabelKind; readonly isSparse: boolean }[] {
  return labelClaims(subject).map(([name, { labels: kind = 'real', sparse: isSparse = false }]) => ({
    ...(name !== '' && { of: name }),
    kind,
    isSparse,
  }));
}

/** What is claimed of the labels of one head, by its name; '' for a head that is not made of heads. */
export function labelClaimsOf(subject: NamedSubject, name: string): ReturnType<typeof labelClaims>[number][1] {
  return labelClaims(subject).find(([of]) => of === name)?.[1] ?? {};
}

/** How the keys of metrics end for a head that was asked to be named `other`. One that is made of heads need not take a name. */
export function suffixOf({ heads }: NamedSubject, { name }: Head): string {
  if (heads === undefined) return '/other';
  return name === undefined || name === '' ? '' : `/${name}`;
}

/** The tag of a summary: one of a head that is made of heads may go without its name. */
export function tagOf(subject: NamedSubject, head: Head, key: string, summaries: object): string {
  const named = `${key}${suffixOf(subject, head)}`;
  return subject.heads !== undefined && key in summaries ? key : named;
}

/** 1 for each row or step that counts, 0 for what only fills a sequence up; nothing where all count. */
export function countedOf({ mask = '' }: NamedSubject, { features }: Batch): readonly number[] | undefined {
  return features?.[mask]?.values;
}

/** How many rows of logits count: of sequences, how many steps. */
export function elementsOf(subject: NamedSubject, batch: Batch): number {
  return countedOf(subject, batch)?.reduce((sum, counts) => sum + counts, 0) ?? stepsOf(batch);
}

/** Whether what follows from rows that do not know of each other may be asked for. */
export function areRowsIndependent({ rows = 'independent' }: NamedSubject): boolean {
  return rows === 'independent';
}

/** The cases of a law about rows that do not know of each other, for heads that have such. */
export function whereIndependent<const T>(subject: NamedSubject, cases: readonly T[]): readonly T[] {
  return areRowsIndependent(subject) ? cases : [];
}

/** The cases of a law about weights, for heads that have some. */
export function whereWeighted<const T>(subject: NamedSubject, cases: readonly T[]): readonly T[] {
  return weightsClaim(subject) === 'none' ? [] : cases;
}

/** Of one about weights that tells rows apart, for heads that know no row but by its own loss. */
export function whereWeighedAlone<const T>(subject: NamedSubject, cases: readonly T[]): readonly T[] {
  return areRowsIndependent(subject) ? whereWeighted(subject, cases) : [];
}

/** The metrics that weights mean something to. */
export function weighedOf({ unweightedMetrics = [] }: NamedSubject, metrics: Outcome['metrics']): Outcome['metrics'] {
  return Object.fromEntries(Object.entries(metrics).filter(([key]) => !unweightedMetrics.includes(key)));
}

/** The metrics that a row adds to, whatever batch it is in. */
export function ofRows({ batchMetrics = [] }: NamedSubject, metrics: Outcome['metrics']): Outcome['metrics'] {
  return Object.fromEntries(Object.entries(metrics).filter(([key]) => !batchMetrics.includes(key)));
}

/** A head that takes weights if it can. The reduction is `sum` unless another one is asked for: parts of it are sums too. */
export function headOf(subject: NamedSubject, { lossReduction = 'sum', ...options }: HeadOptions = {}): Head {
  return subject.create({
    lossReduction,
    ...(weightsClaim(subject) !== 'none' && { weightColumn: WEIGHT }),
    ...options,
  });
}

/** A head that takes no weights. */
export function plainHeadOf(subject: NamedSubject, options: HeadOptions = {}): Head {
  return subject.create({ lossReduction: 'sum', ...options });
}

/**
 * A batch as such a head takes it, weighted by row if the subject has weights.
 *
 * @param rows The dimensions before the last one, `5` or `2x3`, as they stand in a query.
 */
export function batchFor(subject: NamedSubject, head: Head, rows: number | string, seed = 1): Batch {
  return drawBatch(subject, head, {
    seed,
    rows: parseRows(rows),
    ...(weightsClaim(subject) !== 'none' && { weights: 'rows' }),
  });
}

/** The same with no weight of 0, so that each row counts. */
export function weightedBatchFor(subject: NamedSubject, head: Head, rows: number | string, seed = 1): Batch {
  const { weights, ...batch } = batchFor(subject, head, rows, seed);
  return {
    ...batch,
    ...(weights && { weights: { ...weights, values: weights.values.map((weight) => weight + 0.5) } }),
  };
}

/** The same without weights. */
export function plainBatchFor(subject: NamedSubject, head: Head, rows: number | string, seed = 1): Batch {
  return drawBatch(subject, head, { seed, rows: parseRows(rows) });
}
