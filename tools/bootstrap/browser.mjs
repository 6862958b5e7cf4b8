import { spawnSync } from 'node:child_process';
import { chromiumPath, softwareVulkanPath } from '@tfjs-heads/backend-conformance/chromium';
import { installDebianPackages } from './debian.mjs';
import { exists } from './run.mjs';

const help =
  'No Chromium was found. Install one (Debian: `apt-get install chromium`; anywhere: ' +
  '`npx playwright install chromium`) or name one in CHROMIUM_PATH.';

/** Finds a Chromium, or installs Debian's package with its driver. Returns a few words on it. */
export function prepareBrowser() {
  const found = chromiumPath();
  if (found) return `browser ${found}${withDriver(found)}${withVulkan()}`;

  try {
    installDebianPackages(['chromium', 'chromium-driver', 'libvulkan1']);
  } catch (error) {
    throw new Error(help, { cause: error });
  }
  const installed = chromiumPath();
  if (!installed) throw new Error(help);
  return `browser installed: ${installed}`;
}

/**
 * One test drives the browser by WebDriver; where there is no driver for it, only that test says so and is skipped.
 * @param {string} browser
 */
function withDriver(browser) {
  // The package's driver fits the package's browser alone.
  if (browser !== '/usr/bin/chromium' || exists('chromedriver')) return '';
  try {
    installDebianPackages(['chromium-driver'], '--non-interactive'); // It is not worth a password.
    return ' with chromedriver';
  } catch (error) {
    return ` without chromedriver (${error instanceof Error ? error.message : error})`;
  }
}

/** Chromium brings a Vulkan driver in software along, which gives Node a GPU too, but hides the loader of such drivers in its own folder. */
function withVulkan() {
  const isLoaderMissing =
    process.platform === 'linux' && softwareVulkanPath() !== undefined && !hasLibrary('libvulkan.so.1');
  if (!isLoaderMissing) return '';
  try {
    installDebianPackages(['libvulkan1'], '--non-interactive');
    return ' with libvulkan1';
  } catch (error) {
    return ` without libvulkan1 (${error instanceof Error ? error.message : error})`;
  }
}

/** @param {string} name */
function hasLibrary(name) {
  const { stdout } = spawnSync('ldconfig', ['-p'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env['PATH']}:/sbin:/usr/sbin` },
  });
  return (stdout ?? '').includes(name);
}
