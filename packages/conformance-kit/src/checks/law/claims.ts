import type { Head } from '@tfjs-heads/head-api';
import { drawBatch, rowsOf, WEIGHT, type Batch } from '../../batch.js';
import type { Outcome } from '../outcome.js';
import type { HeadOptions, NamedSubject } from '../../subject.js';
import type { LabelKind } from '@tfjs-heads/reference';

/** What a subject claims of weights. */
export function weightsOf({ weights = 'rows' }: NamedSubject): 'rows' | 'logits' | 'none' {
  return weights;
}

export function labelsOf({ labels = 'real' }: NamedSubject): LabelKind {
  return labels;
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
  return weightsOf(subject) === 'none' ? [] : cases;
}

/** Of one about weights that tells rows apart, for heads that know no row but by its own loss. */
export function whereWeighedAlone<const T>(subject: NamedSubject, cases: readonly T[]): readonly T[] {
  return areRowsIndependent(subject) ? whereWeighted(subject, cases) : [];
}

/** The metrics that weights mean something to. */
export function weighedOf({ unweightedMetrics = [] }: NamedSubject, metrics: Outcome['metrics']): Outcome['metrics'] {
  return Object.fromEntries(Object.entries(metrics).filter(([key]) => !unweightedMetrics.includes(key)));
}

/** A head that takes weights if it can. The reduction is `sum` unless another one is asked for: parts of it are sums too. */
export function headOf(subject: NamedSubject, { lossReduction = 'sum', ...options }: HeadOptions = {}): Head {
  return subject.create({ lossReduction, ...(weightsOf(subject) !== 'none' && { weightColumn: WEIGHT }), ...options });
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
export function batchOf(subject: NamedSubject, head: Head, rows: number | string, seed = 1): Batch {
  return drawBatch(subject, head, {
    seed,
    rows: rowsOf(rows),
    ...(weightsOf(subject) !== 'none' && { weights: 'rows' }),
  });
}

/** The same with no weight of 0, so that each row counts. */
export function weightedBatchOf(subject: NamedSubject, head: Head, rows: number | string, seed = 1): Batch {
  const { weights, ...batch } = batchOf(subject, head, rows, seed);
  return {
    ...batch,
    ...(weights && { weights: { ...weights, values: weights.values.map((weight) => weight + 0.5) } }),
  };
}

/** The same without weights. */
export function plainBatchOf(subject: NamedSubject, head: Head, rows: number | string, seed = 1): Batch {
  return drawBatch(subject, head, { seed, rows: rowsOf(rows) });
}
