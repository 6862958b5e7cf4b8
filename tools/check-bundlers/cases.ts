import { join } from 'node:path';
import { createServer } from 'vite';
import { bundleByEsbuild, bundleByParcel, bundleByVite, bundleByWebpack, copyBinaries, writePage } from './bundle.js';
import type { Outcome } from './in-chromium.js';
import { serve } from './serve.js';

/** One way of building and serving a program. */
export interface Case {
  readonly name: string;
  /** Builds it in the app's folder and serves it. */
  start(app: string): Promise<Site>;
  /** What startBackend gets, where that is not nothing. */
  readonly options?: object;
  /** Says what is wrong with the outcome, where it is not to be the documented numbers on wasm. */
  readonly problem?: (outcome: Outcome) => string | undefined;
}

export interface Site {
  readonly url: string;
  /** The paths of the binaries that were sent, where that is known. */
  readonly binaries?: readonly string[];
  close(): Promise<void>;
}

async function site(folder: string, path: string, fallback?: string): Promise<Site> {
  const server = await serve(folder, fallback);
  return { ...server, url: server.url + path };
}

/** The reason must name the file, and each address with what was there. */
function isExplained(outcome: Outcome): string | undefined {
  const reason = outcome.reasons['wasm'] ?? '';
  const isTold =
    /tfjs-backend-wasm[\w-]*\.wasm was not found; tried http.*(text\/html|status 404)/.test(reason) &&
    reason.includes('wasmPaths');
  if (!isTold) return `the reason is "${reason}"`;
  const isMissing = outcome.reasons['webgl'] === '@tensorflow/tfjs-backend-webgl is not installed';
  return outcome.lines[0] === 'backend cpu' && isMissing ? undefined : JSON.stringify(outcome);
}

/** Five batches, and two more by an estimator that goes on from the database. */
function estimatorProblem({ lines }: Outcome): string | undefined {
  const expected = ['backend cpu', 'runs/1/model.ckpt-7.safetensors', 'step 7', 'loss is a number'];
  return lines.join() === expected.join() ? undefined : `printed ${JSON.stringify(lines)}`;
}

export const cases: readonly Case[] = [
  { name: 'webpack', start: async (app) => site(await bundleByWebpack(app, 'page'), 'page.html') },
  { name: 'vite', start: async (app) => site(await bundleByVite(app, 'page'), 'page.html') },
  {
    name: 'vite, from a server of single pages',
    start: async (app) => site(await bundleByVite(app, 'page'), 'page.html', 'page.html'),
  },
  {
    name: 'vite, worker inline',
    start: async (app) => site(await bundleByVite(app, 'inline-worker-page'), 'inline-worker-page.html'),
  },
  { name: 'vite dev, packages in the folder above', start: viteDevelopment },
  { name: 'parcel', start: async (app) => site(await bundleByParcel(app, 'page'), 'page.html') },
  {
    name: 'esbuild, classic script, binaries beside it',
    async start(app) {
      const out = await bundleByEsbuild('iife')(app, 'page');
      copyBinaries(app, out);
      return site(out, 'page.html');
    },
  },
  {
    name: 'esbuild, module, with node_modules served',
    async start(app) {
      await bundleByEsbuild('esm')(app, 'page');
      return site(join(app, '..'), 'page/out/esbuild-esm-page/page.html');
    },
  },
  {
    name: 'esbuild, no binaries, from a server of single pages',
    start: async (app) => site(await bundleByEsbuild('esm')(app, 'page'), 'page.html', 'page.html'),
    problem: isExplained,
  },
  {
    name: 'esbuild, with wasmPaths',
    async start(app) {
      const out = await bundleByEsbuild('esm')(app, 'page');
      copyBinaries(app, join(out, 'binaries'));
      return site(out, 'page.html');
    },
    options: { wasmPaths: '/binaries/' },
  },
  {
    name: 'vite, with setWasmPaths of tfjs',
    async start(app) {
      const out = await bundleByVite(app, 'paths-page');
      copyBinaries(app, join(out, 'elsewhere'));
      return site(out, 'paths-page.html');
    },
    problem: ({ repairs }) =>
      repairs['wasm-paths']?.endsWith('/elsewhere/tfjs-backend-wasm-simd.wasm') ? undefined : repairs['wasm-paths'],
  },
  {
    name: 'worker of a Blob, classic script',
    async start(app) {
      await bundleByEsbuild('iife', ['blob-worker-page', 'worker'])(app, 'blob-worker-page');
      return site(join(app, '..'), 'page/out/esbuild-iife-blob-worker-page/blob-worker-page.html');
    },
  },
  {
    name: 'service worker of several chunks',
    async start(app) {
      const out = await bundleByEsbuild('esm', ['service-worker-page', 'service-worker'])(app, 'service-worker-page');
      copyBinaries(app, out);
      return site(out, 'service-worker-page.html');
    },
  },
  {
    name: 'vite, an estimator with checkpoints in IndexedDB',
    start: async (app) => site(await bundleByVite(app, 'estimator-page'), 'estimator-page.html'),
    options: { prefer: ['cpu'] },
    problem: estimatorProblem,
  },
  {
    name: 'esbuild, an estimator with checkpoints in IndexedDB',
    start: async (app) => site(await bundleByEsbuild('esm')(app, 'estimator-page'), 'estimator-page.html'),
    options: { prefer: ['cpu'] },
    problem: estimatorProblem,
  },
  { name: 'import map, no bundler', start: async (app) => site(join(app, '..'), 'page/import-map.html') },
];

async function viteDevelopment(app: string): Promise<Site> {
  writePage(app, 'page', true);
  const server = await createServer({
    root: app,
    configFile: false,
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1', watch: null },
  });
  await server.listen();
  return { url: `${server.resolvedUrls?.local[0]}page.html`, close: () => server.close() };
}
