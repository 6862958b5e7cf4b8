import { create } from 'xmlbuilder2';
import { isFailure, tallyOf, type BackendRun, type CaseResult, type ConformanceReport } from '../result.js';
import { cellsOf, formatUnit } from './summary.js';

type Xml = ReturnType<typeof create>;

/**
 * A report as JUnit XML: a suite for each backend, a test for each case. `fail` and `xpass` are failures, `skip` and `xfail`
 * are skipped, with the reason; an unavailable backend is a suite with one skipped test. The worst used/allowed of each head
 * is a property of its suite: properties of a test are in no schema that CI systems read, so a test has its own as output.
 */
export function toJunit(report: ConformanceReport): string {
  const root = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\uFFFD' }).ele('testsuites', {
    name: `tfjs-heads conformance ${report.suite}`,
    ...totals(report.runs),
    time: seconds(report.milliseconds),
  });
  for (const run of report.runs) addSuite(root, run, report);
  return `${root.end({ prettyPrint: true })}\n`;
}

function addSuite(root: Xml, run: BackendRun, { created }: ConformanceReport): void {
  const timestamp = created.replace(/(\.\d+)?Z$/, ''); // the schemas know no zone
  const suite = root.ele('testsuite', { name: run.target, ...totals([run]), time: seconds(run.milliseconds), timestamp });
  const properties = suite.ele('properties');
  for (const [name, value] of Object.entries(propertiesOf(run))) properties.ele('property', { name, value });
  if (run.unavailable !== undefined) {
    const test = suite.ele('testcase', { classname: run.target, name: 'is available', time: '0.000' });
    test.ele('skipped', { message: `unavailable: ${run.unavailable}` });
  }
  for (const one of run.cases) addCase(suite, run.target, one);
}

function addCase(suite: Xml, target: string, one: CaseResult): void {
  const { head, family, query, status, message = '', expected, closest, milliseconds } = one;
  const test = suite.ele('testcase', { classname: `${target}.${head}.${family}`, name: query, time: seconds(milliseconds) });
  if (isFailure(one)) test.ele('failure', { type: status, message }).txt(message);
  if (status === 'skip') test.ele('skipped', { message });
  if (status === 'xfail') {
    const upstream = expected?.upstream ? ` (${expected.upstream})` : '';
    test.ele('skipped', { message: `expected to fail: ${expected?.reason}${upstream}; ${message}` });
  }
  if (closest !== undefined) {
    const { what, index, actual, expected: wanted, used } = closest;
    test.ele('system-out').txt(`used/allowed ${used}: ${what}[${index}]: ${actual} came, expected ${wanted}`);
  }
}

function propertiesOf(run: BackendRun): Record<string, string> {
  const { record } = run;
  const worst = [...cellsOf(run)].flatMap(([head, cell]) => (cell.worst === undefined ? [] : [[`used/allowed ${head}`, String(cell.worst)]]));
  return {
    ...(record && { unit: formatUnit(record.unit), 'runs on': record.runsOn }),
    ...Object.fromEntries(Object.entries(record?.versions ?? {}).map(([name, version]) => [`version ${name}`, version])),
    ...Object.fromEntries(worst),
  };
}

function totals(runs: readonly BackendRun[]): Record<'tests' | 'failures' | 'errors' | 'skipped', number> {
  const { pass, fail, xpass, skip, xfail, unavailable } = tallyOf(runs);
  const [failures, skipped] = [fail + xpass, skip + xfail + unavailable];
  return { tests: pass + failures + skipped, failures, errors: 0, skipped };
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
