import { findCopiedBinary } from '../bundlers/find-copied-binary.js';
import { nodeModule } from '../node-module.js';
import type { BinaryName } from './binary-names.js';

const folder = '@tensorflow/tfjs-backend-wasm/dist';

/** Where a binary may be: where a bundler, an import map, a server of node_modules or Node has it, the likeliest first. */
export async function likelyAddresses(name: BinaryName): Promise<readonly string[]> {
  // An error where `import()` or `import.meta` is forbidden; there is still the rest.
  const own = await import('./own-address.js').catch(() => undefined);
  const folders = isHttp(globalThis.location?.origin) ? servedFolders(own?.ownAddress) : installedFolders();
  const addresses = [
    await findCopiedBinary(name),
    own?.resolve(`${folder}/${name}`),
    ...folders.map((address) => address + name),
    await developmentAddress(name, own?.ownAddress),
  ];
  return addresses.filter((address) => address !== undefined);
}

/** The script's own folder, and those named node_modules beside the script, beside the page and above, as Node would look. */
function servedFolders(own: string | undefined): readonly string[] {
  const { href, origin } = globalThis.location;
  const starts = [own, href].filter(isHttp);
  // A script of an installed package has the others beside it; a bundle may have the file beside it.
  const beside = isHttp(own) && !own.includes('/node_modules/') ? [new URL('.', own).href] : [];
  const above = (starts.length > 0 ? starts : [`${origin}/`]).flatMap((address) => {
    const { origin: server, pathname } = new URL(address);
    const parts = pathname
      .replace(/\/node_modules\/.*/, '/')
      .split('/')
      .slice(0, -1);
    return parts.map((_, i) => `${server}${parts.slice(0, parts.length - i).join('/')}/node_modules/${folder}/`);
  });
  return [...beside, ...above];
}

/**
 * Vite's development server serves packages from outside the project's folder too, by addresses that only it knows:
 * asked for the file's address, it answers with a module that exports it.
 */
async function developmentAddress(name: BinaryName, own = ''): Promise<string | undefined> {
  const base = /^(https?:.*?\/)(?:@fs\/|node_modules\/\.vite\/)/.exec(own)?.[1];
  if (base === undefined) return undefined;
  try {
    const request = `${base}@id/${folder}/${name}?import&url`;
    const module: { default: string } = await import(/* @vite-ignore */ /* webpackIgnore: true */ request);
    return new URL(module.default, base).href;
  } catch {
    return undefined;
  }
}

/** The package as the program under Node would find it, and the program's own folder, where a bundle may have the files. */
function installedFolders(): readonly string[] {
  const module = nodeModule<typeof import('node:module')>('node:module');
  const path = nodeModule<typeof import('node:path')>('node:path');
  const process = nodeModule<NodeJS.Process>('node:process');
  if (module === undefined || path === undefined || process === undefined) return [];
  const program = process.argv[1] ?? path.join(process.cwd(), 'program');
  const installed = [program, path.join(process.cwd(), 'program')].flatMap((from) => {
    try {
      const manifest = module.createRequire(from).resolve('@tensorflow/tfjs-backend-wasm/package.json');
      return [path.join(path.dirname(manifest), 'dist', '/')];
    } catch {
      return []; // Not from there; a bundle that runs without its node_modules has none at all.
    }
  });
  return [...installed, path.join(path.dirname(program), '/')];
}

function isHttp(address: string | undefined): address is string {
  return /^https?:/.test(address ?? '');
}
