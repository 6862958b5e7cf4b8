import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { create } from 'xmlbuilder2';
import { terminalMatrix, toJunit } from '../src/report/index.js';
import { formatDuration, formatPlace, formatUsed } from '../src/report/summary.js';
import { caseOf, harmful, record, reportOf, resultOf, runOf, sample } from './report-sample.js';

describe('the terminal', () => {
  const text = terminalMatrix(sample, { colour: false });

  it('has counts and the worst used/allowed of a cell, without what there is none of', () => {
    const row = text.split('\n').slice(text.split('\n').findIndex((line) => line.includes('RegressionHead')));
    const [first, second, third] = row.map((line) => line.split('│').map((cell) => cell.trim()));
    expect([first?.slice(1, 5), second?.slice(1, 5), third?.slice(1, 5)]).toEqual([
      ['RegressionHead', '1 pass', '1 fail', ''],
      ['', '1 skip', '1 xpass', ''],
      ['', 'worst 0.25', 'worst 14.2', ''],
    ]);
  });

  it('leaves known divergences out of the worst', () => {
    const row = text.split('\n').find((line) => line.includes('tfjs'));
    expect(row).toMatch(/1 pass +│ 1 xfail/);
    expect(text).not.toContain('∞');
    expect(text).not.toContain('>999');
  });

  it('has all failures, the known divergences with their report, why a backend is missing, and where the others ran', () => {
    expect(text).toContain(`fail chromium:webgl RegressionHead:law:mean:rows=33\n    ${harmful}`);
    expect(text).toContain('xpass chromium:webgl RegressionHead:golden:loss:rows=2\n    It passed.');
    expect(text).toContain(
      'Sums are coarse.\n    https://github.com/tensorflow/tfjs/issues/8082\n    1 on chromium:webgl',
    );
    expect(text).toContain('tensorflow-gpu: no CUDA device');
    expect(text).toContain('cpu: unit 2^-24, 100 ms, Node v20.20.2');
    expect(text).toContain('1.5 s');
  });

  it('groups failures that say the same but for numbers and names', () => {
    const slope = (head: string, rows: number, value: number) =>
      resultOf(caseOf(head, 'law', 'slope', rows), 'fail', 2, {
        message: `${head}: the slope[${rows}]: got ${value}, expected 1.5e-7, -2`,
        states: 'The gradient is the slope.',
      });
    const thrown = resultOf(caseOf('A', 'law', 'mean', 1), 'fail', undefined, { message: 'no kernel Erf' });
    const runs = [
      runOf('cpu', slope('A', 1, 0.5), slope('A', 2, NaN), thrown, slope('B', 3, -1e9)),
      runOf('wasm', slope('A', 1, 0.25), slope('B', 2, 7)),
    ];
    const lines = terminalMatrix(reportOf(...runs), { colour: false }).split('\n');
    const from = lines.indexOf('Failures:');
    expect(lines.slice(from, lines.indexOf('', from))).toEqual([
      'Failures:',
      '  fail cpu A:law:slope:rows=1',
      '    A: the slope[1]: got 0.5, expected 1.5e-7, -2',
      '    Demanded: The gradient is the slope.',
      '    and 4 more of this kind (3 on cpu, 2 on wasm in all):',
      '      cpu A:law:slope:rows=2',
      '      cpu B:law:slope:rows=3',
      '      wasm A:law:slope:rows=1',
      '      and 1 more',
      '  fail cpu A:law:mean:rows=1',
      '    no kernel Erf',
    ]);
  });

  it('says what is missing', () => {
    expect(
      terminalMatrix({ ...sample, problems: ['cpu: there are no results of shard 2/3'] }, { colour: false }),
    ).toContain('Incomplete:\n  cpu: there are no results of shard 2/3\n');
  });

  it('fits 100 columns, with long names and more backends than fit side by side', () => {
    const result = resultOf(caseOf('AVeryLongNameOfAHeadThatNobodyWouldGive', 'law', 'mean', 1), 'pass', 1e-9);
    const wide = terminalMatrix(
      reportOf(...['a', 'b', 'c', 'd', 'e', 'chromium:tensorflow-gpu'].map((target) => runOf(target, result))),
      { colour: false },
    );
    const table = wide.split('\n').filter((line) => /[│┌├└]/.test(line));
    expect(Math.max(...table.map((line) => line.length))).toBe(100);
    expect(table.filter((line) => line.startsWith('┌'))).toHaveLength(2);
  });

  it('shows what others have written, and obeys none of it', () => {
    const evil = `x\u001B]0;owned\u0007\u001B[2J\u009B1m\r\u202E\u2066y`;
    const testCase = { ...caseOf(evil, 'law', evil, 1), parameters: { [evil]: evil } };
    const expected = { reason: evil, upstream: evil };
    const statuses = ['pass', 'fail', 'xfail', 'xpass', 'skip'] as const;
    const results = statuses.map((status, rows) =>
      resultOf({ ...testCase, parameters: { ...testCase.parameters, rows } }, status, 1, { message: evil, expected }),
    );
    const run = { ...runOf(evil, ...results), record: { ...record, runsOn: evil, name: evil } };
    const report = {
      ...reportOf(run, { target: `${evil}2`, unavailable: evil, milliseconds: 1, cases: [] }),
      suite: evil,
      created: evil,
    };
    const shown = terminalMatrix(report, { colour: false });
    expect(shown).not.toMatch(/[^\n\P{Cc}]|\p{Bidi_Control}/u);
    expect(stripVTControlCharacters(terminalMatrix(report, { colour: true }))).toBe(shown);
    expect(shown).toContain(String.raw`\u001b]0;owned\u0007`);
  });

  it('lays out names of any length, without end and in time', () => {
    const results = ['x'.repeat(100_000), 'x '.repeat(50_000), 'Xx-'.repeat(30_000)].map((head) =>
      resultOf(caseOf(head, 'law', 'mean', 1), 'pass'),
    );
    const lines = terminalMatrix(reportOf(runOf('t'.repeat(100_000), ...results)), { colour: false }).split('\n');
    expect(lines.filter((line) => line.startsWith('│ x')).length).toBeLessThanOrEqual(16);
    expect(lines.filter((line) => line.includes('…'))).toHaveLength(4);
  });

  it('is coloured on demand only, and says the same', () => {
    const coloured = terminalMatrix(sample, { colour: true });
    expect(coloured).toContain('\u001B[31m1 fail\u001B[0m');
    expect(text).not.toContain('\u001B');
    expect(stripVTControlCharacters(coloured)).toBe(text);
  });
});

