import { type CaseResult, printableLine, queryOf, validated } from '@tfjs-heads/conformance-kit/host';
import { type BackendRun, type ConformanceReport, FORMAT, type Part } from './format.js';
import { problemsOf } from './problems.js';
import { MOST_RESULTS, outlineSchema, resultSchema } from './schema.js';

/**
 * Takes what was read from somewhere for a report. What is missing of what was asked for is found out anew.
 *
 * @throws Error that says what is wrong with it, and at which place
 */
export function checkReport(value: unknown, from: string): ConformanceReport {
  checkFormat(value, from);
  const runs: readonly unknown[] = Array.isArray((value as Partial<ConformanceReport>).runs)
    ? (value as ConformanceReport).runs
    : [];
  const lists = runs
    .map((run) => (run as Partial<BackendRun> | null)?.cases)
    .map((cases) => (Array.isArray(cases) ? (cases as unknown[]) : []));
  if (lists.reduce((sum, { length }) => sum + length, 0) > MOST_RESULTS) throw tooMany(from);
  const outline = {
    ...(value as object),
    ...(runs.length > 0 && { runs: runs.map((run, i) => withoutResults(run, lists[i])) }),
  };
  return assembled(
    outline,
    lists.map((cases, i) => cases.map((result, j) => checkResult(result, from, i, j))),
    from,
  );
}

export function tooMany(from: string): Error {
  return new Error(`${printableLine(from)}: expected at most ${MOST_RESULTS} results, got more`);
}

/** Before all else: of something else, all would be wrong. */
function checkFormat(value: unknown, from: string): void {
  const format = (value as Partial<ConformanceReport> | null | undefined)?.format;
  if (format === FORMAT) return;
  const was = format === undefined ? 'undefined' : printableLine(JSON.stringify(format).slice(0, 100));
  throw new Error(`${printableLine(from)} is no report of this suite: its format is ${was}, expected "${FORMAT}"`);
}

/** The `j`th result of the `i`th run. */
export function checkResult(value: unknown, from: string, i: number, j: number): CaseResult {
  const place = `${from}: runs[${i}].cases[${j}]`;
  const result = validated(resultSchema, value, place);
  const query = queryOf(result);
  if (result.query !== query) {
    throw new Error(
      printableLine(
        `${place}.query: expected '${query}' as subject, family, check and parameters say, got '${result.query}'`,
      ),
    );
  }
  return result;
}

/** A report of its outline and the results of each run. */
export function assembled(
  value: unknown,
  results: readonly (readonly CaseResult[])[],
  from: string,
): ConformanceReport {
  checkFormat(value, from);
  const outline = validated(outlineSchema, value, from);
  const runs = outline.runs.map((run, i): BackendRun => ({ ...run, cases: results[i] ?? [] }));
  const wrong = contradictions({ ...outline, runs });
  if (wrong.length > 0) throw new Error(printableLine(`${from}: ${wrong.slice(0, 5).join('; ')}`));
  return { ...outline, runs, problems: problemsOf({ ...outline, runs }) };
}

/** What a report says against itself. */
function contradictions({ selection, parts, runs }: ConformanceReport): string[] {
  return [
    ...repeated(runs.map(({ target }) => target)).map(
      (target) => `runs: expected each target once, got '${target}' twice`,
    ),
    ...parts.flatMap((part, i) => [
      ...(part.asked === share(part, selection.total)
        ? []
        : [`parts[${i}].asked: expected ${share(part, selection.total)}, got ${part.asked}`]),
      ...repeated(part.targets.map(({ target }) => target)).map(
        (target) => `parts[${i}].targets: expected each target once, got '${target}' twice`,
      ),
      ...part.targets.flatMap(({ target, results, unavailable }, j) => [
        ...(results <= part.asked
          ? []
          : [`parts[${i}].targets[${j}].results: expected at most ${part.asked}, got ${results}`]),
        ...(unavailable === undefined || results === 0
          ? []
          : [`parts[${i}].targets[${j}]: expected no results of what is unavailable, got ${results}`]),
        ...(runs.some((run) => run.target === target)
          ? []
          : [`parts[${i}].targets[${j}]: expected a run of '${target}', got none`]),
      ]),
    ]),
    ...runs.flatMap(({ target, unavailable, cases }, i) => {
      const said = parts.flatMap(({ targets }) => targets.filter((entry) => entry.target === target));
      const results = said.reduce((sum, entry) => sum + entry.results, 0);
      const isUnavailable = said.every((entry) => entry.unavailable !== undefined);
      return [
        ...(said.length > 0 ? [] : [`runs[${i}]: expected '${target}' among the targets of a part, got none`]),
        ...(results === cases.length
          ? []
          : [`runs[${i}].cases: expected ${results} results as parts say, got ${cases.length}`]),
        ...((unavailable !== undefined) === isUnavailable || said.length === 0
          ? []
          : [`runs[${i}].unavailable: parts say something else`]),
        ...repeated(cases.map(({ query }) => query)).map(
          (query) => `runs[${i}].cases: expected one result of each case, got two of '${query}'`,
        ),
      ];
    }),
  ];
}

/** How many of so many cases a part has. */
function share({ shard }: Part, total: number): number {
  return shard === undefined ? total : Math.max(0, Math.ceil((total - shard.index + 1) / shard.count));
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}

function withoutResults(run: unknown, cases: readonly unknown[] | undefined): unknown {
  return typeof run === 'object' &&
    run !== null &&
    Array.isArray((run as Partial<BackendRun>).cases) &&
    cases !== undefined
    ? { ...run, cases: [] }
    : run;
}
