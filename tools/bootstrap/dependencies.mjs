import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/** @typedef {{ version?: string, integrity?: string, link?: boolean, resolved?: string, optional?: boolean }} Entry */
/** @typedef {Record<string, Entry>} Entries */

/** Installs what package-lock.json says, unless it is there already. Returns a few words on it. */
export function prepareDependencies() {
  const wanted = lockedPackages('package-lock.json');
  if (!wanted) throw new Error('package-lock.json is missing or not JSON.');
  // npm writes this file when an installation is complete.
  const installed = lockedPackages('node_modules/.package-lock.json');
  const difference = installed ? firstDifference(wanted, installed) : 'nothing is installed yet';
  if (difference === undefined) return 'dependencies are up to date';

  console.log(`bootstrap: dependencies: ${difference}`);
  // Nothing here needs an install script; without them every machine gets the same files.
  run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
  return 'dependencies installed';
}

/**
 * @param {string} path
 * @returns {Entries | undefined}
 */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Says where `installed` is not what `wanted` asks for. An optional package may be missing: most of
 * them are for another operating system.
 * @param {Entries} wanted
 * @param {Entries} installed
 * @returns {string | undefined}
 */
function firstDifference(wanted, installed) {
  for (const [path, entry] of Object.entries(wanted)) {
    const found = installed[path];
    if (path === '' || (!found && entry.optional)) continue; // '' is the root itself.
    if (!found) return `${path} is not installed`;
    if (identity(found) !== identity(entry)) return `${path} is another version`;
  }
  const extra = Object.keys(installed).find((path) => !(path in wanted));
  return extra === undefined ? undefined : `${extra} should not be there`;
}

/** @param {Entry} entry */
function identity({ version, integrity, link, resolved }) {
  return link ? `link to ${resolved}` : `${version} ${integrity}`;
}
