import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { importProblems, importsOf, toolImportProblems } from './imports.js';

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

function fileIn(path: string, source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'imports-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), source);
  return folder;
}

function problemsOf(source: string, path = 'src/loss/mean.ts'): readonly string[] {
  const manifest = {
    name: '@tfjs-heads/head-kit',
    version: '0.1.0',
    dependencies: { '@scope/declared': '1.0.0' },
    devDependencies: { bundler: '1.0.0' },
    peerDependencies: { peer: '1.0.0' },
  };
  return importProblems(
    { folder: fileIn(path, source), manifest },
    { name: 'all', version: '0.0.0', devDependencies: { vitest: '1.0.0' } },
  );
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
  ['vitest', 'which its package.json does not declare'],
  ['bundler', 'which its package.json does not declare'],
  ['@tfjs-heads/head-api', 'which its package.json does not declare'],
  ['fs', 'which its package.json does not declare'],
])('refuses %s', (specifier, reason) => {
  expect(problemsOf(`import '${specifier}';`)).toEqual([
    `@tfjs-heads/head-kit: src/loss/mean.ts imports ${specifier}, ${reason}`,
  ]);
});

const places = [
  'test/mean.test.ts',
  'test/support/deep.ts',
  'test/programs/run.mjs',
  'benchmark/speed.ts',
  'build/bundle.mjs',
  'browser/entry.js',
  'loose.cts',
];

it.each(places)('lets %s import what is in its package, what is for development, itself, and floors below', (path) => {
  const up = '../'.repeat(path.split('/').length - 1) || './';
  for (const name of [
    `${up}src/index.js`,
    'vitest',
    'bundler',
    'peer',
    '@scope/declared',
    'node:fs',
    '@tfjs-heads/head-kit',
    '@tfjs-heads/head-api',
    '@tfjs-heads/reference',
    'made:by-the-bundler',
  ]) {
    expect(problemsOf(`import '${name}';`, path)).toEqual([]);
  }
  expect(problemsOf(`new URL('${up}src/index.js', import.meta.url);`, path)).toEqual([]);
});

it.each(places)('refuses what leaves the package from %s, its own floor and those above', (path) => {
  const leaving = `${'../'.repeat(path.split('/').length)}tools/workspace.js`;
  const outside = [`@tfjs-heads/head-kit: ${path} imports ${leaving}, which is outside the package`];
  for (const source of [
    `import '${leaving}';`,
    `export * from '${leaving}';`,
    `await import('${leaving}');`,
    `type A = import('${leaving}').A;`,
    `new URL('${leaving}', import.meta.url);`,
  ]) {
    if (!source.startsWith('type') || path.endsWith('ts')) expect(problemsOf(source, path)).toEqual(outside);
  }
  for (const name of [
    '@tfjs-heads/backends',
    '@tfjs-heads/head-regression',
    '@tfjs-heads/backend-conformance/chromium',
    '@tfjs-heads/nobody',
  ]) {
    expect(problemsOf(`import '${name}';`, path)).toEqual([
      `@tfjs-heads/head-kit: ${path} imports ${name}, which is not on a floor below it`,
    ]);
  }
  expect(problemsOf("import 'somebody-else';", path)).toEqual([
    `@tfjs-heads/head-kit: ${path} imports somebody-else, which its package.json does not declare`,
  ]);
});

it('looks at nothing that was made', () => {
  for (const path of ['dist/index.js', 'node_modules/a/index.js', 'test/node_modules/a/index.js'])
    expect(problemsOf("import '../../../x.js';", path)).toEqual([]);
});

it('lets tools import packages by name alone', () => {
  expect(
    toolImportProblems(fileIn('bench/main.ts', "import '../workspace.js'; import '@tfjs-heads/backends';")),
  ).toEqual([]);
  expect(toolImportProblems(fileIn('bench/main.ts', "import '../../packages/backends/src/index.js';"))).toEqual([
    'tools: bench/main.ts imports ../../packages/backends/src/index.js, which is outside tools',
  ]);
});
