import type { JsonNumber } from '@tfjs-heads/head-api';
import { printableLine } from './printable.js';
import { reasonOf } from './thrown.js';

/** More depth than any file of ours has: of a deeper one, nothing could be written again. */
export const DEEPEST = 64;

/** Leaves a byte order mark out; throws at what is no UTF-8. */
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads JSON: text, or bytes that must be UTF-8. A byte order mark in front is none of its matter.
 *
 * @throws Error that names what it is from and what is wrong
 */
export function parseJson(source: string | Uint8Array, from: string): unknown {
  const value = parseShallow(source, from);
  if (isDeep(value))
    throw new Error(`${printableLine(from)}: expected JSON, but it is nested more than ${DEEPEST} deep`);
  return value;
}

/** The same of what is known to be nested no deeper than that. */
export function parseShallow(source: string | Uint8Array, from: string): unknown {
  const refuse = (wrong: string, cause?: unknown): never => {
    throw new Error(`${printableLine(from)}: expected JSON, but ${wrong}`, { cause });
  };
  let text: string;
  try {
    text = typeof source === 'string' ? source.replace(/^\uFEFF/, '') : decoder.decode(source);
  } catch (error) {
    return refuse('it is not UTF-8', error);
  }
  if (/^\s*$/.test(text)) return refuse('it is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(printableLine(reasonOf(error)), error);
  }
}

/** Calls itself no deeper than that. */
function isDeep(value: unknown, left: number = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((inner) => isDeep(inner, left - 1));
}

/** A `URL`, by what is used of it: not every TypeScript configuration knows the class. */
export interface Address {
  readonly href: string;
}

/**
 * Reads a JSON file beside the code, in Node or in a page. Node's `fetch` knows no files.
 *
 * @throws Error that names the file, where it is not there or is no JSON
 */
export async function readJson({ href }: Address): Promise<unknown> {
  return parseJson(await readBytes(new URL(href)), href);
}

async function readBytes(url: URL): Promise<Uint8Array> {
  if (url.protocol === 'file:') {
    const { readFile } = globalThis.process.getBuiltinModule('node:fs/promises');
    return readFile(url);
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** A number as JSON has it: what is not finite as a string. `Number` reads it back. */
export function jsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}
