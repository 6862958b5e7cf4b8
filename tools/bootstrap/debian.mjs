import { exists, run } from './run.mjs';

/**
 * Installs packages of Debian, as root or by sudo.
 * @param {readonly string[]} packages
 * @param {...string} sudoOptions
 */
export function installDebianPackages(packages, ...sudoOptions) {
  if (!exists('apt-get')) throw new Error('There is no apt-get.');
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !exists('sudo')) throw new Error('This user is not root and has no sudo.');

  // `env` sets the variable, since sudo hands none on.
  const aptGet = [
    ...(isRoot ? [] : ['sudo', ...sudoOptions]),
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-qq',
  ];
  run(...aptGet, 'update');
  run(...aptGet, 'install', '-y', '--no-install-recommends', ...packages);
}
