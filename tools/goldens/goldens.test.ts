import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differenceOf } from './difference.js';
import { goldenFiles, staleness } from './files.js';
import { formatJson } from './json.js';

const files = goldenFiles();
const regression = 'packages/head-regression/goldens/regression-head.json';
const poisson = 'packages/head-regression/goldens/poisson-regression-head.json';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'goldens-'));
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
});
afterEach(() => rm(folder, { recursive: true }));

describe('the check of goldens', () => {
  it('passes files as they are written', async () => {
    expect(await staleness(folder, files)).toEqual([]);
  });

  it('names the first number that has changed', async () => {
    const path = join(folder, regression);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"loss": { "values": [6.5]', '"loss": { "values": [6.25]'));
    expect(await staleness(folder, files)).toEqual([`${regression}: cases[0].loss.values[0] is 6.25, generated 6.5`]);
  });

  it('names what is missing or does not read', async () => {
    await rm(join(folder, regression));
    await writeFile(join(folder, poisson), '{');
    const [first, second, ...rest] = await staleness(folder, files);
    expect(first).toBe(`${regression}: there is no such file`);
    expect(second).toContain(`${poisson}: SyntaxError`);
    expect(rest).toEqual([]);
  });

  it('names what nothing generates', async () => {
    await writeFile(join(dirname(join(folder, regression)), 'other.json'), '{}');
    expect(await staleness(folder, files)).toEqual([
      'packages/head-regression/goldens/other.json: nothing generates it',
    ]);
  });

  it('refuses another layout', async () => {
    const path = join(folder, regression);
    await writeFile(path, JSON.stringify(JSON.parse(await readFile(path, 'utf8'))));
    expect(await staleness(folder, files)).toEqual([`${regression}: the same values, laid out in another way`]);
  });

  it('has names for its cases that tell them apart, and files small enough to read', () => {
    for (const text of files.values()) {
      const { cases, evaluations, trainings } = JSON.parse(text) as Record<string, { parameters: object }[]>;
      for (const list of [cases, evaluations, trainings])
        expect(new Set(list?.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(list?.length);
      expect(text.length).toBeLessThan(400_000);
    }
  });
});

describe('differenceOf', () => {
  it.each([
    [{ a: [1, 2] }, { a: [1, 2] }, undefined],
    [{ a: [1, 2] }, { a: [1, 3] }, 'a[1] is 2, generated 3'],
    [{ a: 1 }, { a: 1, b: null }, 'b is missing, generated null'],
    [[], {}, 'all is [], generated {}'],
  ])('%j and %j: %s', (committed, generated, difference) => {
    expect(differenceOf(committed, generated)).toBe(difference);
  });
});

describe('formatJson', () => {
  it('keeps numbers and short things on a line', () => {
    const numbers = Array.from({ length: 60 }, (_, i) => i);
    const text = formatJson({ short: { a: 1 }, numbers, nothing: {} });
    expect(text).toBe(`{\n  "short": { "a": 1 },\n  "numbers": [${numbers.join(', ')}],\n  "nothing": {}\n}\n`);
    expect(JSON.parse(text)).toEqual({ short: { a: 1 }, numbers, nothing: {} });
  });
});
