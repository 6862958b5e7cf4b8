import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendRun, ConformanceReport } from '@tfjs-heads/backend-conformance';
import { readJson, root } from '../workspace.js';

const page = join(root, 'docs/engines.md');
const BEGIN = '<!-- Written by npm run conformance:engines -->';
const END = '<!-- End of what npm run conformance:engines writes -->';

/** Writes into docs/engines.md what a report shows: each engine with its version, what passed, and how long it took. */
export function writeTable(results: string): void {
  const report = readJson<ConformanceReport>(join(root, results));
  const [before] = readFileSync(page, 'utf8').split(BEGIN);
  const [, after] = readFileSync(page, 'utf8').split(END);
  writeFileSync(page, `${before}${BEGIN}\n\n${tableOf(report)}\n\n${END}${after}`);
}

function tableOf({ created, milliseconds, runs, selection, parts }: ConformanceReport): string {
  const rows = runs.map((run) => `| ${rowOf(run).join(' | ')} |`);
  return [
    `Last run ${created.slice(0, 10)}: ${selection.total.toLocaleString('en')} cases on each of ${runs.length} targets, ${parts.length === 1 ? '' : `${parts.length} runs merged, `}${Math.round(milliseconds / 60_000)} minutes on two cores.`,
    '',
    '| target | engine | heads: passed | TensorFlow.js alone: passed | known divergences | failed | worst share of the allowed error, heads | time |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function rowOf({ target, engine, unavailable, cases, milliseconds }: BackendRun): readonly string[] {
  if (unavailable !== undefined) return [`\`${target}\``, `unavailable: ${unavailable}`, '', '', '', '', '', ''];
  const count = (isMeant: (result: BackendRun['cases'][number]) => boolean): string =>
    cases.filter(isMeant).length.toLocaleString('en');
  const isHead = ({ subject }: BackendRun['cases'][number]): boolean => subject !== 'tfjs';
  const worst = cases
    .filter((result) => isHead(result) && result.status === 'pass')
    .reduce((most, { closest }) => Math.max(most, Number(closest?.used ?? 0)), 0);
  return [
    `\`${target}\``,
    engine === undefined ? '' : `${engine.name} ${engine.version}`,
    `${count((result) => isHead(result) && result.status === 'pass')} of ${count(isHead)}`,
    `${count((result) => !isHead(result) && result.status === 'pass')} of ${count((result) => !isHead(result))}`,
    count(({ status }) => status === 'xfail'),
    count(({ status }) => ['fail', 'xpass'].includes(status)),
    worst.toFixed(2),
    `${Math.round(milliseconds / 1000)} s`,
  ];
}
