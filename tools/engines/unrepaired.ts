import type { ConformanceReport } from '@tfjs-heads/backend-conformance';
import { join } from 'node:path';
import { readJson, root } from '../workspace.js';

/** By backend and repair, the cases that it cures. The tests of the package hold Chromium and Node to it. */
const withoutRepairs = readJson<Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>>(
  join(root, 'packages/backend-conformance/test/without-repairs.json'),
);

/** Which repairs are needed where: of a report without them, the cases about backends that fail there, by the repair that cures them. */
export function repairsNeeded({ runs }: ConformanceReport): string {
  const byRepair = new Map<string, Map<string, string[]>>();
  for (const { target, cases } of runs) {
    const cures = curesOn(backendOf(target));
    for (const { query, status } of cases) {
      if (status !== 'fail' && status !== 'xpass') continue;
      const targets = entry(byRepair, cures.get(query) ?? 'none', () => new Map<string, string[]>());
      entry(targets, target, (): string[] => []).push(query);
    }
  }
  const ran = runs.filter(({ cases }) => cases.length > 0);
  return [
    `Of ${ran.map(({ target }) => `\`${target}\``).join(', ')}:`,
    '',
    '| repair | cases that fail without it | where |',
    '| --- | --- | --- |',
    ...[...byRepair].map(
      ([repair, targets]) =>
        `| ${repair === 'none' ? 'none is known' : `\`${repair}\``} | ${count(targets)} | ${where(targets, ran)} |`,
    ),
    '',
    ...[...byRepair].flatMap(([repair, targets]) => [
      `- \`${repair}\`: ${[...new Set([...targets.values()].flat())].map(short).join(', ')}`,
    ]),
  ].join('\n');
}

function curesOn(backend: string): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(withoutRepairs[backend] ?? {}).flatMap(([repair, queries]) =>
      queries.map((query) => [query, repair]),
    ),
  );
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

/** How many on each target: one number where it is the same on all. */
function count(targets: ReadonlyMap<string, readonly string[]>): string {
  const counts = [...targets.values()].map(({ length }) => length);
  const usual = Math.max(...counts);
  const others = [...targets].filter(([, { length }]) => length !== usual);
  return [String(usual), ...others.map(([target, { length }]) => `${length} on \`${target}\``)].join(', ');
}

/** By backend, with the engines only where the backend does not fail in all. */
function where(targets: ReadonlyMap<string, unknown>, ran: ConformanceReport['runs']): string {
  if (targets.size === ran.length) return 'all of these';
  const failing = [...targets.keys()];
  return [...new Set(failing.map(backendOf))]
    .flatMap((backend) => {
      const those = failing.filter((target) => backendOf(target) === backend);
      const all = ran.filter(({ target }) => backendOf(target) === backend);
      return all.length === those.length ? [`${backend} in every engine`] : those.map((target) => `\`${target}\``);
    })
    .join(', ');
}

const backendOf = (target: string): string => target.split(':').at(-1) as string;
const short = (query: string): string => query.replace('tfjs:op:', '').replace(':case=', ' ');
