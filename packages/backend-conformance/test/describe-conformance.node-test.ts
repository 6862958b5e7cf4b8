import { basename } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import type { CaseResult } from '@tfjs-heads/conformance-kit/host';

/** The part that is read of what vitest's JSON reporter writes. */
interface Report {
  readonly testResults: readonly TestFile[];
}
interface TestFile {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly Outcome[];
}
interface Outcome {
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
  readonly meta: { readonly conformance?: CaseResult & { readonly backend: string } };
}

let files: readonly TestFile[];

beforeAll(async () => {
  const config = `${import.meta.dirname}/fixture/vitest.config.ts`;
  const { stdout } = await execa('vitest', ['run', `--config=${config}`, '--reporter=json'], {
    preferLocal: true,
    reject: false,
  });
  files = (JSON.parse(stdout) as Report).testResults;
});

const fixture = (name: string): TestFile =>
  files.find((file) => basename(file.name) === `${name}.fixture.ts`) as TestFile;
const outcome = (title: string): Outcome =>
  fixture('broken-head').assertionResults.find((result) => result.title === title) as Outcome;
const query = (head: string, rows: number): string => `${head}:law:mean-is-sum-over-size:rows=${rows}`;
const adadelta = 'tfjs:op:optimizer:case=adadelta';

it('fails what a broken head breaks, by query, and nothing else', () => {
  const titles = (status: string): string[] =>
    fixture('broken-head')
      .assertionResults.filter((result) => result.status === status)
      .map(({ title }) => title);
  expect(titles('failed')).toEqual([query('Broken', 33), query('SaidToBeBroken', 1)]);
  const passed = [
    query('Broken', 1),
    query('KnownToBeBroken', 1),
    query('KnownToBeBroken', 33),
    query('SaidToBeBroken', 33),
  ];
  expect(titles('passed')).toEqual([...passed, adadelta]);
  const [message] = outcome(query('Broken', 33)).failureMessages;
  expect(message).toMatch(
    /^AssertionError: Broken:law:mean-is-sum-over-size:rows=33 on cpu: the mean\[0\]: got .*, expected/,
  );
});

it('lets a case fail that is expected to, and says so', () => {
  const { meta } = outcome(query('KnownToBeBroken', 33));
  expect(meta.conformance).toMatchObject({
    status: 'xfail',
    backend: 'wasm',
    expected: { reason: 'It never divides.' },
  });
  expect(outcome(query('SaidToBeBroken', 1)).failureMessages[0]).toContain('remove the expectation');
});

it('knows the divergences of the backend, where cases about it are asked for', () => {
  expect(outcome(adadelta).meta.conformance).toMatchObject({
    status: 'xfail',
    expected: { reason: expect.stringContaining('mean square') },
  });
});

it('passes nothing where the backend does not start', () => {
  const { status, assertionResults } = fixture('unavailable');
  expect(status).toBe('failed');
  expect(assertionResults.map((result) => result.status)).toEqual(['skipped', 'skipped']);
});

it('refuses a filter that no case matches', () => {
  expect(fixture('unmatched')).toMatchObject({
    status: 'failed',
    message: 'No case of Unmatched matches *:law:no-such-law or Nobody:golden.',
  });
});
