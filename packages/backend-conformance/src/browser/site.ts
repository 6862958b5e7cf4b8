import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import type { Modules } from '../modules.js';

const root = fileURLToPath(new URL('../../browser', import.meta.url));

export interface SiteOptions {
  /** So that places are those of the sources. Not for the public: the sources are in it. */
  readonly sourceMap: boolean;
}

/** Bundles the page, with the user's modules and everything that they load in it, into a folder of static files. */
export async function buildSite(folder: string, modules: Modules, { sourceMap }: SiteOptions): Promise<void> {
  await build({
    root,
    base: './', // It may be served from any path.
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'error',
    css: { postcss: {} },
    resolve: { dedupe: ['@tensorflow/tfjs-core'] },
    plugins: [userModules(modules)],
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: false,
      sourcemap: sourceMap,
      rolldownOptions: { output: { sourcemapPathTransform: (relative, map) => resolve(dirname(map), relative) } },
    },
  });
}

/** What browser/entry.js imports as `conformance:modules`: each module's path, and how it is loaded. */
function userModules({ subjects, register }: Modules): Plugin {
  const list = '\0conformance:modules';
  const entry = (path: string): string => `[${JSON.stringify(path)}, () => import(${JSON.stringify(path)})]`;
  return {
    name: 'conformance:user-modules',
    enforce: 'pre',
    resolveId(id) {
      if (id === 'conformance:modules') return list;
      // Imported for its effects, whatever its package says of them.
      if (register.includes(id)) return { id, moduleSideEffects: true };
      return id === subjects ? id : null;
    },
    load: (id) =>
      id === list
        ? `export const register = [${register.map(entry).join()}];\nexport const subjects = ${entry(subjects)};\n`
        : null,
  };
}
