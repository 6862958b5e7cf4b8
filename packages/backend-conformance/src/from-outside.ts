import { getDotPath, safeParse, type BaseIssue, type GenericSchema, type InferOutput } from 'valibot';
import { printableLine } from './printable.js';
import { reasonOf, shortened } from './reason.js';

/** So many mistakes of one file are told. */
const TOLD = 5;

/** More depth than any file of ours has: of a deeper one, nothing could be written again. */
const DEEPEST = 64;

/**
 * Takes what came from outside for what a schema says that it is: a report, a file of expectations, an option.
 *
 * @param from What it is or where it was read, for the message.
 * @throws Error that names each mistake with its place: `results.json: runs[0].cases[3].status: expected "pass" | "fail", got "great"`
 */
export function checked<S extends GenericSchema>(schema: S, value: unknown, from: string): InferOutput<S> {
  const { success, output, issues } = safeParse(schema, value);
  if (success) return output;
  const told = issues.slice(0, TOLD).map((issue) => mistake(issue));
  const more = issues.length > TOLD ? [`and ${issues.length - TOLD} more`] : [];
  throw new Error(`${printableLine(from)}: ${[...told, ...more].join('; ')}`);
}

/**
 * Reads JSON: text, or bytes that must be UTF-8. A byte order mark in front is none of its matter.
 *
 * @throws Error that names what it is from and what is wrong
 */
export function parseJson(source: string | Uint8Array, from: string): unknown {
  const refuse = (wrong: string, cause?: unknown): never => {
    throw new Error(`${printableLine(from)}: expected JSON, but ${wrong}`, { cause });
  };
  let text: string;
  try {
    text = typeof source === 'string' ? source.replace(/^\uFEFF/, '') : new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch (error) {
    return refuse('it is not UTF-8', error);
  }
  if (text.trim() === '') return refuse('it is empty');
  try {
    const value: unknown = JSON.parse(text);
    return isDeep(value) ? refuse(`it is nested more than ${DEEPEST} deep`) : value;
  } catch (error) {
    return error instanceof SyntaxError ? refuse(printableLine(error.message), error) : refuse(reasonOf(error), error);
  }
}

/** By a list rather than by calling itself: the stack is what runs out. */
function isDeep(root: unknown): boolean {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  return false;
}

function mistake(issue: BaseIssue<unknown>): string {
  const place = placeOf(issue);
  return `${place === '' ? '' : `${place}: `}${shortened(printableLine(whatIsWrong(issue)), 500)}`;
}

function whatIsWrong({ kind, type, expected, received, message }: BaseIssue<unknown>): string {
  const isObject = kind === 'schema' && type.endsWith('object');
  if (isObject && received === 'undefined') return 'it is missing';
  if (isObject && expected === 'never') return 'there is no such key';
  return expected === null ? message : `expected ${expected}, got ${shortened(received, 200)}`;
}

/** `runs[0].cases[3].status`. */
function placeOf(issue: BaseIssue<unknown>): string {
  const path = getDotPath(issue) ?? '';
  return shortened(printableLine(path.replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]').replace(/^(\d+)(?=\.|\[|$)/, '[$1]')), 300);
}
