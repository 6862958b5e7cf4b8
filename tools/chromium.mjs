// The one place that knows where Chromium is and how it is started. Plain JavaScript, because
// tools/bootstrap imports it before anything is installed.
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

/** Headless, offline, and with WebGL and WebGPU on the software GPU where there is no other. */
export const chromiumFlags = Object.freeze([
  '--headless=new',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
]);

/**
 * The Chromium to use: the one the environment names, the system's, or Playwright's own if it has
 * been downloaded.
 * @returns {string | undefined}
 */
export function chromiumPath() {
  return fromEnvironment() ?? fromSystem() ?? fromPlaywright();
}

/** A path that is named but cannot be run is an error, not a reason to take another browser. */
function fromEnvironment() {
  for (const name of ['CHROMIUM_PATH', 'CHROME_PATH']) {
    const path = process.env[name];
    if (!path) continue;
    if (!isExecutable(path)) throw new Error(`${name} is ${path}, which is not a program.`);
    return path;
  }
  return undefined;
}

function fromSystem() {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find(isExecutable);
}

/** @returns {string | undefined} */
function fromPlaywright() {
  try {
    const { chromium } = createRequire(import.meta.url)('playwright');
    const path = chromium.executablePath();
    return isExecutable(path) ? path : undefined;
  } catch {
    return undefined; // Not installed, or not for this system.
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
