import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { built } from './build.js';

it('the WebAssembly in head-kit is what its source says', async () => {
  const file = new URL('../../packages/head-kit/src/losses/simd-module.ts', import.meta.url);
  const bytes = (text: string): string | undefined => /'([\w+/=]+)'/.exec(text)?.[1];
  const numbers = (text: string): string[] => [...text.matchAll(/(\w+)(?: =|:) (\d+)/g)].map(([match]) => match);
  const [stands, should] = [await readFile(file, 'utf8'), await built()];
  expect(bytes(stands)).toBe(bytes(should));
  expect(numbers(stands)).toEqual(numbers(should));
});
