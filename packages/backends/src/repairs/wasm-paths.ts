import { backend, getBackend } from '@tensorflow/tfjs-core';
import { nodeModule } from '../node-module.js';
import { reporter, type RepairReport } from './report.js';

const report = reporter('wasm-paths', undefined);

const fileNames = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const;
type WasmPaths = Record<(typeof fileNames)[number], string>;

/**
 * The wasm backend looks for its binaries beside the script that it runs in, where a bundler has put none,
 * and fails to start. This finds them in the installed package; call it before the backend is started,
 * for after a failure it can never be started again.
 */
export async function repairWasmPaths(): Promise<RepairReport> {
  if (getBackend() === 'wasm' && backend()) return report.notNeeded('the backend has started');
  const paths = globalThis.location === undefined ? pathsUnderNode() : await pathsInBrowser();
  if (paths === undefined) {
    return report.impossible('the binaries were not found in the installed package; call setWasmPaths of @tensorflow/tfjs-backend-wasm');
  }
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(paths);
  return report.applied(`the binaries are taken from ${paths[fileNames[1]]}`);
}

function pathsUnderNode(): WasmPaths | undefined {
  const module = nodeModule<typeof import('node:module')>('node:module');
  const path = nodeModule<typeof import('node:path')>('node:path');
  if (module === undefined || path === undefined) return undefined;
  // A bundle may have lost its own address; the program that was started has one.
  for (const from of [import.meta.url, nodeModule<NodeJS.Process>('node:process')?.argv[1]]) {
    try {
      const manifest = module.createRequire(from as string).resolve('@tensorflow/tfjs-backend-wasm/package.json');
      return pathsBy((name) => path.join(path.dirname(manifest), 'dist', name));
    } catch {
      // Not from there; a bundle that runs without its node_modules has none at all.
    }
  }
  return undefined;
}

async function pathsInBrowser(): Promise<WasmPaths | undefined> {
  for (const paths of [bundledPaths(), importMapPaths(), servedPaths()]) {
    if (paths !== undefined && (await isWasm(paths[fileNames[1]]))) return paths;
  }
  return undefined;
}

/** Each written out in full: this is the form that bundlers replace by the address of a copied file. */
function bundledPaths(): WasmPaths {
  return {
    'tfjs-backend-wasm.wasm': new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url).href,
    'tfjs-backend-wasm-simd.wasm': new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url).href,
    'tfjs-backend-wasm-threaded-simd.wasm': new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm', import.meta.url).href,
  };
}

function importMapPaths(): WasmPaths | undefined {
  try {
    return pathsBy((name) => import.meta.resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`));
  } catch {
    return undefined;
  }
}

/** Development servers serve the project's folder. */
function servedPaths(): WasmPaths {
  return pathsBy((name) => new URL(`/node_modules/@tensorflow/tfjs-backend-wasm/dist/${name}`, globalThis.location.href).href);
}

async function isWasm(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: 'HEAD' });
    // Many servers answer any address with a page.
    return response.ok && !(response.headers.get('content-type') ?? '').includes('text/html');
  } catch {
    return false;
  }
}

function pathsBy(path: (name: string) => string): WasmPaths {
  return Object.fromEntries(fileNames.map((name) => [name, path(name)])) as WasmPaths;
}
