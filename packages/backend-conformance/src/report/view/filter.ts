import { type CaseResult, isFailure, parseQuery, type Status } from '@tfjs-heads/conformance-kit/host';
import { causeOf } from '../causes.js';
import type { ListedReport } from '../listed.js';
import { usedOf, worstFirst } from '../shares.js';

/** A case on a backend: a row of the list. */
export interface Row {
  readonly target: string;
  readonly result: CaseResult;
}

/** What the reader wants to see; an empty text asks for nothing. */
export interface Filter {
  /** A query, or a part of a name or of a message. */
  readonly text: string;
  readonly subject: string;
  readonly target: string;
  readonly family: string;
  readonly status: Status | '';
  /** What failures of one kind have alike (`causeOf`). */
  readonly cause: string;
}

export const noFilter: Filter = { text: '', subject: '', target: '', family: '', status: '', cause: '' };

export interface Order {
  readonly by: 'status' | 'case' | 'backend' | 'used' | 'time';
  readonly descending: boolean;
}

/** The rows of a report that pass a filter, in order. Ties are broken by the status, worst first, then by what was used, most first. */
export function shownRows({ runs }: ListedReport, filter: Filter, { by, descending }: Order): readonly Row[] {
  const hasText = textFilter(filter.text);
  const rows = runs
    .filter(({ target }) => filter.target === '' || filter.target === target)
    .flatMap(({ target, cases }) =>
      cases.filter((result) => matches(result, filter) && hasText(result)).map((result): Row => ({ target, result })),
    );
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => sign * comparers[by](a, b) || comparers.status(a, b) || -comparers.used(a, b));
}

function matches(result: CaseResult, filter: Filter): boolean {
  const isAsked = (['subject', 'family', 'status'] as const).every(
    (key) => filter[key] === '' || filter[key] === result[key],
  );
  return isAsked && (filter.cause === '' || (isFailure(result) && causeOf(result) === filter.cause));
}

function textFilter(text: string): (result: CaseResult) => boolean {
  const trimmed = text.trim();
  if (trimmed === '') return () => true;
  const isMeant = parseQuery(trimmed);
  const part = trimmed.toLowerCase();
  const hasPart = (field: string | undefined): boolean => field !== undefined && field.toLowerCase().includes(part);
  return (result) =>
    hasPart(result.query) || isMeant(result) || hasPart(result.message) || hasPart(result.expected?.reason);
}

/** Made once: `localeCompare` makes one for each comparison. */
const byName = new Intl.Collator('en', { numeric: true });

const comparers: Readonly<Record<Order['by'], (a: Row, b: Row) => number>> = {
  status: (a, b) => worstFirst.indexOf(a.result.status) - worstFirst.indexOf(b.result.status),
  case: (a, b) => byName.compare(a.result.query, b.result.query),
  backend: (a, b) => byName.compare(a.target, b.target),
  used: (a, b) => compare(usedOf(a.result) ?? -1, usedOf(b.result) ?? -1),
  time: (a, b) => compare(a.result.milliseconds, b.result.milliseconds),
};

/** A difference would be NaN for two infinities. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
