import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { readJson, root } from '../workspace.js';
import type { Tarball } from './pack.js';

/** Installs tarballs in a folder, and beside them other packages: by name, in the version of the lock, or `name@version`. */
export async function install(
  tarballs: readonly Tarball[],
  companions: readonly string[],
  folder: string,
): Promise<void> {
  const dependencies = Object.fromEntries([
    ...companions.map(nameAndVersion),
    ...tarballs.map(({ name, path }) => [name, `file:${path}`]),
  ]);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await execa('npm', ['install', ...flags], { cwd: folder });
}

function nameAndVersion(companion: string): readonly [string, string] {
  const at = companion.indexOf('@', 1);
  return at > 0 ? [companion.slice(0, at), companion.slice(at + 1)] : [companion, lockedVersion(companion)];
}

function lockedVersion(name: string): string {
  const { packages } = readJson<{ packages: Record<string, { version: string }> }>(join(root, 'package-lock.json'));
  const version = packages[`node_modules/${name}`]?.version;
  if (version === undefined) throw new Error(`${name} is not in package-lock.json.`);
  return version;
}
