import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { removeLeftovers } from './cache.mjs';
import { PLATFORM, PYTHON } from './flavours.mjs';
import { Problem } from './problem.mjs';
import { canRun, run } from './run.mjs';

/** @type {readonly (readonly [string, ...string[]])[]} */
const PIPS = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']];

/**
 * Calls `use` with the path of the wheel, fetched by pip unless it lies in `<cache>/wheels` already
 * (where somebody without network may have put it). A wheel that was used is not needed again.
 * @param {import('./flavours.mjs').Flavour} flavour
 * @param {string} cache
 * @param {(line: string) => void} log
 * @param {(file: string) => Promise<void>} use
 */
export async function withWheel(flavour, cache, log, use) {
  const folder = join(cache, 'wheels');
  mkdirSync(folder, { recursive: true });
  const file = findWheel(folder, flavour) ?? (await download(flavour, folder, log));
  const found = await sha256(file);
  if (found !== flavour.sha256) {
    rmSync(file);
    throw new Problem(
      `The wheel of ${flavour.wheel} ${flavour.version} has sha256 ${found}, expected ${flavour.sha256}; it was removed.`,
      'Run this again; if it happens again, the package index serves another file than the official one.',
    );
  }
  await use(file);
  rmSync(file, { force: true });
}

/**
 * @param {string} folder
 * @param {import('./flavours.mjs').Flavour} flavour
 */
function findWheel(folder, { wheel, version }) {
  const prefix = `${wheel.replaceAll('-', '_')}-${version}-`;
  const name = readdirSync(folder).find((entry) => entry.startsWith(prefix) && entry.endsWith('.whl'));
  return name === undefined ? undefined : join(folder, name);
}

/**
 * @param {import('./flavours.mjs').Flavour} flavour
 * @param {string} folder
 * @param {(line: string) => void} log
 */
async function download(flavour, folder, log) {
  const pip = PIPS.find(([command, ...args]) => canRun(command, ...args));
  const byHand = `put the wheel of ${flavour.wheel} ${flavour.version} for Python ${PYTHON}, ${PLATFORM}, into ${folder}`;
  if (pip === undefined) {
    throw new Problem(
      'pip is missing: neither python3, python, pip3 nor pip can run it.',
      `Install it (Debian: apt-get install python3-pip), or ${byHand}.`,
    );
  }
  log(`downloading ${flavour.wheel} ${flavour.version} (${flavour.size}) with ${pip.join(' ')}`);
  removeLeftovers(join(folder, 'download'));
  const unfinished = join(folder, `download.${process.pid}.part`);
  try {
    const [command, ...args] = pip;
    const { status, output } = await run(command, [
      ...args,
      'download',
      '--disable-pip-version-check',
      '--no-input',
      '--progress-bar',
      'off',
      '--no-deps',
      '--only-binary=:all:',
      '--python-version',
      PYTHON,
      '--platform',
      PLATFORM,
      '--dest',
      unfinished,
      `${flavour.wheel}==${flavour.version}`,
    ]);
    if (status !== 0) {
      throw new Problem(
        `pip could not download ${flavour.wheel} ${flavour.version}:\n    ${output.trim().split('\n').slice(-3).join('\n    ')}`,
        `Check that this machine reaches a Python package index (pip config list), or ${byHand}.`,
      );
    }
    const from = findWheel(unfinished, flavour);
    if (from === undefined)
      throw new Problem(`pip reported success and left no wheel of ${flavour.wheel}.`, `Please ${byHand}.`);
    const to = join(folder, from.slice(unfinished.length + 1));
    renameSync(from, to);
    return to;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** @param {string} file */
async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
