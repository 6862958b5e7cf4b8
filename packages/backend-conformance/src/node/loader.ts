import { pathToFileURL } from 'node:url';
import type { Load } from '../channel/perform.js';
import type { Modules } from '../modules.js';

/**
 * How modules are imported: as Node does it, and by tsx where one is TypeScript, for Node 20 has no way of its own, and later ones know
 * neither enums nor `./other.js` for a file other.ts. Of such loaders tsx leaves modules what they are, so that tfjs is not loaded twice.
 * Bun and Deno read TypeScript by themselves.
 */
export async function loader({ subjects, register }: Modules): Promise<Load> {
  const isTypeScript = [subjects, ...register].some((path) => /\.[cm]?tsx?$/.test(path));
  const { bun, deno } = process.versions as NodeJS.Dict<string>;
  if (isTypeScript && bun === undefined && deno === undefined) (await import('tsx/esm/api')).register();
  return (path) => import(pathToFileURL(path).href) as Promise<object>;
}
