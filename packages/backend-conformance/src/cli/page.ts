import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findModules, loadSubjects } from './modules.js';
import { print } from './summary.js';

export interface PageOptions {
  readonly out: string;
  readonly register?: readonly string[];
}

/** The command `page`: builds the page for visitors. */
export async function writePage(module: string | undefined, { out, register = [] }: PageOptions): Promise<void> {
  const modules = findModules(module, register);
  await loadSubjects(modules); // Or a mistake would show to visitors only.
  const folder = resolve(out);
  await mkdir(folder, { recursive: true });
  const { buildSite } = await import('../browser/site.js');
  await buildSite(folder, modules);
  print(`Written: ${folder}. Serve it from any path, by https or from localhost: WebGPU is for secure pages only.`);
}
