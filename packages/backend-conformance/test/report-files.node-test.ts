import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { compact, expand } from '../src/report/compact.js';
import { toJson } from '../src/report/json.js';
import { ResultLists } from '../src/report/result-lists.js';
import { readReport, tryReports, writeReports } from '../src/report/index.js';
import { caseOf, reportOf, resultOf, runOf, sample } from './report-sample.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conformance-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const names = ['junit.xml', 'report.html', 'results.json'];

describe('files', () => {
  it('are written into a new folder, and the data is read back as it was', async () => {
    const paths = await writeReports(sample, join(folder, 'new', 'out'));
    expect(paths.map((path) => path.slice(folder.length))).toEqual([
      '/new/out/results.json',
      '/new/out/junit.xml',
      '/new/out/report.html',
    ]);
    expect(await readReport(paths[0] as string)).toEqual(sample);
    expect(await readFile(paths[1] as string, 'utf8')).toContain('<testsuites');
  });

  it('have each case once, and lose nothing by it', () => {
    const small = compact(sample);
    expect(small.cases).toHaveLength(3);
    expect(expand(JSON.parse(JSON.stringify(small)))).toEqual(sample);
  });

  it('have a line for each result', async () => {
    const [path] = await writeReports(sample, join(folder, 'lines'));
    const lines = (await readFile(path as string, 'utf8')).split('\n').filter((line) => line.includes('"query"'));
    expect(lines).toHaveLength(6);
  });
});

describe('the report before stays', () => {
  const before = async (name: string): Promise<string> => {
    const out = join(folder, name);
    await mkdir(out, { recursive: true });
    for (const file of names) await writeFile(join(out, file), 'before');
    return out;
  };
  const isKept = async (out: string): Promise<void> => {
    expect((await readdir(out)).toSorted()).toEqual(names);
    for (const file of names) expect(await readFile(join(out, file), 'utf8')).toBe('before');
  };
  const fs = process.getBuiltinModule('node:fs/promises');
  const failing = (code: string): Error => Object.assign(new Error(`${code}: as if the disk had it`), { code });

  it.each([0, 1, 2])('where the disk is full at file %i', async (which) => {
    const out = await before(`full-${which}`);
    const { open } = fs;
    let opened = 0;
    vi.spyOn(fs, 'open').mockImplementation(async (...args) => {
      const file = await open(...args);
      if (opened++ === which) vi.spyOn(file, 'write').mockRejectedValue(failing('ENOSPC'));
      return file;
    });
    const name = ['results.json', 'junit.xml', 'report.html'][which] as string;
    await expect(writeReports(sample, out)).rejects.toThrow(`${join(out, name)}: ENOSPC: as if the disk had it`);
    await isKept(out);
  });

  it('where the disk fails when all is to go there', async () => {
    const out = await before('sync');
    const { open } = fs;
    vi.spyOn(fs, 'open').mockImplementation(async (...args) => {
      const file = await open(...args);
      vi.spyOn(file, 'sync').mockRejectedValue(failing('EIO'));
      return file;
    });
    await expect(writeReports(sample, out)).rejects.toThrow('EIO');
    await isKept(out);
  });

  it('where a folder has the name of a file', async () => {
    const out = join(folder, 'taken');
    await mkdir(join(out, 'report.html'), { recursive: true });
    await writeFile(join(out, 'results.json'), 'before');
    for (const attempt of [() => writeReports(sample, out), () => tryReports(out, 1)]) {
      await expect(attempt()).rejects.toThrow(`${join(out, 'report.html')} is a folder`);
    }
    expect((await readdir(out)).toSorted()).toEqual(['report.html', 'results.json']);
    expect(await readFile(join(out, 'results.json'), 'utf8')).toBe('before');
  });

  it('and it is known before the run that it would have to', async () => {
    const out = await before('known');
    await tryReports(out, 10);
    await isKept(out);
    await expect(tryReports(join(out, 'results.json'), 1)).rejects.toThrow('EEXIST');
    await expect(tryReports(join(out, 'results.json', 'x'), 1)).rejects.toThrow('ENOTDIR');
    vi.spyOn(fs, 'open').mockRejectedValue(failing('EROFS'));
    await expect(tryReports(out, 1)).rejects.toThrow('EROFS');
    vi.restoreAllMocks();
    vi.spyOn(fs, 'statfs').mockResolvedValue({ bavail: 10, bsize: 4096, blocks: 100 } as never);
    await expect(tryReports(out, 7000)).rejects.toThrow('about 3 MB are needed and 41 KB are free');
    await isKept(out);
  });
});

