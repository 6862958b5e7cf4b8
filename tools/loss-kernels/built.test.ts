import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../workspace.js';
import { built, MODULE } from './build.js';

it('the WebAssembly in head-kit is what its source says', async () => {
  const bytes = (text: string): string | undefined => /'([\w+/=]+)'/.exec(text)?.[1];
  const numbers = (text: string): string[] => [...text.matchAll(/(\w+)(?: =|:) (\d+)/g)].map(([match]) => match);
  const [stands, should] = [await readFile(join(root, MODULE), 'utf8'), await built()];
  expect(bytes(stands)).toBe(bytes(should));
  expect(numbers(stands)).toEqual(numbers(should));
});
