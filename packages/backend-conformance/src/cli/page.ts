import { resolve } from 'node:path';
import { reasonOf } from '@tfjs-heads/conformance-kit/host';
import { findModules, listCases } from './modules.js';
import { tryFolder } from './out.js';
import { print } from './summary.js';
import { UsageError } from './usage-error.js';

const LIST_LIMIT = 60_000; // ms

export interface PageOptions {
  readonly out: string;
  readonly register?: readonly string[];
}

/** The command `page`: builds the page for visitors. */
export async function writePage(
  module: string | undefined,
  { out, register = [] }: PageOptions,
  interrupted: AbortSignal,
): Promise<void> {
  const modules = findModules(module, register);
  const folder = resolve(out);
  await tryFolder(folder, ['index.html']);
  await listCases(modules, LIST_LIMIT, interrupted); // Or a mistake would show to visitors only.
  const { buildSite } = await import('../browser/site.js');
  await buildSite(folder, modules, { sourceMap: false }).catch((error: unknown): never => {
    throw new UsageError(
      `module: ${modules.subjects} cannot be built into a page, or not into ${folder}: ${reasonOf(error)}`,
      { cause: error },
    );
  });
  print(`Written: ${folder}. Serve it from any path, by https or from localhost: WebGPU is for secure pages only.`);
}
