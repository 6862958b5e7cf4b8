import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';

const ENTRY = 'virtual:entry';

/** Gzipped bytes. */
export interface Size {
  /** Of what a program downloads to begin with. */
  readonly start: number;
  /** Of what is loaded later, by `import()`. */
  readonly later: number;
}

/** The size of what a package exports, all of it or one name, bundled and minified without tfjs. */
export async function gzippedSize(packageName: string, only?: string): Promise<Size> {
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
  const chunks = (output as Rolldown.RolldownOutput).output.filter((file) => file.type === 'chunk');
  const atStart = new Set(chunks.filter(({ isEntry }) => isEntry));
  // A set goes on to what is added to it.
  for (const { imports } of atStart)
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) atStart.add(chunk);
  return { start: sizeOf([...atStart]), later: sizeOf(chunks.filter((chunk) => !atStart.has(chunk))) };
}

function sizeOf(chunks: readonly Rolldown.OutputChunk[]): number {
  return chunks.length === 0 ? 0 : gzipSync(chunks.map(({ code }) => code).join(''), { level: 9 }).length;
}
