import { expect, it } from 'vitest';
import type { Manifest } from '../workspace.js';
import { floorProblems } from './floors.js';

function manifest(name: string, ...dependencies: readonly string[]): Manifest {
  const versions = Object.fromEntries(dependencies.map((dependency) => [dependency, '0.1.0']));
  return { name, version: '0.1.0', dependencies: versions };
}

it('lets a package build on any floor below, and on other people’s packages', () => {
  const problems = floorProblems(
    manifest('@tfjs-heads/estimator', '@tfjs-heads/head-api', '@tfjs-heads/head-multi', 'd3-array'),
  );
  expect(problems).toEqual([]);
});

it.each([
  ['its own floor', '@tfjs-heads/head-regression', '@tfjs-heads/head-multi'],
  ['a floor above', '@tfjs-heads/head-api', '@tfjs-heads/head-kit'],
  ['an unknown package of ours', '@tfjs-heads/head-kit', '@tfjs-heads/basement'],
])('refuses %s', (_, name, dependency) => {
  expect(floorProblems(manifest(name, dependency))).toEqual([
    `${name} depends on ${dependency}, which is not on a floor below it`,
  ]);
});

it('counts peer dependencies', () => {
  const peer = {
    name: '@tfjs-heads/head-kit',
    version: '0.1.0',
    peerDependencies: { '@tfjs-heads/backends': '0.1.0' },
  };
  expect(floorProblems(peer)).toHaveLength(1);
});

it('refuses a package without a floor', () => {
  expect(floorProblems(manifest('@tfjs-heads/attic'))).toEqual([
    '@tfjs-heads/attic has no floor in tools/check-packages/floors.ts',
  ]);
});
