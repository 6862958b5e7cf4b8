// Checks the packages as they would be published: what each may depend on, its tarball, and a
// program that uses them all.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, workspacePackages } from '../workspace.js';
import { consumerProblems } from './consume.js';
import { floorProblems } from './floors.js';
import { houseProblems } from './house.js';
import { importProblems, toolImportProblems } from './imports.js';
import { leanProblems } from './lean.js';
import { pack } from './pack.js';
import { tarballProblems } from './tarball.js';

const packages = workspacePackages();
const published = packages.filter(({ manifest }) => !manifest.private);
const problems = [
  ...houseProblems(packages),
  ...packages.flatMap((workspace) => [...floorProblems(workspace.manifest), ...importProblems(workspace)]),
  ...toolImportProblems(join(root, 'tools')),
];

// Outside the repository, or its node_modules would lend what a package forgot to declare.
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'check-packages-')));
try {
  const tarballs = await pack(published, scratch);
  for (const tarball of tarballs) problems.push(...(await tarballProblems(tarball)));
  const consumer = join(scratch, 'consumer');
  mkdirSync(consumer);
  problems.push(...(await consumerProblems(tarballs, consumer)));
  const lean = join(scratch, 'lean');
  mkdirSync(lean);
  problems.push(...(await leanProblems(tarballs, lean)));
} catch (error) {
  problems.push(error instanceof Error ? error.message : String(error));
} finally {
  rmSync(scratch, { recursive: true });
}

problems.forEach((problem) => console.error(`check-packages: ${problem}`));
if (problems.length > 0) process.exitCode = 1;
else console.log(`check-packages: ${published.map(({ manifest }) => manifest.name).join(', ')} are fit to publish`);
