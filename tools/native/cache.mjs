import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Where downloads and builds live: outside the repository, shared by all clones on this machine. */
export function cacheFolder(environment = process.env) {
  return environment.TFJS_HEADS_CACHE || join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tfjs-heads');
}

/**
 * Makes `folder` by having `fill` write a folder beside it and renaming that into place, so that a
 * folder which exists is complete, whatever killed an earlier run and whoever builds it meanwhile.
 * @param {string} folder
 * @param {(unfinished: string) => Promise<void>} fill
 */
export async function makeFolder(folder, fill) {
  if (existsSync(folder)) return folder;
  removeLeftovers(folder);
  const unfinished = `${folder}.${process.pid}.part`;
  mkdirSync(unfinished, { recursive: true });
  try {
    await fill(unfinished);
    try {
      renameSync(unfinished, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/**
 * Removes what a killed run left beside `folder`; what a living process writes there stays.
 * @param {string} folder
 */
export function removeLeftovers(folder) {
  const parent = dirname(folder);
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(`${basename(folder)}.`) && /\.(\d+)\.part$/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
