import type { BackendRecord } from '@tfjs-heads/conformance-kit';
import {
  type CaseResult,
  type ConformanceCase,
  type Family,
  inShard,
  queryOf,
  type Shard,
  type Status,
} from '@tfjs-heads/conformance-kit/host';
import type { BackendRun, ConformanceReport } from '../src/report/format.js';
import { digestOf } from '../src/digest.js';
import { reportOfOne } from '../src/report/one-part.js';
import { selectionOf } from '../src/selection.js';

/** A message that would do harm where it were taken for markup. */
export const harmful = `</script><script>document.title = 'broken'</script><img src="x" onerror="document.title = 'broken'">`;

export function caseOf(subject: string, family: Family, check: string, rows: number): ConformanceCase {
  return { subject, family, check, parameters: { rows } };
}

export function resultOf(
  testCase: ConformanceCase,
  status: Status,
  used?: number | 'Infinity',
  more: Partial<CaseResult> = {},
): CaseResult {
  const closest = used === undefined ? undefined : { what: 'the loss', index: 3, actual: 1.25, expected: 1.5, used };
  return { ...testCase, query: queryOf(testCase), status, ...(closest && { closest }), milliseconds: 2, ...more };
}

export const record: BackendRecord = {
  name: 'cpu',
  environment: 'node',
  unit: 2 ** -24,
  capabilities: ['float32'],
  versions: { 'tfjs-core': '4.22.0' },
  reportedFloatPrecision: 32,
  epsilon: 1e-7,
  runsOn: 'Node v20.20.2',
  repairs: [
    {
      repair: 'large-sums',
      issue: 'https://github.com/tensorflow/tfjs/issues/1',
      outcome: 'applied',
      detail: 'sums are taken in doubles',
    },
  ],
};

export const runOf = (target: string, ...cases: CaseResult[]): BackendRun => ({
  target,
  record,
  milliseconds: 100,
  cases,
});

/** What a report of some runs says of itself where nothing is missing: as many cases as the run that has most. */
export function reportOf(...runs: BackendRun[]): ConformanceReport {
  return reportOfPart({}, ...runs);
}

/** A part of a whole: what was asked for may be more than what came. */
export function reportOfPart(
  part: { readonly cases?: readonly ConformanceCase[]; readonly shard?: Shard },
  ...runs: BackendRun[]
): ConformanceReport {
  const most = runs.reduce<readonly ConformanceCase[]>(
    (longest, { cases }) => (cases.length > longest.length ? cases : longest),
    [],
  );
  const { cases = most, shard } = part;
  const selection = selectionOf(cases, {
    filters: [],
    repair: true,
    subjects: ['RegressionHead'],
    project: 'heads 1.0.0',
  });
  return reportOfOne({
    suite: '0.1.0',
    created: '2026-01-02T03:04:05.678Z',
    milliseconds: 1500,
    selection,
    shard,
    asked: inShard(cases, shard).length,
    runs,
    expectations: new Map(runs.map(({ target }) => [target, digestOf([])])),
  });
}

const sum = caseOf('tfjs', 'op', 'sum', 33);
const mean = caseOf('RegressionHead', 'law', 'mean', 33);
const loss = caseOf('RegressionHead', 'golden', 'loss', 2);
const known = { reason: 'Sums are coarse.', upstream: 'https://github.com/tensorflow/tfjs/issues/8082' };

/** Two backends with every status between them, and one that could not be had. */
export const sample: ConformanceReport = reportOf(
  runOf(
    'cpu',
    resultOf(sum, 'pass', 0),
    resultOf(mean, 'pass', 0.25),
    resultOf(loss, 'skip', undefined, { message: 'cpu lacks device-memory' }),
  ),
  runOf(
    'chromium:webgl',
    resultOf(sum, 'xfail', 'Infinity', { message: 'the sum: got NaN', expected: known }),
    resultOf(mean, 'fail', 14.2, { message: harmful }),
    resultOf(loss, 'xpass', 0.875, { message: 'It passed.', expected: { reason: 'Coarse.', upstream: null } }),
  ),
  { target: 'tensorflow-gpu', unavailable: 'no CUDA device', milliseconds: 5, cases: [] },
);
