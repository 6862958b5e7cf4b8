import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installDebianPackages } from './debian.mjs';
import { exists, run } from './run.mjs';

/** @typedef {{ what: string, isThere: () => boolean, install: () => void }} Part */

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const cargoBin = join(homedir(), '.cargo', 'bin', 'geckodriver');

/** @type {readonly Part[]} */
const webkit = [
  debian('WebKitWebDriver', 'webkit2gtk-driver', () => exists('WebKitWebDriver')),
  debian('Xvfb', 'xvfb', () => process.env['DISPLAY'] !== undefined || exists('Xvfb')),
];

/** @type {readonly Part[]} */
const firefox = [
  debian('Firefox', 'firefox-esr', () => exists('firefox-esr') || exists('firefox')),
  debian('OpenGL in software', 'libgl1-mesa-dri', () => existsSync(`/usr/lib/${machine}-linux-gnu/dri/swrast_dri.so`)),
  debian('Vulkan in software', 'mesa-vulkan-drivers', hasVulkan),
  {
    what: 'geckodriver',
    isThere: () => exists('geckodriver') || existsSync(cargoBin),
    install: () => {
      if (!exists('cargo')) throw new Error('it is in no package of Debian, and there is no cargo to build it');
      run('cargo', 'install', 'geckodriver');
    },
  },
];

/**
 * Installs Firefox and WebKit with their drivers, as far as that can be done: what is missing the suite reports as unavailable. Returns
 * a few words on it.
 * @param {boolean} all Whether Firefox too, whose driver takes minutes to build.
 */
export function prepareEngines(all) {
  const parts = all ? [...webkit, ...firefox] : webkit;
  const missing = parts
    .filter(({ isThere }) => !isThere())
    .flatMap(({ what, install }) => {
      try {
        install();
        return [];
      } catch (error) {
        console.log(`bootstrap: ${what}: ${error instanceof Error ? error.message : error}`);
        return [what];
      }
    });
  const names = all ? 'Firefox and WebKit' : 'WebKit';
  return missing.length === 0 ? names : `${names} without ${missing.join(', ')}`;
}

/**
 * @param {string} what
 * @param {string} name
 * @param {() => boolean} isThere
 * @returns {Part}
 */
function debian(what, name, isThere) {
  return { what, isThere, install: () => installDebianPackages([name], '--non-interactive') };
}

function hasVulkan() {
  return ['lvp_icd.json', `lvp_icd.${machine}.json`].some((file) => existsSync(`/usr/share/vulkan/icd.d/${file}`));
}
