import { type CaseResult, isFailure, reasonInFull, tallyOf } from '@tfjs-heads/conformance-kit/host';
import { formatEngine } from './engines.js';
import type { BackendRun, ConformanceReport } from './format.js';
import { cellsOf, formatUnit } from './summary.js';
import { leaf, opening } from './xml.js';

/**
 * A report as JUnit XML: a suite for each backend, a test for each case. `fail` and `xpass` are failures, `skip` and `xfail`
 * are skipped, with the reason; an unavailable backend is a suite with one skipped test. What is missing of what was asked for
 * is a suite of failures. The worst used/allowed of each subject is a property of its suite: properties of a test are in no schema
 * that CI systems read, so a test has its own as output.
 */
export function toJunit(report: ConformanceReport): string {
  return [...junitPieces(report)].join('');
}

/** The same in pieces: of a million results, the whole is longer than a text may be. */
export function* junitPieces(report: ConformanceReport): Generator<string> {
  const { problems, runs } = report;
  const { tests, failures, ...others } = totals(runs);
  const totalsWithProblems = { tests: tests + problems.length, failures: failures + problems.length, ...others };
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `${opening('testsuites', { name: `tfjs-heads conformance ${report.suite}`, ...totalsWithProblems, time: seconds(report.milliseconds) })}\n`;
  if (problems.length > 0) yield* missing(report);
  for (const run of runs) yield* suite(run, report);
  yield '</testsuites>\n';
}

function* missing({ problems, created }: ConformanceReport): Generator<string> {
  const counts = { tests: problems.length, failures: problems.length, errors: 0, skipped: 0 };
  yield `  ${opening('testsuite', { name: 'completeness', ...counts, time: '0.000', timestamp: timestamp(created) })}\n`;
  for (const problem of problems) {
    yield `    ${opening('testcase', { classname: 'completeness', name: problem, time: '0.000' })}\n`;
    yield `      ${leaf('failure', { type: 'incomplete', message: problem }, problem)}\n    </testcase>\n`;
  }
  yield '  </testsuite>\n';
}

function* suite(run: BackendRun, { created }: ConformanceReport): Generator<string> {
  const { target, unavailable, milliseconds, cases } = run;
  yield `  ${opening('testsuite', { name: target, ...totals([run]), time: seconds(milliseconds), timestamp: timestamp(created) })}\n    <properties>\n`;
  for (const [name, value] of propertiesOf(run)) yield `      ${leaf('property', { name, value })}\n`;
  yield '    </properties>\n';
  if (unavailable !== undefined) {
    yield `    ${opening('testcase', { classname: target, name: 'is available', time: '0.000' })}\n`;
    yield `      ${leaf('skipped', { message: `unavailable: ${unavailable}` })}\n    </testcase>\n`;
  }
  for (const result of cases) yield testcase(target, result);
  yield '  </testsuite>\n';
}

function testcase(target: string, result: CaseResult): string {
  const { subject, family, query, milliseconds } = result;
  const begun = opening('testcase', {
    classname: `${target}.${subject}.${family}`,
    name: query,
    time: seconds(milliseconds),
  });
  const content = outcome(result);
  if (content.length === 0) return `    ${begun.slice(0, -1)}/>\n`;
  return `    ${begun}\n${content.map((line) => `      ${line}\n`).join('')}    </testcase>\n`;
}

function outcome(result: CaseResult): string[] {
  const { status, message = '', expected, closest } = result;
  const lines: string[] = [];
  if (isFailure(result)) lines.push(leaf('failure', { type: status, message }, reasonInFull(result)));
  if (status === 'skip') lines.push(leaf('skipped', { message }));
  if (status === 'xfail') {
    const upstream = expected?.upstream ? ` (${expected.upstream})` : '';
    lines.push(leaf('skipped', { message: `expected to fail: ${expected?.reason}${upstream}; ${message}` }));
  }
  if (closest !== undefined) {
    const { what, index, actual, expected: wanted, used } = closest;
    lines.push(leaf('system-out', {}, `used/allowed ${used}: ${what}[${index}]: got ${actual}, expected ${wanted}`));
  }
  return lines;
}

function propertiesOf(run: BackendRun): (readonly [name: string, value: string])[] {
  const { engine, record } = run;
  return [
    ...(engine === undefined ? [] : [['engine', formatEngine(engine)] as const]),
    ...(record === undefined
      ? []
      : ([
          ['unit', formatUnit(record.unit)],
          ['runs on', record.runsOn],
        ] as const)),
    ...Object.entries(record?.versions ?? {}).map(([name, version]) => [`version ${name}`, version] as const),
    ...[...cellsOf(run)].flatMap(([subject, { worst }]) =>
      worst === undefined ? [] : [[`used/allowed ${subject}`, String(worst)] as const],
    ),
  ];
}

/** The schemas know no zone. */
function timestamp(created: string): string {
  return created.replace(/(\.\d+)?Z$/, '');
}

function totals(runs: readonly BackendRun[]): Record<'tests' | 'failures' | 'errors' | 'skipped', number> {
  const { pass, fail, xpass, skip, xfail, unavailable } = tallyOf(runs);
  const [failures, skipped] = [fail + xpass, skip + xfail + unavailable];
  return { tests: pass + failures + skipped, failures, errors: 0, skipped };
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
