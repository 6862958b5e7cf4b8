import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync, Visitor } from 'vite';
import { filesUnder, type WorkspacePackage } from '../workspace.js';
import { declaredDependencies } from './floors.js';

/** Says where a source imports something by a path out of its package, or something not declared. */
export function importProblems({ folder, manifest }: WorkspacePackage): readonly string[] {
  const declared = new Set([...declaredDependencies(manifest), ...Object.keys(manifest.imports ?? {})]);
  return filesUnder(join(folder, 'src')).flatMap((path) =>
    importsOf(readFileSync(join(folder, 'src', path), 'utf8'))
      .map((specifier) => importProblem(specifier, path, declared))
      .filter((problem) => problem !== undefined)
      .map((problem) => `${manifest.name}: src/${path} ${problem}`),
  );
}

function importProblem(specifier: string, importer: string, declared: ReadonlySet<string>): string | undefined {
  if (specifier.startsWith('.')) {
    const leaves = normalize(join(dirname(importer), specifier)).startsWith('..');
    return leaves ? `imports ${specifier}, which is outside src` : undefined;
  }
  if (specifier.startsWith('node:') || declared.has(packageOf(specifier))) return undefined;
  return `imports ${specifier}, which its package.json does not declare`;
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Everything that a TypeScript module imports: values, types, and dynamic imports of a constant. */
export function importsOf(source: string): readonly string[] {
  const found = new Set<string>();
  const add = (node: { readonly value?: unknown } | null): void => {
    if (typeof node?.value === 'string') found.add(node.value);
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add('value' in node.source ? node.source : null),
    TSImportType: (node) => add(node.source),
  }).visit(parseSync('module.ts', source).program);
  return [...found];
}