describe('JUnit', () => {
  const { testsuites } = create(toJunit(sample)).end({ format: 'object' }) as unknown as { testsuites: Suites };
  const [cpu, webgl, gpu] = testsuites.testsuite;

  it('counts', () => {
    expect(testsuites).toMatchObject({
      '@tests': '7',
      '@failures': '2',
      '@errors': '0',
      '@skipped': '3',
      '@time': '1.500',
    });
    expect(webgl).toMatchObject({
      '@name': 'chromium:webgl',
      '@tests': '3',
      '@failures': '2',
      '@skipped': '1',
      '@timestamp': '2026-01-02T03:04:05',
    });
  });

  it('has a test for each case, with what came closest', () => {
    expect(cpu?.testcase).toMatchObject([
      {
        '@classname': 'cpu.tfjs.op',
        '@name': 'tfjs:op:sum:rows=33',
        '@time': '0.002',
        'system-out': 'used/allowed 0: the loss[3]: got 1.25, expected 1.5',
      },
      { '@name': 'RegressionHead:law:mean:rows=33' },
      { '@name': 'RegressionHead:golden:loss:rows=2', skipped: { '@message': 'cpu lacks device-memory' } },
    ]);
  });

  it('has failures, and known divergences as skipped, with their messages', () => {
    expect(webgl?.testcase).toMatchObject([
      {
        skipped: {
          '@message':
            'expected to fail: Sums are coarse. (https://github.com/tensorflow/tfjs/issues/8082); the sum: got NaN',
        },
      },
      { failure: { '@type': 'fail' } },
      { failure: { '@type': 'xpass', '@message': 'It passed.' } },
    ]);
  });

  it('has messages as they are', () => {
    const [failure] = create(toJunit(sample)).filter(({ node }) => node.nodeName === 'failure', false, true);
    expect(failure?.node.textContent).toBe(harmful);
    expect((failure?.node as unknown as Element | undefined)?.getAttribute('message')).toBe(harmful);
  });

  it('has an unavailable backend as one skipped test with the reason', () => {
    expect(gpu).toMatchObject({
      '@tests': '1',
      '@skipped': '1',
      testcase: { skipped: { '@message': 'unavailable: no CUDA device' } },
    });
  });

  it('has the worst used/allowed of each subject', () => {
    expect(cpu?.properties.property).toContainEqual({ '@name': 'used/allowed RegressionHead', '@value': '0.25' });
  });

  it('is XML, whatever a message holds', () => {
    const message = 'a\u0000b\u001B[31m & ]]> "quoted" <tag>\nnext';
    const xml = toJunit(reportOf(runOf('cpu', resultOf(caseOf('A', 'law', 'b', 1), 'fail', undefined, { message }))));
    expect(xml).not.toMatch(/[\u0000\u001B]/); // oxlint-disable-line no-control-regex -- just those XML has no place for
    const [failure] = create(xml).filter(({ node }) => node.nodeName === 'failure', false, true);
    expect(failure?.node.textContent).toBe(String.raw`a\u0000b\u001b[31m & ]]> "quoted" <tag>` + '\nnext');
  });
});

interface Suites {
  readonly testsuite: readonly { readonly testcase: unknown; readonly properties: { readonly property: unknown } }[];
}

describe('figures', () => {
  it('are short and do not pretend', () => {
    expect([0, 1e-9, 0.004, 0.0625, 0.876, 1, 3.21, 14.24, 123.4, 1000, Infinity].map(formatUsed)).toEqual([
      '0',
      '<0.01',
      '<0.01',
      '0.06',
      '0.88',
      '1.0',
      '3.2',
      '14.2',
      '123',
      '>999',
      '>999',
    ]);
    expect([0, 2.34, 87.6, 1500, 72_300].map(formatDuration)).toEqual([
      '0 ms',
      '2.3 ms',
      '88 ms',
      '1.5 s',
      '1 min 12 s',
    ]);
  });

  it('name a browser instead of all that it says of itself', () => {
    const chrome =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36';
    expect(formatPlace(`ANGLE (a GPU); ${chrome}`)).toBe('ANGLE (a GPU); Chrome 149');
    expect(formatPlace(`${chrome} Edg/149.0.0.0`)).toBe('Edge 149');
    expect(
      formatPlace('Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15'),
    ).toBe('Safari 18.3');
    expect(formatPlace('Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe('Firefox 140');
    expect(formatPlace('Node v20.20.2')).toBe('Node v20.20.2');
  });
});
