import { wrongHeadName } from './name.js';
import type { Subjects } from './subject.js';

/**
 * Takes what a module exports for the heads to be tried.
 *
 * @throws Error that says what is wrong with it
 */
export function checkSubjects(value: unknown): Subjects {
  const refuse = (got: string): never => {
    throw new Error(`expected \`export const subjects = { MyHead: { create: (options) => new MyHead(options) } }\`, but ${got}.`);
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
