import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import type { Modules } from '../modules.js';

const root = fileURLToPath(new URL('../../browser', import.meta.url));

/** Bundles the page, with the user's modules and everything that they load in it, into a folder of static files. */
export async function buildSite(folder: string, modules: Modules): Promise<void> {
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
    build: { outDir: folder, emptyOutDir: false, target: 'es2022', assetsInlineLimit: 0, modulePreload: false },
  });
}

/** What browser/entry.js imports as `conformance:subjects` and `conformance:register`. */
function userModules({ subjects, register }: Modules): Plugin {
  const list = '\0conformance:register';
  return {
    name: 'conformance:user-modules',
    enforce: 'pre',
    resolveId(id) {
      if (id === 'conformance:subjects') return subjects;
      if (id === 'conformance:register') return list;
      // Imported for its effects, whatever its package says of them.
      return register.includes(id) ? { id, moduleSideEffects: true } : null;
    },
    load: (id) => (id === list ? register.map((path) => `import ${JSON.stringify(path)};`).join('\n') : null),
  };
}
