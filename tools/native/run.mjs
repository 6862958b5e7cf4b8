import { spawn, spawnSync } from 'node:child_process';

/**
 * Whether `command` can be started here and answers `--version`.
 * @param {string} command
 * @param {string[]} args
 */
export function canRun(command, ...args) {
  return spawnSync(command, [...args, '--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Runs a command to its end; resolves to its exit status and all that it printed.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ status: number | null, output: string }>}
 */
export function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {Buffer[]} */
    const printed = [];
    child.stdout.on('data', (chunk) => printed.push(chunk));
    child.stderr.on('data', (chunk) => printed.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output: Buffer.concat(printed).toString() }));
  });
}
