import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { makeFolder } from './cache.mjs';
import { NAPI_VERSION } from './flavours.mjs';
import { Problem } from './problem.mjs';
import { canRun, run } from './run.mjs';

const BINARY = 'tfjs_binding.node';
const require = createRequire(import.meta.url);

/** @typedef {{ folder: string, version: string }} Installed */

/**
 * The installed npm package that the addon belongs to: its folder and version.
 * @param {import('./flavours.mjs').Flavour} flavour
 * @returns {Installed}
 */
export function findPackage({ npmPackage }) {
  const manifest = resolve(`${npmPackage}/package.json`);
  if (manifest === undefined) {
    throw new Problem(
      `The npm package ${npmPackage} is not installed.`,
      `npm install --ignore-scripts ${npmPackage}@4.22.0`,
    );
  }
  return { folder: dirname(manifest), version: JSON.parse(readFileSync(manifest, 'utf8')).version };
}

/** A C++ compiler that runs here. */
export function findCompiler(environment = process.env) {
  const compiler = [environment.CXX, 'g++', 'c++', 'clang++'].find((command) => command && canRun(command));
  if (compiler === undefined) {
    throw new Problem(
      'A C++ compiler is missing: none of $CXX, g++, c++, clang++ can run.',
      'Install one (Debian: apt-get install g++).',
    );
  }
  return compiler;
}

/**
 * @param {Installed} installed
 * @param {string} tensorflow
 */
function addonFolder({ version }, tensorflow) {
  return `${tensorflow}-addon-${version}-${process.arch}`;
}

/**
 * Compiles the package's addon against TensorFlow; the result stays in the cache.
 * @param {Installed} installed
 * @param {string} tensorflow
 * @param {string} compiler
 * @param {(line: string) => void} log
 */
export function ensureAddon(installed, tensorflow, compiler, log) {
  return makeFolder(addonFolder(installed, tensorflow), async (folder) => {
    const nodeApi = resolve('node-api-headers/package.json');
    if (nodeApi === undefined)
      throw new Problem('The npm package node-api-headers is not installed.', 'npm install node-api-headers');
    log(`building the addon of tfjs-node ${installed.version} with ${compiler}`);
    const { status, output } = await run(compiler, [
      '-shared',
      '-fPIC',
      '-O2',
      '-std=c++17',
      `-DNAPI_VERSION=${NAPI_VERSION}`,
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(installed.folder, 'binding', name)),
      `-I${join(dirname(nodeApi), 'include')}`,
      `-I${join(tensorflow, 'include')}`,
      `-I${dirname(installed.folder)}`,
      `-L${join(tensorflow, 'lib')}`,
      '-ltensorflow',
      '-ltensorflow_framework',
      '-Wl,-rpath,$ORIGIN/../../deps/lib',
      '-o',
      join(folder, BINARY),
    ]);
    if (status !== 0)
      throw new Problem(
        `${compiler} could not build the addon:\n${output.trim()}`,
        'It must know C++17 (g++ 8 or later).',
      );
  });
}

/**
 * Whether the package has an addon of its own making, put there by its own installer.
 * @param {Installed} installed
 */
export function hasOwnAddon(installed) {
  const deps = join(installed.folder, 'deps');
  return existsSync(binaryOf(installed)) && existsSync(join(deps, 'lib')) && !lstatSync(deps).isSymbolicLink();
}

/**
 * Whether the package's addon is the one in the cache, beside TensorFlow's library.
 * @param {Installed} installed
 * @param {string} tensorflow
 */
export function isLinked(installed, tensorflow) {
  const built = join(addonFolder(installed, tensorflow), BINARY);
  const used = binaryOf(installed);
  const library = join(installed.folder, 'deps', 'lib', 'libtensorflow_cc.so.2');
  return [built, used, library].every((file) => existsSync(file)) && readFileSync(built).equals(readFileSync(used));
}

/**
 * Puts the addon where the package looks for it, and TensorFlow's library where the addon does.
 * @param {Installed} installed
 * @param {string} tensorflow
 */
export function link(installed, tensorflow) {
  const unfinished = `${process.pid}.part`;
  const deps = join(installed.folder, 'deps');
  // A folder cannot be renamed over; a link can.
  if (existsSync(deps) && !lstatSync(deps).isSymbolicLink()) rmSync(deps, { recursive: true });
  symlinkSync(tensorflow, `${deps}.${unfinished}`);
  renameSync(`${deps}.${unfinished}`, deps);
  const binary = binaryOf(installed);
  mkdirSync(dirname(binary), { recursive: true });
  copyFileSync(join(addonFolder(installed, tensorflow), BINARY), `${binary}.${unfinished}`);
  renameSync(`${binary}.${unfinished}`, binary);
}

/** @param {Installed} installed */
function binaryOf({ folder }) {
  return join(folder, 'lib', `napi-v${NAPI_VERSION}`, BINARY);
}

/** @param {string} specifier */
function resolve(specifier) {
  try {
    return require.resolve(specifier);
  } catch {
    return undefined;
  }
}
