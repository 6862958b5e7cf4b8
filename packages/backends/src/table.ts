import type { CandidateReport } from './report.js';

const header = ['backend', 'status', 'self-test', 'used/allowed', 'ms a step'] as const;
const widest = 100;
const longestName = 24;

/** What was tried and why, as a table for a terminal of 100 columns; reasons stand below it. */
export function formatReport(candidates: readonly CandidateReport[]): string {
  const rows = [header, ...candidates.map(toRow)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  );
  const reasons = candidates.flatMap(({ name, status, reason }) =>
    reason === undefined || status === 'slower' || status === 'not tried' ? [] : wrap(`${shorten(name)}: ${reason}`),
  );
  return [...table, ...(reasons.length > 0 ? [''] : []), ...reasons].join('\n');
}

function toRow({ name, status, selfTest, milliseconds }: CandidateReport): readonly string[] {
  return [
    shorten(name),
    status,
    selfTest === undefined ? '' : selfTest.passed ? 'passed' : 'failed',
    selfTest === undefined ? '' : `${selfTest.worst.used.toPrecision(2)} (${selfTest.worst.golden})`,
    milliseconds === undefined ? '' : milliseconds.toFixed(2),
  ];
}

function shorten(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName - 1)}…`;
}

/** At spaces where there are any; lines but the first are indented. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > widest) {
    const space = rest.lastIndexOf(' ', widest);
    const end = space > widest / 2 ? space : widest;
    lines.push(rest.slice(0, end).trimEnd());
    rest = `  ${rest.slice(end).trimStart()}`;
  }
  return [...lines, rest];
}
