import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../workspace.js';
import { modules } from './build.js';

it.each(modules)('the WebAssembly at $path is what its source says', async ({ path, built }) => {
  const bytes = (text: string): string | undefined => /'([\w+/=]+)'/.exec(text)?.[1];
  const numbers = (text: string): string[] => [...text.matchAll(/(\w+)(?: =|:) (\d+)/g)].map(([match]) => match);
  const [stands, should] = [await readFile(join(root, path), 'utf8'), await built()];
  expect(bytes(stands)).toBe(bytes(should));
  expect(numbers(stands)).toEqual(numbers(should));
});
