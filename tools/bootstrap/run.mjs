import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/**
 * Runs a program in the repository's root. Shows what it printed only when it fails, and throws.
 * @param {...string} command
 */
export function run(...command) {
  const [program = '', ...args] = command;
  console.log(`bootstrap: ${command.join(' ')}`);
  const { error, status, signal, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: Infinity,
    // The keyboard stays connected: sudo may ask for a password.
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  if (error) throw new Error(`${program} could not be started: ${error.message}`);
  if (status === 0) return;
  process.stderr.write(stdout + stderr);
  throw new Error(`\`${command.join(' ')}\` failed (${signal ?? `exit code ${status}`}).`);
}

/** @param {string} program */
export function exists(program) {
  return !spawnSync(program, ['--version'], { stdio: 'ignore' }).error;
}
