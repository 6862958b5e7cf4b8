import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync, Visitor } from 'vite';
import { filesUnder, readJson, root, type Manifest, type WorkspacePackage } from '../workspace.js';
import { declaredDependencies, isBelow, scope } from './floors.js';

const CODE = /\.[cm]?[jt]s$/;

/** What a build or an installation makes. */
const MADE = /(^|\/)(dist|node_modules)\//;

/**
 * Says where code of a package imports something by a path out of it, something not declared, or a package of ours that is
 * not on a floor below. Its sources must say in package.json what they take, and reach nothing beside src; tests, benchmarks and
 * builds may take what is there for the development of the whole repository.
 */
export function importProblems(
  { folder, manifest }: WorkspacePackage,
  shared: Manifest = readJson(join(root, 'package.json')),
): readonly string[] {
  const outside = filesUnder(folder).filter((path) => CODE.test(path) && !MADE.test(path) && !path.startsWith('src/'));
  const declared = new Set([...declaredDependencies(manifest), ...Object.keys(manifest.imports ?? {})]);
  // A name with a scheme is made by a plugin of the bundler.
  const isInstalled = (name: string): boolean =>
    /^[a-z]+:/.test(name) ||
    name === manifest.name ||
    developmentOf(manifest, shared).has(name) ||
    isBelow(name, manifest.name);
  const problems = [
    ...filesUnder(join(folder, 'src')).flatMap((path) =>
      problemsOf(join(folder, 'src'), path, 'src', (name) => declared.has(name)).map((problem) => `src/${problem}`),
    ),
    ...outside.flatMap((path) => problemsOf(folder, path, 'the package', isInstalled)),
  ];
  return problems.map((problem) => `${manifest.name}: ${problem}`);
}

/** The same of tools: they take packages by name, as strangers do. */
export function toolImportProblems(folder: string): readonly string[] {
  return filesUnder(folder)
    .filter((path) => CODE.test(path) && !MADE.test(path))
    .flatMap((path) => problemsOf(folder, path, 'tools', () => true))
    .map((problem) => `tools: ${problem}`);
}

/** What may be imported beside what users have installed: for all of the repository, and for the package and its examples. */
function developmentOf(manifest: Manifest, shared: Manifest): ReadonlySet<string> {
  const names = [manifest, shared].flatMap((declaring) => [
    ...declaredDependencies(declaring),
    ...Object.keys(declaring.devDependencies ?? {}),
  ]);
  return new Set([...names.filter((name) => !name.startsWith(scope)), ...Object.keys(manifest.imports ?? {})]);
}

function problemsOf(
  folder: string,
  path: string,
  place: string,
  isDeclared: (name: string) => boolean,
): readonly string[] {
  const { imports, urls } = referencesOf(readFileSync(join(folder, path), 'utf8'));
  const leaves = (specifier: string): boolean => normalize(join(dirname(path), specifier)).startsWith('..');
  const byPath = [...imports.filter((specifier) => specifier.startsWith('.')), ...(place === 'src' ? [] : urls)];
  const byName = imports.filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'));
  return [
    ...byPath.filter(leaves).map((specifier) => `${path} imports ${specifier}, which is outside ${place}`),
    ...byName
      .filter((specifier) => !isDeclared(packageOf(specifier)))
      .map((specifier) => `${path} imports ${specifier}, ${reasonFor(specifier, place)}`),
  ];
}

function reasonFor(specifier: string, place: string): string {
  return place !== 'src' && specifier.startsWith(scope)
    ? 'which is not on a floor below it'
    : 'which its package.json does not declare';
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Everything that a module imports: values, types, and dynamic imports of a constant. */
export function importsOf(source: string): readonly string[] {
  return referencesOf(source).imports;
}

/** What a module imports, and the code whose address it makes of its own: `new URL('../program.js', import.meta.url)`. */
function referencesOf(source: string): { readonly imports: readonly string[]; readonly urls: readonly string[] } {
  const [imports, urls] = [new Set<string>(), new Set<string>()];
  const add = (node: { readonly value?: unknown } | null): void => {
    if (typeof node?.value === 'string') imports.add(node.value);
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add('value' in node.source ? node.source : null),
    TSImportType: (node) => add(node.source),
    NewExpression({ callee, arguments: [path] }) {
      const isUrl = callee.type === 'Identifier' && callee.name === 'URL';
      if (
        isUrl &&
        path?.type === 'Literal' &&
        typeof path.value === 'string' &&
        path.value.startsWith('.') &&
        CODE.test(path.value)
      )
        urls.add(path.value);
    },
  }).visit(parseSync('module.ts', source).program);
  return { imports: [...imports], urls: [...urls] };
}
