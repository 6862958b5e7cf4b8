import { printableLine } from './printable.js';
import { reasonOf } from './reason.js';

/** More depth than any file of ours has: of a deeper one, nothing could be written again. */
export const DEEPEST = 64;

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
