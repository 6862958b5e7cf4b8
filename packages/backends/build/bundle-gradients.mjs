// Writes dist/gradients.js: the gradients of tfjs-core in a form that Node and a page with an import map can load.
// tfjs-core's own module has extensionless imports inside a package that is not an ES module, so Node
// can neither import nor require it, and the bundle that Node gets has none. What the gradients use of
// core stays an import of core; only what core does not export is bundled with them.
import * as core from '@tensorflow/tfjs-core';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const CORE = '@tensorflow/tfjs-core';
const require = createRequire(import.meta.url);
const manifest = require(`${CORE}/package.json`);
const dist = join(dirname(require.resolve(`${CORE}/package.json`)), 'dist');
const target = fileURLToPath(new URL('../dist/gradients.js', import.meta.url));

const exportsOf = (source) => {
  const named = [...source.matchAll(/^export (?:const|let|function|async function|class) (\w+)/gm)].map(
    ([, name]) => name,
  );
  const listed = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) =>
    list.split(',').map((item) => item.trim().split(' as ').at(-1)),
  );
  return [...named, ...listed];
};

const useCore = {
  name: 'use-core',
  async resolveId(source, importer) {
    if (!source.startsWith('.') || importer === undefined) return null;
    const file = `${join(dirname(importer), source)}.js`;
    // The engine is one object for all copies of core, but core exports it under another name.
    if (file === join(dist, 'engine.js')) return '\0engine';
    const names = exportsOf(await readFile(file, 'utf8'));
    return names.every((name) => name in core) ? { id: CORE, external: true } : { id: file, moduleSideEffects: false };
  },
  load: (id) => (id === '\0engine' ? `import { engine } from '${CORE}'; export const ENGINE = engine();` : null),
};

const bundle = await rolldown({ input: join(dist, 'register_all_gradients.js'), plugins: [useCore], external: [CORE] });
const { output } = await bundle.generate({ format: 'esm', comments: false });
await bundle.close();
await writeFile(
  target,
  `/*! The gradients of ${CORE} ${manifest.version}, Copyright Google LLC, Apache-2.0 (see LICENSE). */\n${output[0].code}`,
);
