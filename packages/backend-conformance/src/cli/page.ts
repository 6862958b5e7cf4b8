import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findModules, listCases } from './modules.js';
import { print } from './summary.js';

const LIST_LIMIT = 60_000; // ms

export interface PageOptions {
  readonly out: string;
  readonly register?: readonly string[];
}

/** The command `page`: builds the page for visitors. */
export async function writePage(module: string | undefined, { out, register = [] }: PageOptions, interrupted: AbortSignal): Promise<void> {
  const modules = findModules(module, register);
  await listCases(modules, LIST_LIMIT, interrupted); // Or a mistake would show to visitors only.
  const folder = resolve(out);
  await mkdir(folder, { recursive: true });
  const { buildSite } = await import('../browser/site.js');
  await buildSite(folder, modules, { sourceMap: false });
  print(`Written: ${folder}. Serve it from any path, by https or from localhost: WebGPU is for secure pages only.`);
}
