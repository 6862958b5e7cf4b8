// Builds every package through nx, which skips what has not changed. Arguments are passed on to nx.
// Prints one line, or everything when something is wrong.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { BUILD_HAS_RUN } from '../test/requirements.js';
import { root, workspacePackages } from '../workspace.js';
import { removeStaleOutputs } from './stale-outputs.js';

if (process.env[BUILD_HAS_RUN] === undefined) await build();

async function build(): Promise<void> {
  const start = performance.now();
  const result = await execa('nx', ['run-many', '-t', 'build', '--outputStyle=static', ...process.argv.slice(2)], {
    cwd: root,
    preferLocal: true,
    reject: false,
    all: true,
    env: { NX_TUI: 'false', NX_DAEMON: 'false' },
  });

  if (result.failed) {
    console.error(result.all);
    process.exitCode = 1;
  } else {
    const packages = workspacePackages();
    packages.forEach(({ folder }) => removeStaleOutputs(folder));
    // There is one for all, and each tarball has it.
    for (const { folder, manifest } of packages)
      if (!manifest.private) copyFileSync(join(root, 'CHANGELOG.md'), join(folder, 'CHANGELOG.md'));
    console.log(`build: ${packages.length} packages ready (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  }
}