describe('a file that is no report', () => {
  const failed = resultOf(caseOf('A', 'law', 'b', 1), 'fail', 2, {
    message: 'no',
    expected: { reason: 'r', upstream: 'https://x.y/z' },
  });
  const good = reportOf(runOf('cpu', failed));
  type Json = Record<string, unknown>;

  const refuses = async (text: string | Uint8Array, reason: string): Promise<void> => {
    const path = join(folder, 'bad.json');
    await writeFile(path, text);
    await expect(readReport(path)).rejects.toThrow(reason);
    await expect(readReport(path)).rejects.toThrow(path);
  };
  /** The good one with something else at a place, as `runs.0.cases.0.status`. */
  const changed = (place: string, value: unknown): string => {
    const report = structuredClone(good) as unknown as Json;
    const keys = place.split('.');
    const last = keys.pop() as string;
    const inner = keys.reduce((object, key) => object[key] as Json, report);
    if (value === undefined) delete inner[last];
    else Object.defineProperty(inner, last, { value, enumerable: true });
    return JSON.stringify(report);
  };

  it('is told apart from one that is, wherever it is cut into pieces', async () => {
    const odd = resultOf(caseOf('A', 'law', 'b', 2), 'fail', 2, { message: `}],"cases":[{"runs": \\" ä 𝕏 \n` });
    const report = reportOf(runOf('cpu', failed, odd), runOf('wasm'), runOf('runs', odd));
    for (const text of [JSON.stringify(report), JSON.stringify(report, null, 3), [...toJson(report)].join('')]) {
      const bytes = new TextEncoder().encode(text);
      for (const size of [1, 2, 3, 7, 64, 1000]) {
        const results: unknown[][] = [];
        const lists = new ResultLists(
          {
            begin: (i) => (results[i] = []),
            result: (json) => results.at(-1)?.push(JSON.parse(new TextDecoder().decode(json))),
          },
          'x',
        );
        for (let at = 0; at < bytes.length; at += size) lists.write(bytes.subarray(at, at + size));
        expect(results).toEqual(report.runs.map((run) => run.cases));
        const rest = JSON.parse(new TextDecoder().decode(lists.rest())) as unknown;
        expect(rest).toEqual({ ...report, runs: report.runs.map((run) => ({ ...run, cases: [] })) });
      }
    }
  });

  it('is told apart from one that is', async () => {
    const path = join(folder, 'good.json');
    await writeFile(path, `\uFEFF${JSON.stringify(good, null, 2)}`);
    expect(await readReport(path)).toEqual(good);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'expected JSON, but it is empty'],
    ['blank', ' \n\n', 'expected JSON, but it is empty'],
    ['no JSON', '{"a": x', 'expected JSON, but '],
    ['cut off', JSON.stringify(good).slice(0, -1), 'expected JSON, but '],
    [
      'cut off in a result',
      JSON.stringify(good).slice(0, JSON.stringify(good).indexOf('"query"')),
      'expected JSON, but it ends in the middle',
    ],
    [
      'without a comma between results',
      JSON.stringify(good).replace('"cases":[', '"cases":[7 '),
      'runs[0].cases[0]: expected JSON, but ',
    ],
    [
      'with a comma too many',
      JSON.stringify(good).replace('"cases":[', '"cases":[,'),
      'runs[0].cases[0]: expected JSON, but it is empty',
    ],
    ['closed by the wrong bracket', JSON.stringify(good).replace(/\}\]\}\]\}$/, '}}}]}'), 'expected JSON, but '],
    ['with an escaped key', JSON.stringify(good).replace('"cases":', String.raw`"c\u0061ses":`), 'runs[0].cases'],
    ['two', `${JSON.stringify(good)}\n${JSON.stringify(good)}`, 'expected JSON, but '],
    ['not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22), 'expected JSON, but it is not UTF-8'],
    ['cut in a character', Uint8Array.of(0x22, 0xe2, 0x82), 'expected JSON, but it is not UTF-8'],
    ['UTF-16', Buffer.from(JSON.stringify(good), 'utf16le'), 'expected JSON, but '],
    ['deep', `{"format":${'['.repeat(1_000_000)}`, 'expected JSON, but it is nested more than 64 deep'],
    ['deep in a result', `{"runs":[{"cases":[${'{"a":'.repeat(1000)}`, 'nested more than 64 deep'],
    ['null', 'null', 'its format is undefined'],
    ['a list', '[]', 'its format is undefined'],
    ['a number', '7 ', 'its format is undefined'],
    [
      'another format',
      '{"format":"\\u001b[31m"}',
      String.raw`its format is "\u001b[31m", expected "tfjs-heads-conformance/3"`,
    ],
  ])('is refused where it is %s', async (_, text, reason) => {
    await refuses(text, reason);
  });

  it.each<[string, unknown, string]>([
    ['runs', {}, 'runs: expected Array, got Object'],
    ['runs', undefined, 'runs: missing'],
    ['runs.0', null, 'runs[0]: expected Object, got null'],
    ['runs.0.target', undefined, 'runs[0].target: missing'],
    ['runs.0.target', '', 'runs[0].target: expected !0, got 0'],
    ['runs.0.target', 'x'.repeat(101), 'runs[0].target: expected <=100, got 101'],
    ['runs.0.target', 'a\u001B[2J', 'runs[0].target: expected a name without control characters'],
    ['runs.0.cases', undefined, 'runs[0].cases: missing'],
    ['runs.0.cases', { length: 1 }, 'runs[0].cases: expected Array, got Object'],
    ['runs.0.milliseconds', -1, 'runs[0].milliseconds: expected >=0, got -1'],
    ['runs.0.record.unit', 0, 'runs[0].record.unit: expected >0, got 0'],
    ['runs.0.record.versions', [], 'runs[0].record.versions: expected an object'],
    [
      'runs.0.record.repairs.0.outcome',
      'maybe',
      'runs[0].record.repairs[0].outcome: expected ("applied" | "not needed" | "impossible"), got "maybe"',
    ],
    ['runs.0.extra', 1, 'runs[0].extra: there is no such key'],
    ['runs.0.cases.0', null, 'runs[0].cases[0]: expected Object, got null'],
    [
      'runs.0.cases.0.status',
      'great',
      'runs[0].cases[0]: status: expected ("pass" | "fail" | "xfail" | "xpass" | "skip"), got "great"',
    ],
    ['runs.0.cases.0.status', 'constructor', 'status: expected '],
    ['runs.0.cases.0.status', ['pass'], 'status: expected '],
    ['runs.0.cases.0.family', 'of a lawn', 'family: expected '],
    ['runs.0.cases.0.subject', undefined, 'subject: missing'],
    ['runs.0.cases.0.subject', 'x'.repeat(1600), 'subject: expected <=100, got 1600'],
    ['runs.0.cases.0.milliseconds', -0.5, 'milliseconds: expected >=0, got -0.5'],
    ['runs.0.cases.0.milliseconds', null, 'milliseconds: expected number, got null'],
    ['runs.0.cases.0.parameters', null, 'parameters: expected '],
    ['runs.0.cases.0.parameters.rows', { deep: 1 }, 'parameters.rows: expected '],
    [
      'runs.0.cases.0.parameters.rows',
      2,
      "query: expected 'A:law:b:rows=2' as subject, family, check and parameters say, got 'A:law:b:rows=1'",
    ],
    ['runs.0.cases.0.parameters.__proto__', 1, 'parameters: expected an object without the keys __proto__'],
    [
      'runs.0.cases.0.parameters.constructor',
      1,
      'parameters: expected an object without the keys __proto__, constructor',
    ],
    ['runs.0.cases.0.__proto__', { status: 'pass' }, '__proto__: there is no such key'],
    ['runs.0.cases.0.query', 'B:law:b:rows=1', "query: expected 'A:law:b:rows=1'"],
    ['runs.0.cases.0.message', { toString: 1 }, 'message: expected string, got Object'],
    ['runs.0.cases.0.message', 'x'.repeat(20_001), 'message: expected <=20000, got 20001'],
    ['runs.0.cases.0.expected', 'yes', 'expected: expected Object, got "yes"'],
    ['runs.0.cases.0.expected.upstream', 'no address', 'expected.upstream: expected url, got "no address"'],
    ['runs.0.cases.0.closest.used', -1, 'closest.used: expected '],
    ['runs.0.cases.0.closest.used', 'much', 'closest.used: expected '],
    ['runs.0.cases.0.closest.index', 0.5, 'closest.index: expected safe_integer, got 0.5'],
    ['runs.0.cases.0.closest.actual', '1', 'closest.actual: expected '],
    ['suite', undefined, 'suite: missing'],
    ['created', 'yesterday', 'created: expected '],
    ['created', '2026-13-45T00:00:00.000Z', 'created: expected '],
    ['milliseconds', -1, 'milliseconds: expected >=0, got -1'],
    ['selection', undefined, 'selection: missing'],
    ['selection.names', 'x', 'selection.names: expected '],
    ['selection.total', 2, 'parts[0].asked: expected 2, got 1'],
    ['parts', [], 'parts: expected >=1, got 0'],
    ['parts.0.shard', { index: 2, count: 1 }, 'parts[0].shard: expected an index up to the count'],
    ['parts.0.shard', { index: 2, count: 2 }, 'parts[0].asked: expected 0, got 1'],
    ['parts.0.targets.0.results', 0, 'runs[0].cases: expected 0 results as parts say, got 1'],
    ['parts.0.targets.0.results', 2, 'parts[0].targets[0].results: expected at most 1, got 2'],
    ['parts.0.targets.0.unavailable', 'no', 'parts[0].targets[0]: expected no results of what is unavailable, got 1'],
    ['parts.0.targets.0.target', 'wasm', "parts[0].targets[0]: expected a run of 'wasm', got none"],
    ['parts.0.targets', [], "runs[0]: expected 'cpu' among the targets of a part, got none"],
    ['runs', [good.runs[0], good.runs[0]], "runs: expected each target once, got 'cpu' twice"],
    ['runs.0.cases', [failed, failed], "runs[0].cases: expected one result of each case, got two of 'A:law:b:rows=1'"],
    ['runs.0.unavailable', 'no', 'runs[0].unavailable: parts say something else'],
  ])('is refused where %s is %j', async (place, value, reason) => {
    await refuses(changed(place, value), reason);
  });

  it('is none where it is a folder or not there', async () => {
    await expect(readReport(folder)).rejects.toThrow(`${folder}: EISDIR`);
    await expect(readReport(join(folder, 'nowhere'))).rejects.toThrow('nowhere: ENOENT');
  });
});
