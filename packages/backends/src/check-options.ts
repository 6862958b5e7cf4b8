import { backendsError, type BackendsError } from './error.js';
import { nearest } from './nearest.js';
import { show } from './reason.js';
import { binaryNames, type WasmPathsOptions } from './wasm/binary-names.js';

/** What a value must be, in words, and whether it is. */
export interface Kind {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

export const listOfNames: Kind = {
  expected: 'an array of names',
  fits: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
};
export const aFunction: Kind = { expected: 'a function', fits: (value) => typeof value === 'function' };
export const aBoolean: Kind = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };
export const optional = ({ expected, fits }: Kind): Kind => ({
  expected,
  fits: (value) => value === undefined || fits(value),
});

export const wasmPathsOptions: Readonly<Record<keyof WasmPathsOptions, Kind>> = {
  wasmPaths: optional({
    expected: "a folder's address, or an object of addresses by file name",
    fits: (value) => areWasmPaths(value),
  }),
};

function areWasmPaths(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).every(
    ([name, address]) => binaryNames.some((known) => known === name) && typeof address === 'string',
  );
}

/** @throws BackendsError that names the function, the option, what was expected and what it got */
export function checkOptions(what: string, options: object, kinds: Readonly<Record<string, Kind>>): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options))
    throw invalid(`${what}: expected an object of options, got ${show(options)}`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(kinds, name)) continue;
    const meant = nearest(name, Object.keys(kinds));
    throw invalid(
      `${what}: there is no option ${show(name)}${meant === undefined ? `; there are ${Object.keys(kinds).join(', ')}` : `; did you mean ${meant}?`}`,
    );
  }
  for (const [name, { expected, fits }] of Object.entries(kinds)) {
    const value = (options as Record<string, unknown>)[name];
    if (!fits(value)) throw invalid(`${what}: ${name}: expected ${expected}, got ${show(value)}`);
  }
}

function invalid(message: string): BackendsError {
  return backendsError('INVALID_ARGUMENT', message);
}
