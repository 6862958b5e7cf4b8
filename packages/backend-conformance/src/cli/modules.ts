import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Modules } from '../modules.js';
import { wrongHeadName } from '../name.js';
import type { Subjects } from '../subject.js';
import { orUsageError, UsageError } from './usage-error.js';

const ownHeads = fileURLToPath(new URL('../heads/index.js', import.meta.url));

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
 * Imports the module of the heads.
 *
 * @throws UsageError where it does not load or exports no subjects
 */
export async function loadSubjects({ subjects: path }: Modules): Promise<Subjects> {
  const module = await orUsageError(
    () => import(pathToFileURL(path).href) as Promise<{ subjects?: unknown }>,
    (reason) => `module: ${path} does not load: ${reason}`,
  );
  return checkSubjects(module.subjects, `module: ${path}`);
}

function checkSubjects(value: unknown, from: string): Subjects {
  const refuse = (came: string): never => {
    throw new UsageError(`${from}: expected \`export const subjects = { MyHead: { create: (options) => new MyHead(options) } }\`, but ${came}.`);
  };
  if (value === undefined) return refuse('there is no export `subjects`');
  if (typeof value !== 'object' || value === null) return refuse(`\`subjects\` is ${value === null ? 'null' : `a ${typeof value}`}`);
  const entries = Object.entries(value as Record<string, { create?: unknown } | null | undefined>);
  if (entries.length === 0) refuse('`subjects` is empty');
  for (const [name, subject] of entries) {
    const wrong = wrongHeadName(name);
    if (wrong !== undefined) refuse(wrong);
    if (typeof subject?.create !== 'function') refuse(`\`subjects\` has in '${name}' no function \`create\``);
  }
  return value as Subjects;
}

function existingFile(path: string, argument: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute) && statSync(absolute).isFile()) return absolute;
  throw new UsageError(`${argument}: expected the path of a JavaScript module, but there is no file ${absolute}.`);
}
