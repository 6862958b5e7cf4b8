import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConformanceCase, reasonOf } from '@tfjs-heads/conformance-kit/host';
import type { SessionRequest } from '@tfjs-heads/conformance-kit';
import type { HomeMessage } from '../engine.js';
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

/** The cases of a module, and what goes on with the process that listed them. */
export interface Listing {
  readonly cases: readonly ConformanceCase[];
  /** Runs what was asked for in that process, which has loaded everything already. It is there to be used once. */
  readonly session?: (signal: AbortSignal, onOutput: (text: string) => void) => AsyncGenerator<HomeMessage>;
}

/**
 * Has a process of its own import the module of the heads, and lists their cases.
 *
 * @param limit Milliseconds.
 * @param request What the process is to run afterwards, in Node, where nothing is registered. Default: nothing; it ends.
 * @throws UsageError where it does not load, takes too long or exports neither subjects nor families
 */
export async function listCases(
  modules: Modules,
  limit: number,
  interrupted: AbortSignal,
  request?: SessionRequest,
): Promise<Listing> {
  const over = new AbortController();
  const said: HomeMessage[] = [];
  const printed: string[] = [];
  let print = (text: string): void => void printed.push(text);
  const messages = runInProcess(
    { modules: { ...modules, register: [] }, ...(request && { request, listsFirst: true }) },
    AbortSignal.any([interrupted, over.signal]),
    (text) => print(text),
  );
  const goOn: Listing['session'] = async function* (signal, onOutput) {
    if (signal.aborted) over.abort();
    signal.addEventListener('abort', () => over.abort());
    for (const text of printed) onOutput(text);
    print = onOutput;
    yield* said;
    yield* messages;
  };
  try {
    for await (const message of watched(messages, limit)) {
      if (message.type === 'cases') return { cases: message.cases, ...(request && { session: goOn }) };
      said.push(message);
    }
    throw new Error('it listed no cases');
  } catch (error) {
    over.abort();
    interrupted.throwIfAborted();
    throw new UsageError(`module: ${reasonOf(error)}`, { cause: error });
  } finally {
    if (request === undefined) over.abort();
  }
}

function existingFile(path: string, argument: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute) && statSync(absolute).isFile()) return absolute;
  throw new UsageError(`${argument}: expected the path of a JavaScript module, but there is no file ${absolute}.`);
}
