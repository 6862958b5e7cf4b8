import { FORMAT, statuses, type ConformanceReport } from '../result.js';

/**
 * Takes what was read from somewhere for a report.
 *
 * @throws Error that says what is wrong with it
 */
export function checkReport(value: unknown, from: string): ConformanceReport {
  const { format, suite, created, milliseconds, runs } = (value ?? {}) as Partial<ConformanceReport>;
  const refuse = (wrong: string): never => {
    throw new Error(`${from} is no report of this suite: ${wrong}.`);
  };
  if (format !== FORMAT) refuse(`its format is ${JSON.stringify(format)}, expected '${FORMAT}'`);
  if (typeof suite !== 'string') refuse('it has no suite version');
  if (typeof created !== 'string' || Number.isNaN(Date.parse(created))) refuse('it has no date');
  if (typeof milliseconds !== 'number') refuse('it has no time');
  if (!Array.isArray(runs)) return refuse('it has no runs');
  for (const [i, run] of (runs as (Partial<ConformanceReport['runs'][number]> | null)[]).entries()) {
    if (typeof run?.target !== 'string' || !Array.isArray(run.cases)) return refuse(`runs[${i}] has no target or no cases`);
    const bad = run.cases.findIndex((one) => typeof one?.query !== 'string' || typeof one.head !== 'string' || !statuses.includes(one.status));
    if (bad !== -1) refuse(`runs[${i}].cases[${bad}] has no query, no head or no known status`);
  }
  return value as ConformanceReport;
}
