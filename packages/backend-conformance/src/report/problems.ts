import { digestOf } from '../digest.js';
import type { ConformanceReport, Part, PartTarget } from './format.js';

type Claim = PartTarget & { readonly part: Part };

/** What is missing of what was asked for, a sentence each. That nobody had a backend is no problem: it counts as unavailable. */
export function problemsOf({
  selection,
  parts,
  runs,
}: Pick<ConformanceReport, 'selection' | 'parts' | 'runs'>): string[] {
  const targets = new Set(parts.flatMap((part) => part.targets.map(({ target }) => target)));
  return [...targets].flatMap((target) => {
    const claims = parts.flatMap((part) =>
      part.targets.filter((entry) => entry.target === target).map((entry): Claim => ({ ...entry, part })),
    );
    const ran = claims.filter(({ unavailable }) => unavailable === undefined);
    if (ran.length === 0) return [];
    const found = [...missingShards(claims, ran), ...missingResults(ran)].map((problem) => `${target}: ${problem}`);
    if (found.length > 0) return found;
    const names = runs.find((run) => run.target === target)?.cases.map(({ query }) => query) ?? [];
    return digestOf(names) === selection.names
      ? []
      : [`${target}: its cases are others than those that were asked for`];
  });
}

/** `all cases`, or `shard 2/3`. */
export function shareOf({ shard }: Part): string {
  return shard === undefined ? 'all cases' : `shard ${shard.index}/${shard.count}`;
}

function missingShards(claims: readonly Claim[], ran: readonly Claim[]): string[] {
  const count = ran[0]?.part.shard?.count ?? 1;
  const there = new Set(ran.map(({ part }) => part.shard?.index ?? 1));
  if (there.size >= count) return [];
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((index) => !there.has(index));
  const named = missing.slice(0, 10).map((index) => {
    const reason = claims.find(
      ({ part, unavailable }) => part.shard?.index === index && unavailable !== undefined,
    )?.unavailable;
    return `${index}/${count}${reason === undefined ? '' : ` (unavailable there: ${reason})`}`;
  });
  const more = missing.length > named.length ? ` and ${missing.length - named.length} more` : '';
  return [`there are no results of ${missing.length === 1 ? 'shard' : 'shards'} ${named.join(', ')}${more}`];
}

function missingResults(ran: readonly Claim[]): string[] {
  return ran.flatMap(({ results, stopped, part }) => {
    if (results >= part.asked) return [];
    const where = part.shard === undefined ? '' : `of ${shareOf(part)}, `;
    return [
      `${where}${part.asked - results} of ${part.asked} cases were not run${stopped === undefined ? '' : `: ${stopped}`}`,
    ];
  });
}
