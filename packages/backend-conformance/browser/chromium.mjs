// The one place that knows where Chromium is and how it is started. Plain JavaScript, because
// the repository's tools/bootstrap imports it before anything is built.
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';

/** Headless and offline. */
const always = [
  '--headless=new',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const chromiumFlags = Object.freeze([
  ...always,
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-gpu-compositing', // What nobody sees need not be put together on that GPU.
]);

// Without a screen Chromium on Linux reaches a GPU by Vulkan alone; elsewhere it finds one by itself.
const vulkan = ['--use-angle=vulkan', '--enable-features=Vulkan', '--disable-vulkan-surface'];

export const chromiumGpuFlags = Object.freeze([
  ...always,
  '--ignore-gpu-blocklist',
  '--enable-unsafe-webgpu',
  ...(process.platform === 'linux' ? vulkan : []),
]);

export function chromiumPath() {
  return fromEnvironment() ?? fromSystem() ?? fromPlaywright();
}

export function softwareVulkanPath() {
  const chromium = chromiumPath();
  if (chromium === undefined) return undefined;
  // Beside the program, or where Debian keeps what its script in /usr/bin starts.
  const folders = [dirname(realpathSync(chromium)), join('/usr/lib', basename(chromium))];
  return folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find((path) => existsSync(path));
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

function fromPlaywright() {
  try {
    const { chromium } = createRequire(import.meta.url)('playwright-core');
    const path = chromium.executablePath();
    return isExecutable(path) ? path : undefined;
  } catch {
    return undefined; // Not installed, or not for this system.
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
