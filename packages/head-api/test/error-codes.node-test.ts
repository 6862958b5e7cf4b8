import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const declared = Array.from(read('../src/error.ts').matchAll(/\| '([A-Z_]+)'/g), ([, code]) => code);
const rows = Array.from(read('../README.md').matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm), ([, code, when]) => ({
  code,
  when,
}));

it('the README tells of each error code, in their order, when it applies', () => {
  expect(declared.length).toBeGreaterThan(30);
  expect(rows.map(({ code }) => code)).toEqual(declared);
  expect(rows.filter(({ when }) => (when ?? '').length < 15)).toEqual([]);
});
