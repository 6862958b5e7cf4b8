import Table from 'cli-table3';
import { printable, printableLine, reasonInFull, type Status, statuses } from '@tfjs-heads/conformance-kit/host';
import type { BackendRun, ConformanceReport } from './format.js';
import { causesOf, whereOf } from './causes.js';
import {
  cellsOf,
  divergencesOf,
  formatDuration,
  formatPlace,
  formatUnit,
  formatUsed,
  subjectsOf,
  type Cell,
} from './summary.js';

export interface TerminalOptions {
  readonly colour: boolean;
}

/** Colours of a terminal, by their number. */
const colours: Readonly<Record<Status | 'faint', number>> = {
  pass: 32,
  fail: 31,
  xpass: 31,
  xfail: 35,
  skip: 33,
  faint: 90,
};
type Paint = (text: string, colour: keyof typeof colours) => string;

/** So many kinds of failures are shown. */
const CAUSES = 50;

/** So many backends fit 100 columns beside the subjects; where there are more, another table follows. */
const PER_TABLE = 5;

/** Subjects by backends with counts and the worst used/allowed, then all that failed, known divergences, and where it ran. */
export function terminalMatrix(report: ConformanceReport, { colour }: TerminalOptions): string {
  const paint: Paint = (text, name) => (colour ? `\u001B[${colours[name]}m${text}\u001B[0m` : text);
  const { runs } = report;
  const there = runs.filter(({ unavailable }) => unavailable === undefined);
  const tables = Array.from({ length: Math.ceil(there.length / PER_TABLE) }, (_, i) =>
    table(subjectsOf(report), there.slice(i * PER_TABLE, (i + 1) * PER_TABLE), paint),
  );
  const parts = [
    ...tables,
    list('Incomplete', report.problems.map(printable)),
    list('Unavailable', missing(runs)),
    list('Failures', failures(runs, paint)),
    list('Known divergences', known(report)),
  ];
  const total = printableLine(
    `Suite ${report.suite}, begun ${report.created}, ${formatDuration(report.milliseconds)}.`,
  );
  return [...parts, list('Ran on', places(runs)), total].filter((part) => part !== '').join('\n\n');
}

function table(subjects: readonly string[], runs: readonly BackendRun[], paint: Paint): string {
  const matrix = new Table({
    head: ['', ...runs.map(({ target }) => broken(target, 11))],
    colWidths: [28, ...runs.map(() => 13)],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  const cells = runs.map(cellsOf);
  for (const subject of subjects) {
    matrix.push([broken(subject, 26), ...cells.map((cell) => cellText(cell.get(subject), paint))]);
  }
  if (subjects.length === 0) matrix.push(['', ...runs.map(() => paint('no cases', 'faint'))]);
  return matrix.toString();
}

/** So many lines of a name are shown; one that goes on further ends in dots. */
const LINES = 4;

/** A name that is too long goes on in the next line, after a colon or a hyphen where it has some. */
function broken(name: string, width: number): string {
  const shown = printableLine(name);
  const lines = [''];
  for (const part of shown
    .slice(0, LINES * width + 1)
    .split(/(?<=[:-])/)
    .flatMap((segment) => segment.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [])) {
    const line = lines.at(-1) ?? '';
    if (line.length + part.length <= width) lines[lines.length - 1] = line + part;
    else lines.push(part);
  }
  if (lines.length <= LINES) return lines.join('\n');
  return `${lines.slice(0, LINES).join('\n').slice(0, -1)}…`;
}

function cellText(cell: Cell | undefined, paint: Paint): string {
  if (cell === undefined) return paint('no cases', 'faint');
  const counts = statuses
    .filter((status) => cell.counts[status] > 0)
    .map((status) => paint(`${cell.counts[status]} ${status}`, status));
  return [...counts, ...(cell.worst === undefined ? [] : [`worst ${formatUsed(cell.worst)}`])].join('\n');
}

/** By their causes, each with the first of its cases: a broken subject or backend fails in hundreds. */
function failures(runs: readonly BackendRun[], paint: Paint): string[] {
  const causes = causesOf(runs);
  const shown = causes.slice(0, CAUSES).map((cause) => {
    const { target, result } = cause.first;
    const first = `${paint(result.status, result.status)} ${printableLine(`${target} ${result.query}`)}\n${indent(printable(reasonInFull(result)))}`;
    if (cause.count === 1) return first;
    const others = cause.others.map((other) => indent(indent(printableLine(other))));
    const more = cause.count - 1 - others.length;
    const also = `and ${cause.count - 1} more of this kind (${printableLine(whereOf(cause))} in all):`;
    return [first, indent(also), ...others, ...(more > 0 ? [indent(indent(`and ${more} more`))] : [])].join('\n');
  });
  const left = causes.slice(CAUSES).reduce((sum, { count }) => sum + count, 0);
  return left === 0 ? shown : [...shown, `and ${left} more, of ${causes.length - CAUSES} other kinds`];
}

function known(report: ConformanceReport): string[] {
  return divergencesOf(report).map(({ reason, upstream, counts }) => {
    const where = [...counts].map(([target, count]) => `${count} on ${target}`).join(', ');
    return printable(`${reason}\n${indent(printableLine(upstream ?? 'not reported upstream'))}\n${indent(where)}`);
  });
}

function missing(runs: readonly BackendRun[]): string[] {
  return runs.flatMap(({ target, unavailable: reason }) =>
    reason === undefined ? [] : [printable(`${target}: ${reason}`)],
  );
}

function places(runs: readonly BackendRun[]): string[] {
  return runs.flatMap(({ target, engine, record, milliseconds }) =>
    record === undefined
      ? []
      : [
          printableLine(
            `${target}: unit ${formatUnit(record.unit)}, ${formatDuration(milliseconds)}, ${formatPlace(record.runsOn, engine)}`,
          ),
        ],
  );
}

function list(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : [`${title}:`, ...items.map(indent)].join('\n');
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
