import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { attempt, reasonOf } from '@tfjs-heads/conformance-kit/host';
import type { EngineVersion, Runtime } from '../engine.js';
import { guard, howItEnded, killAll } from './guard.js';

const PATIENCE = 15_000; // ms; a runtime says its version at once

/** How a worker is started. */
export interface RuntimeHere extends EngineVersion {
  readonly program: string;
  readonly args: readonly string[];
  /** Whether it can read and write a descriptor that it was given, besides the three that every process has. */
  readonly hasPipes: boolean;
}

interface Known {
  readonly name: string;
  /** The npm package, and those that have its program for a system: installing does no more than put it elsewhere. */
  readonly npm: string;
  readonly programs: readonly string[];
  readonly args: readonly string[];
  readonly hasPipes: boolean;
}

const { platform, arch } = process;
const suffix = platform === 'win32' ? '.exe' : '';
const bunSystem = `${platform === 'win32' ? 'windows' : platform}-${arch === 'arm64' ? 'aarch64' : arch}`;

const known: Readonly<Record<Exclude<Runtime, 'node'>, Known>> = {
  bun: {
    name: 'Bun',
    npm: 'bun',
    programs: ['', '-musl'].map((libc) => `@oven/bun-${bunSystem}${libc}/bin/bun${suffix}`),
    args: ['run'],
    hasPipes: true,
  },
  deno: {
    name: 'Deno',
    npm: 'deno',
    programs: ['', '-glibc'].map((libc) => `@deno/${platform}-${arch}${libc}/deno${suffix}`),
    // As Node runs it: the packages that are there, and every right. What else it finds in a folder is for programs of its own.
    args: [
      'run',
      '--allow-all',
      '--quiet',
      '--unstable-sloppy-imports',
      '--no-config',
      '--no-lock',
      '--no-remote',
      '--node-modules-dir=manual',
    ],
    hasPipes: false,
  },
};

/**
 * Finds a JavaScript runtime: in `BUN_PATH` or `DENO_PATH`, in its npm package, or in `PATH`.
 *
 * @param signal Ends the search, and what it has started.
 * @returns It, or why it cannot be had
 * @throws Error where the signal aborts
 */
export async function findRuntime(runtime: Runtime, signal: AbortSignal): Promise<RuntimeHere | string> {
  if (runtime === 'node') {
    const [program, args] = [process.execPath, process.execArgv];
    return { name: 'Node', version: process.version.slice(1), program, args, hasPipes: true };
  }
  const { name, npm, programs, args, hasPipes } = known[runtime];
  const variable = `${runtime.toUpperCase()}_PATH`;
  const program = process.env[variable] || (fromPackage(npm, programs) ?? fromPath(`${runtime}${suffix}`));
  if (program === undefined) return `${name} was not found: npm install --save-dev ${npm}, or name one in ${variable}`;
  try {
    const said = await versionText(program, signal);
    return { name, version: /\d\S*/.exec(said)?.[0] ?? 'unknown', program, args, hasPipes };
  } catch (error) {
    signal.throwIfAborted();
    return `${program} cannot be run: ${reasonOf(error).split('\n')[0]}`;
  }
}

/** What a program prints as its version. However it ends, all that it has started ends with it. */
async function versionText(program: string, signal: AbortSignal): Promise<string> {
  const child = spawn(program, ['--version'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: process.platform !== 'win32', // a group of its own, to be killed as one
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const release = guard().adopt(child.pid);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const tooLong = sleep(PATIENCE, undefined, { signal: either }).then((): never => {
    throw new Error(`it did not say its version within ${PATIENCE / 1000} s`);
  });
  try {
    await Promise.race([once(child, 'close'), tooLong]);
    if (child.exitCode !== 0) throw new Error(`--version ended ${howItEnded(child)}`);
    return said;
  } finally {
    over.abort();
    killAll(child.pid);
    release();
  }
}

/** Where the user's project has it, or this package. */
function fromPackage(npm: string, programs: readonly string[]): string | undefined {
  return [join(process.cwd(), 'x.js'), import.meta.url]
    .flatMap((from) => {
      const require = createRequire(from);
      const own = attempt(() => createRequire(require.resolve(`${npm}/package.json`)));
      return [own, require].flatMap((requireFrom) =>
        programs.map((path) => attempt(() => programOf(requireFrom, path))),
      );
    })
    .find((path) => path !== undefined);
}

function programOf(require: NodeJS.Require | undefined, path: string): string | undefined {
  const [scope, name, ...rest] = path.split('/');
  const manifest = require?.resolve(`${scope}/${name}/package.json`);
  return manifest === undefined ? undefined : runnable(join(dirname(manifest), ...rest));
}

function fromPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  // The package's own program in there asks to be installed by a script.
  return folders
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, program))
    .find((path) => runnable(path) !== undefined);
}

function runnable(path: string): string | undefined {
  return attempt(() => {
    accessSync(path, constants.X_OK);
    return path;
  });
}
