import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { importProblems, importsOf } from './imports.js';

it('finds every way to import', () => {
  const source = `
    import type { A } from 'a';
    import { type B, b } from 'b';
    import 'c';
    export * from './d.js';
    export type { E } from 'e';
    const f = await import('f');
    type G = import('g').G;
    const notOne = await import(\`./\${f}.js\`);
    // import 'comment'
    export const text = "import 'text'";
  `;
  expect(importsOf(source)).toEqual(['a', 'b', 'c', './d.js', 'e', 'f', 'g']);
});

function problemsOf(source: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'imports-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'src', 'loss'), { recursive: true });
  writeFileSync(join(folder, 'src', 'loss', 'mean.ts'), source);
  const manifest = {
    name: 'house',
    version: '0.1.0',
    dependencies: { '@scope/declared': '1.0.0' },
    peerDependencies: { peer: '1.0.0' },
  };
  return importProblems({ folder, manifest });
}

it.each(['../index.js', './other.js', '@scope/declared', '@scope/declared/deep.js', 'peer', 'node:fs'])(
  'lets a source import %s',
  (specifier) => {
    expect(problemsOf(`import '${specifier}';`)).toEqual([]);
  },
);

it.each([
  ['../../../head-api/src/index.js', 'which is outside src'],
  ['../../dist/index.js', 'which is outside src'],
  ['@scope/other', 'which its package.json does not declare'],
  ['fs', 'which its package.json does not declare'],
])('refuses %s', (specifier, reason) => {
  expect(problemsOf(`import '${specifier}';`)).toEqual([`house: src/loss/mean.ts imports ${specifier}, ${reason}`]);
});
