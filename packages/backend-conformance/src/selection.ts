import { type ConformanceCase, type Expectation, queryOf } from '@tfjs-heads/conformance-kit/host';
import type { Selection } from './report/format.js';
import { digestOf } from './digest.js';

/** What a report says of what was asked for. `cases` are those that the filters left, of all shards. */
export function selectionOf(
  cases: readonly ConformanceCase[],
  { filters, repair, subjects, project }: Pick<Selection, 'filters' | 'repair' | 'subjects' | 'project'>,
): Selection {
  return { filters, repair, subjects, project, total: cases.length, names: digestOf(cases.map(queryOf)) };
}

/** What a report says of the expectations that a backend was held to. */
export function expectationsDigest(expectations: readonly Expectation[]): string {
  return digestOf(
    expectations.map(({ query, reason, upstream, lacking = '' }) => JSON.stringify([query, reason, upstream, lacking])),
  );
}
