import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { attempt } from '@tfjs-heads/conformance-kit/host';
import type { Browser } from '../engine.js';

/** The driver of a browser, as it is found on this machine. */
export interface DriverHere {
  readonly program: string;
  readonly args: (port: number) => readonly string[];
  /** What it is asked for. */
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/** Browsers that are driven by a program of their own. */
export type Driven = Exclude<Browser, 'chromium'>;

/**
 * Finds the driver of a browser, and the browser where its driver does not.
 *
 * @param origin Of the page to be opened.
 * @returns It, or what is missing and how to get it
 */
export function findDriver(browser: Driven, origin: string): DriverHere | string {
  if (browser === 'firefox') return findFirefox(origin);
  return process.platform === 'darwin' ? findSafari() : findWebKit();
}

/** Whether the machine has one browser of the kind for all programs. */
export function isOneForAll(browser: Browser): boolean {
  return browser === 'webkit' && process.platform === 'darwin';
}

function findFirefox(origin: string): DriverHere | string {
  const program = found('GECKODRIVER_PATH', ['geckodriver'], [join(homedir(), '.cargo', 'bin', 'geckodriver')]);
  if (program === undefined)
    return 'geckodriver was not found: cargo install geckodriver, or name one in GECKODRIVER_PATH';
  const binary = found('FIREFOX_PATH', ['firefox-esr', 'firefox']);
  if (binary === undefined && process.platform === 'linux')
    return 'Firefox was not found: apt-get install firefox-esr, or name one in FIREFOX_PATH';
  return {
    program,
    args: (port) => ['--port', String(port), '--websocket-port', '0', '--log', 'error'],
    capabilities: firefoxCapabilities(origin, binary),
  };
}

/** What a Firefox is asked for, here or elsewhere. */
export function firefoxCapabilities(origin: string, binary?: string): DriverHere['capabilities'] {
  const prefs = {
    'dom.webgpu.enabled': true,
    // A GPU in software is on its lists of those that are not to be used.
    'gfx.webgpu.ignore-blocklist': true,
    'webgl.force-enabled': true,
    // A page from another machine counts as insecure and has no WebGPU, unless allowed.
    'dom.securecontext.allowlist': new URL(origin).hostname,
    // A case on a GPU in software may take long.
    'dom.max_script_run_time': 0,
    'devtools.console.stdout.content': true,
  };
  return { browserName: 'firefox', 'moz:firefoxOptions': { ...(binary !== undefined && { binary }), prefs } };
}

function findWebKit(): DriverHere | string {
  const program = found('WEBKIT_DRIVER_PATH', ['WebKitWebDriver']);
  if (program === undefined)
    return 'WebKitWebDriver was not found: apt-get install webkit2gtk-driver, or name one in WEBKIT_DRIVER_PATH';
  const miniBrowser = found(undefined, [], miniBrowsers());
  const epiphany = found(undefined, ['epiphany', 'epiphany-browser']);
  if (miniBrowser === undefined && epiphany === undefined)
    return 'WebKitWebDriver has no browser: neither MiniBrowser nor Epiphany was found (apt-get install webkit2gtk-driver epiphany-browser)';
  const options =
    miniBrowser === undefined
      ? { binary: epiphany, args: ['--automation-mode'] }
      : { binary: miniBrowser, args: ['--automation'] };
  return {
    program,
    args: (port) => [`--port=${port}`],
    capabilities: {
      browserName: miniBrowser === undefined ? 'Epiphany' : 'MiniBrowser',
      'webkitgtk:browserOptions': options,
    },
  };
}

/** Where distributions keep it, which is no program for users. */
function miniBrowsers(): readonly string[] {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const folders = [`/usr/lib/${machine}-linux-gnu`, '/usr/libexec', '/usr/lib', '/usr/lib64'];
  const versions = ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0'];
  return folders.flatMap((folder) => versions.map((version) => join(folder, version, 'MiniBrowser')));
}

function findSafari(): DriverHere | string {
  const program = found(undefined, ['safaridriver']);
  if (program === undefined)
    return 'safaridriver was not found: it comes with Safari, and `safaridriver --enable` allows it';
  return { program, args: (port) => ['--port', String(port)], capabilities: { browserName: 'safari' } };
}

/** By a variable, whatever it names, else the first of some names in `PATH`, else one of some places. */
function found(
  variable: string | undefined,
  names: readonly string[],
  places: readonly string[] = [],
): string | undefined {
  const told = variable === undefined ? undefined : process.env[variable];
  if (told !== undefined && told !== '') return told;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return [...names.flatMap((name) => folders.map((folder) => join(folder, `${name}${suffix}`))), ...places].find(
    (path) => attempt(() => accessSync(path, constants.X_OK) ?? true) === true,
  );
}
