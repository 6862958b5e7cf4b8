import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendRun, ConformanceReport } from '@tfjs-heads/backend-conformance';
import { formatEngine } from '@tfjs-heads/backend-conformance/report';
import { readJson, root } from '../workspace.js';
import { repairsNeeded } from './unrepaired.js';

const page = join(root, 'docs/engines.md');

/** Writes into docs/engines.md what two reports show: each engine with its version, what passed and how long it took, and which repairs are needed where. */
export function writeTables(results: string, unrepaired: string): void {
  const [report, without] = [results, unrepaired].map((path) => readJson<ConformanceReport>(join(root, path))) as [
    ConformanceReport,
    ConformanceReport,
  ];
  const text = readFileSync(page, 'utf8');
  writeFileSync(
    page,
    between(between(text, 'what passed', tableOf(report)), 'what is repaired', repairsNeeded(without)),
  );
}

/** Puts text between two comments. */
function between(text: string, what: string, content: string): string {
  const [begin, end] = [`<!-- Written by npm run conformance:engines: ${what} -->`, `<!-- End of ${what} -->`];
  const [before] = text.split(begin);
  const [, after] = text.split(end);
  if (before === text || after === undefined) throw new Error(`docs/engines.md: expected ${begin} and ${end}.`);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
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
    engine === undefined ? '' : formatEngine(engine).replaceAll(' | ', ', '), // A bar would end the cell.
    `${count((result) => isHead(result) && result.status === 'pass')} of ${count(isHead)}`,
    `${count((result) => !isHead(result) && result.status === 'pass')} of ${count((result) => !isHead(result))}`,
    count(({ status }) => status === 'xfail'),
    count(({ status }) => ['fail', 'xpass'].includes(status)),
    worst.toFixed(2),
    `${Math.round(milliseconds / 1000)} s`,
  ];
}
