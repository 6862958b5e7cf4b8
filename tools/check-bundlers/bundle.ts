import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild, type Format } from 'esbuild';
import { execa } from 'execa';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { root } from '../workspace.js';

/** Bundles one of the app's pages, by its defaults, into a folder of its own, and returns that. */
export type Bundler = (app: string, page: string) => Promise<string>;

export const bundleByWebpack: Bundler = async (app, page) => {
  const out = outputFolder(app, 'webpack', page);
  const compiler = webpack({
    mode: 'production',
    context: app,
    entry: `./${page}.js`,
    output: { path: out, filename: `${page}.js` },
    optimization: { minimize: false }, // It takes a minute.
    performance: false,
  });
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    compiler?.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  if (stats?.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  writePage(out, page, false);
  return out;
};

export const bundleByVite: Bundler = async (app, page) => {
  const out = outputFolder(app, 'vite', page);
  writePage(app, page, true);
  await vite({
    root: app,
    configFile: false,
    logLevel: 'error',
    build: { outDir: out, minify: false, rolldownOptions: { input: join(app, `${page}.html`) } },
  });
  return out;
};

export const bundleByParcel: Bundler = async (app, page) => {
  const out = outputFolder(app, 'parcel', page);
  writePage(app, page, true);
  const args = ['build', `${page}.html`, '--dist-dir', out, '--no-cache', '--no-source-maps', '--no-autoinstall'];
  await execa('parcel', args, { cwd: app, preferLocal: true, localDir: root, env: { PARCEL_WORKERS: '0' } });
  return out;
};

/** Neither form knows anything of the binaries. */
export function bundleByEsbuild(format: Format, entries?: readonly string[]): Bundler {
  return async (app, page) => {
    const out = outputFolder(app, `esbuild-${format}`, page);
    await esbuild({
      absWorkingDir: app,
      entryPoints: (entries ?? [page]).map((entry) => `${entry}.js`),
      bundle: true,
      format,
      splitting: format === 'esm',
      outdir: out,
      logLevel: 'error',
    });
    writePage(out, page, format === 'esm');
    return out;
  };
}

/** Puts the binaries beside a bundle, as users of bundlers that know nothing of them do. */
export function copyBinaries(app: string, out: string): void {
  const from = join(app, '..', 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(from)) if (file.endsWith('.wasm')) copyFileSync(join(from, file), join(out, file));
}

function outputFolder(app: string, bundler: string, page: string): string {
  const folder = join(app, 'out', `${bundler}-${page}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function writePage(folder: string, page: string, isModule: boolean): void {
  const script = `<script ${isModule ? 'type="module" ' : ''}src="./${page}.js"></script>`;
  writeFileSync(join(folder, `${page}.html`), `<!doctype html>\n<title>${page}</title>\n${script}\n`);
}
