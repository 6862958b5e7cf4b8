import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { suiteOf, type Expectation, type Subject } from '../src/index.js';
import { conformance, emptyFolder, fixture, NARROW, reportIn } from './cli-support.js';

it('claims of a head say which of its cases fail, and nothing of another head', async () => {
  const folder = await emptyFolder();
  const { exitCode } = await conformance(
    fixture('known-head.mjs'),
    '--backend',
    'cpu',
    '--filter',
    NARROW,
    '--out',
    folder,
  );
  const [run] = (await reportIn(folder)).runs;
  expect(run?.cases.map(({ subject, parameters, status }) => [subject, parameters['rows'], status])).toEqual([
    ['Known', 1, 'pass'],
    ['Known', 33, 'xfail'],
    ['Stale', 1, 'xpass'],
    ['Stale', 33, 'xfail'],
    ['Unknown', 1, 'pass'],
    ['Unknown', 33, 'fail'],
  ]);
  expect(run?.cases[1]?.expected).toEqual({ reason: 'It forgets which reduction it was asked for.', upstream: null });
  expect(exitCode).toBe(1);
  await rm(folder, { recursive: true });
});

const subject = (expectedFailures: unknown): Subject => ({
  create: (options) => new RegressionHead(options),
  expectedFailures: expectedFailures as Expectation[],
});
const known = { query: 'Mine:law:no-leak', reason: 'It leaks.', upstream: null };

it.each<[string, unknown, string | RegExp]>([
  ['no list', known, /expectedFailures: /],
  ['no reason', [{ ...known, reason: undefined }], /expectedFailures\[0\]\.reason: /],
  ['an empty reason', [{ ...known, reason: '' }], /expectedFailures\[0\]\.reason: /],
  ['no upstream', [{ query: known.query, reason: known.reason }], /expectedFailures\[0\]\.upstream: /],
  ['a key that is none', [{ ...known, because: 'x' }], /expectedFailures\[0\]\.because: /],
  [
    'a query of no case',
    [known, { ...known, query: 'Mine:law:no-leek' }],
    'Mine claims expectedFailures: expected queries of its cases, but Mine:law:no-leek matches none.',
  ],
  ['a query of another head', [{ ...known, query: 'Other:law' }], 'Other:law matches none.'],
  ['a query of cases about the backend', [{ ...known, query: 'tfjs:op' }], 'tfjs:op matches none.'],
])('a claim with %s is refused', async (_, claim, message) => {
  await expect(suiteOf({ Mine: subject(claim), Other: subject([]) })).rejects.toThrow(message);
});
