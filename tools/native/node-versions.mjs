import { join } from 'node:path';
import { cacheFolder, makeFolder } from './cache.mjs';
import { Problem } from './problem.mjs';
import { run } from './run.mjs';

/** Other versions of Node that the project promises to run on. */
export const NODE_VERSIONS = ['22.23.3', '24.21.0'];

/**
 * The program of another Node, out of the packages behind the npm package `node`, whose own install script
 * would fetch them. They are no dependencies: they would put another `node` on the path of npm's scripts.
 * @param {string} version
 * @param {{ cache?: string }} options
 */
export async function ensureNode(version, { cache = cacheFolder() } = {}) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = await makeFolder(join(cache, `node-${version}`), async (unfinished) => {
    const { status, output } = await run('npm', [
      'install',
      '--prefix',
      unfinished,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      `${name}@${version}`,
    ]);
    if (status !== 0)
      throw new Problem(
        `npm could not install ${name}@${version}:\n${output.trim()}`,
        'Check that this machine reaches an npm registry.',
      );
  });
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}
