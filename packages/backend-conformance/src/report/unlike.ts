import { shortened } from '@tfjs-heads/conformance-kit/host';
import type { ConformanceReport, Part, PartTarget } from './format.js';
import { groupBy } from './group.js';
import { shareOf } from './problems.js';

/** A report and the name of where it is from. */
export interface Named {
  readonly report: ConformanceReport;
  readonly from: string;
}

type Claim = PartTarget & { readonly part: Part; readonly from: string };

/** Why some reports do not merge, a sentence each: they were asked for other things, or for the same twice. */
export function unlike(reports: readonly Named[]): string[] {
  const differing = facts.flatMap(([what, factOf]) => {
    const known = reports.filter(({ report }) => factOf(report) !== undefined);
    return difference(what, known, ({ report }) => factOf(report) as string);
  });
  const claims = reports.flatMap(({ report, from }) =>
    report.parts.flatMap((part) => part.targets.map((target): Claim => ({ ...target, part, from }))),
  );
  const perTarget = [...groupBy(claims, ({ target }) => target)].flatMap(([target, claimed]) => {
    const records = reports.filter(({ report }) => versionsOf(report, target) !== undefined);
    return [
      ...difference(`${target}: versions`, records, ({ report }) => versionsOf(report, target) as string),
      ...difference(`${target}: expectations`, claimed, ({ expectations }) => expectations),
      ...twice(
        target,
        claimed.filter(({ unavailable }) => unavailable === undefined),
      ),
    ];
  });
  return [...differing, ...perTarget];
}

/** What must be the same in all of them. What is undefined is not known. */
const facts: readonly (readonly [what: string, factOf: (report: ConformanceReport) => string | undefined])[] = [
  ['suite', ({ suite }) => suite],
  ['project', ({ selection }) => selection.project ?? undefined],
  ['subjects', ({ selection }) => selection.subjects.toSorted().join(', ')],
  ['filters', ({ selection }) => selection.filters.toSorted().join(' ') || 'none'],
  ['repairs', ({ selection }) => (selection.repair ? 'on' : 'off')],
  ['number of cases', ({ selection }) => String(selection.total)],
  ['cases', ({ selection }) => selection.names],
];

function versionsOf({ runs }: ConformanceReport, target: string): string | undefined {
  const versions = runs.find((run) => run.target === target)?.record?.versions;
  return (
    versions &&
    Object.entries(versions)
      .map((entry) => entry.join(' '))
      .toSorted()
      .join(', ')
  );
}

/** The same cases of a backend in two places, or its cases dealt out in two ways. */
function twice(target: string, ran: readonly Claim[]): string[] {
  const counts = difference(`${target}: number of shards`, ran, ({ part }) => String(part.shard?.count ?? 1));
  if (counts.length > 0) return counts;
  return [...groupBy(ran, ({ part }) => part.shard?.index ?? 1).values()]
    .filter((claims) => claims.length > 1)
    .map(
      (claims) =>
        `${target}: expected ${shareOf((claims[0] as Claim).part)} once, got ${claims.map(({ from }) => from).join(' and ')}`,
    );
}

/** `suite: 0.1.0 in a.json; 0.2.0 in b.json`. Nothing where all are the same. */
function difference<T extends { readonly from: string }>(
  what: string,
  items: readonly T[],
  valueOf: (item: T) => string,
): string[] {
  const groups = [...groupBy(items, valueOf)];
  if (groups.length < 2) return [];
  return [
    `${what}: ${groups.map(([value, holders]) => `${shortened(value, 300)} in ${[...new Set(holders.map(({ from }) => from))].join(', ')}`).join('; ')}`,
  ];
}
