import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConformanceCase, reasonOf } from '@tfjs-heads/conformance-kit/host';
import type { Modules } from '../modules.js';
import { runInProcess } from '../node/session.js';
import { UsageError } from './usage-error.js';
import { watched } from './watched.js';

const ownHeads = fileURLToPath(new URL('../heads.js', import.meta.url));

/**
 * Finds the user's modules by their paths.
 *
 * @throws UsageError where there is no such file
 */
export function findModules(module: string | undefined, register: readonly string[]): Modules {
  return {
    subjects: module === undefined ? ownHeads : existingFile(module, 'module'),
    register: register.map((path) => existingFile(path, '--register')),
  };
}

/**
 * Has a process of its own import the module of the heads, and lists their cases.
 *
 * @param limit Milliseconds.
 * @throws UsageError where it does not load, takes too long or exports neither subjects nor families
 */
export async function listCases(
  modules: Modules,
  limit: number,
  interrupted: AbortSignal,
): Promise<readonly ConformanceCase[]> {
  const over = new AbortController();
  const messages = runInProcess(
    { modules: { ...modules, register: [] } },
    AbortSignal.any([interrupted, over.signal]),
    () => {},
  );
  try {
    for await (const message of watched(messages, limit)) if (message.type === 'cases') return message.cases;
    throw new Error('it listed no cases');
  } catch (error) {
    interrupted.throwIfAborted();
    throw new UsageError(`module: ${reasonOf(error)}`, { cause: error });
  } finally {
    over.abort();
  }
}

function existingFile(path: string, argument: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute) && statSync(absolute).isFile()) return absolute;
  throw new UsageError(`${argument}: expected the path of a JavaScript module, but there is no file ${absolute}.`);
}
