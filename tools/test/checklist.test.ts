import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, workspacePackages } from '../workspace.js';
import { linesNamedIn, linesWithoutTest } from './checklist.js';

it.each([
  ["it('line 7: a head', () => {", [7]],
  ["describe('lines 43 and 44: it', () => {", [43, 44]],
  ["it('what trains (lines 1, 75 to 77)', () => {", [1, 75, 76, 77]],
  ["  // Line 7, line 8 and lines 9 to 12\nit('x', () => {", []],
  ["it('has 7 lines: 8', () => {", []],
])('reads %j', (source, lines) => expect([...linesNamedIn(source)]).toEqual(lines));

it('each line of the checklist is named by a test that shows it', () => {
  const folders = workspacePackages().map(({ folder }) => join(folder, 'test'));
  expect(linesWithoutTest([...folders, join(root, 'tools', 'exports')])).toEqual([]);
});
