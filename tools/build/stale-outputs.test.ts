import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { filesUnder } from '../workspace.js';
import { removeStaleOutputs } from './stale-outputs.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stale-outputs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
}

it('keeps the outputs of sources that are there, and no others', () => {
  const kept = [
    'common.cjs',
    'common.d.cts',
    'index.d.ts',
    'index.d.ts.map',
    'index.js',
    'index.js.map',
    'loss/mean.d.ts',
    'loss/mean.js',
  ];
  write('src/common.cts', 'src/index.ts', 'src/loss/mean.ts', ...kept.map((path) => `dist/${path}`));
  write('dist/gone.js', 'dist/gone.d.ts', 'dist/loss/gone.js.map');
  removeStaleOutputs(folder);
  expect(filesUnder(join(folder, 'dist'))).toEqual(kept);
});

it('does nothing in a package that was never built', () => {
  write('src/index.ts');
  removeStaleOutputs(folder);
  expect(filesUnder(folder)).toEqual(['src/index.ts']);
});
