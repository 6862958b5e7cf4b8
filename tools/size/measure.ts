import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';

const ENTRY = 'virtual:entry';

/** The gzipped bytes of what a package exports, all of it or one name, bundled and minified without tfjs. */
export async function gzippedSize(packageName: string, only?: string): Promise<number> {
  const source = JSON.stringify(fileURLToPath(import.meta.resolve(packageName)));
  const output = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === ENTRY ? id : null),
        load: (id) => (id === ENTRY ? `export ${only === undefined ? '*' : `{ ${only} }`} from ${source};` : null),
      },
    ],
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: { input: ENTRY, external: [/^@tensorflow\//], preserveEntrySignatures: 'strict' },
    },
  });
  const files = (output as Rolldown.RolldownOutput).output;
  const code = files.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
  return gzipSync(code, { level: 9 }).length;
}
