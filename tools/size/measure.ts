import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';

/** The gzipped bytes of everything that a package exports, bundled and minified without tfjs. */
export async function gzippedSize(packageName: string): Promise<number> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: {
        input: fileURLToPath(import.meta.resolve(packageName)),
        external: [/^@tensorflow\//],
        preserveEntrySignatures: 'strict',
      },
    },
  });
  const files = (output as Rolldown.RolldownOutput).output;
  const code = files.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
  return gzipSync(code, { level: 9 }).length;
}
