import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../workspace.js';
import { modules } from './build.js';

it.each(Object.entries(modules))('the WebAssembly in %s is what its source says', async (path, built) => {
  const content = (text: string): (string | undefined)[] => [
    /'([\w+/=]+)'/.exec(text)?.[1],
    /SCRATCH = (\d+)/.exec(text)?.[1],
  ];
  expect(content(await readFile(join(root, path), 'utf8'))).toEqual(content(await built()));
});
