import { chromiumPath } from '../chromium.mjs';
import { exists, run } from './run.mjs';

const help =
  'No Chromium was found. Install one (Debian: `apt-get install chromium`; anywhere: ' +
  '`npx playwright install chromium`) or name one in CHROMIUM_PATH.';

/** Finds a Chromium, or installs Debian's package. Returns a few words on it. */
export function prepareBrowser() {
  const found = chromiumPath();
  if (found) return `browser ${found}`;

  installDebianPackage();
  const installed = chromiumPath();
  if (!installed) throw new Error(help);
  return `browser installed: ${installed}`;
}

function installDebianPackage() {
  if (!exists('apt-get')) throw new Error(help);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !exists('sudo')) throw new Error(`${help} (This user is not root and has no sudo.)`);

  // `env` sets the variable, since sudo hands none on.
  const aptGet = [...(isRoot ? [] : ['sudo']), 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  try {
    run(...aptGet, 'update');
    run(...aptGet, 'install', '-y', '--no-install-recommends', 'chromium');
  } catch (error) {
    throw new Error(help, { cause: error });
  }
}
