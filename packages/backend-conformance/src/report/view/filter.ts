import { type CaseResult, isFailure, parseQuery, type Status } from '@tfjs-heads/conformance-kit/host';
import { causeOf } from '../causes.js';
import type { ListedReport } from '../listed.js';
import { usedOf, worstFirst } from '../shares.js';

/** A case on a backend: a row of the list. */
export interface Row {
  readonly target: string;
  readonly one: CaseResult;
}

/** What the reader wants to see; an empty text asks for nothing. */
export interface Filter {
  /** A query, or a part of a name or of a message. */
  readonly text: string;
  readonly head: string;
  readonly target: string;
  readonly family: string;
  readonly status: Status | '';
  /** What failures of one kind have alike (`causeOf`). */
  readonly cause: string;
}

export const noFilter: Filter = { text: '', head: '', target: '', family: '', status: '', cause: '' };

export interface Order {
  readonly by: 'status' | 'case' | 'backend' | 'used' | 'time';
  readonly descending: boolean;
}

/** The rows of a report that pass a filter, in order. Ties are broken by the status, worst first, then by what was used, most first. */
export function rowsOf({ runs }: ListedReport, filter: Filter, { by, descending }: Order): readonly Row[] {
  const hasText = textFilter(filter.text);
  const rows = runs
    .filter(({ target }) => filter.target === '' || filter.target === target)
    .flatMap(({ target, cases }) =>
      cases.filter((one) => matches(one, filter) && hasText(one)).map((one): Row => ({ target, one })),
    );
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => sign * comparers[by](a, b) || comparers.status(a, b) || -comparers.used(a, b));
}

function matches(one: CaseResult, filter: Filter): boolean {
  const isAsked = (['head', 'family', 'status'] as const).every(
    (key) => filter[key] === '' || filter[key] === one[key],
  );
  return isAsked && (filter.cause === '' || (isFailure(one) && causeOf(one) === filter.cause));
}

function textFilter(text: string): (one: CaseResult) => boolean {
  const trimmed = text.trim();
  if (trimmed === '') return () => true;
  const isMeant = parseQuery(trimmed);
  const part = trimmed.toLowerCase();
  const hasPart = (each: string | undefined): boolean => each !== undefined && each.toLowerCase().includes(part);
  return (one) => hasPart(one.query) || isMeant(one) || hasPart(one.message) || hasPart(one.expected?.reason);
}

/** Made once: `localeCompare` makes one for each comparison. */
const byName = new Intl.Collator('en', { numeric: true });

const comparers: Readonly<Record<Order['by'], (a: Row, b: Row) => number>> = {
  status: (a, b) => worstFirst.indexOf(a.one.status) - worstFirst.indexOf(b.one.status),
  case: (a, b) => byName.compare(a.one.query, b.one.query),
  backend: (a, b) => byName.compare(a.target, b.target),
  used: (a, b) => compare(usedOf(a.one) ?? -1, usedOf(b.one) ?? -1),
  time: (a, b) => compare(a.one.milliseconds, b.one.milliseconds),
};

/** A difference would be NaN for two infinities. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
