import type { CandidateReport } from './start-backend.js';

const header = ['backend', 'started', 'self-test', 'used/allowed', 'ms a step', 'chosen'] as const;

/** What was tried and why, as a table for a terminal. */
export function formatReport(candidates: readonly CandidateReport[]): string {
  const rows = [header, ...candidates.map(toRow)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ').trimEnd()).join('\n');
}

function toRow({ name, status, reason, selfTest, milliseconds }: CandidateReport): readonly string[] {
  const started = status === 'unavailable' || status === 'failed' || status === 'not tried' ? `no: ${reason}` : 'yes';
  const tested = selfTest === undefined ? '' : selfTest.passed ? 'passed' : `failed: ${reason}`;
  return [
    name,
    started,
    tested,
    selfTest === undefined ? '' : `${selfTest.worst.used.toFixed(2)} (${selfTest.worst.golden})`,
    milliseconds === undefined ? '' : milliseconds.toFixed(2),
    status === 'chosen' ? 'yes' : status === 'unmeasurable' ? `no: ${reason}` : '',
  ];
}
