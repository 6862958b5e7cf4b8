import { backendsError, type BackendsError } from './error.js';
import { nearest } from './nearest.js';
import { show } from './reason.js';
import type { HeadWorkload } from './workload.js';
import type { WasmPathsOptions } from './repairs/wasm-paths.js';
import { binaryNames } from './wasm/binary-names.js';
import type { StartOptions } from './start-backend.js';

/** What a value must be, in words, and whether it is. */
interface Kind {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

const names: Kind = { expected: 'an array of names', fits: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string') };
const aFunction: Kind = { expected: 'a function', fits: (value) => typeof value === 'function' };
const aBoolean: Kind = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };
const optional = ({ expected, fits }: Kind): Kind => ({ expected, fits: (value) => value === undefined || fits(value) });

const wasmPathsOptions: Readonly<Record<keyof WasmPathsOptions, Kind>> = {
  wasmPaths: optional({ expected: "a folder's address, or an object of addresses by file name", fits: (value) => areWasmPaths(value) }),
};

const startOptions: Readonly<Record<keyof StartOptions, Kind>> = {
  prefer: optional(names),
  allow: optional(names),
  workload: optional(aFunction),
  timeLimit: optional({ expected: 'milliseconds above 0', fits: (value) => typeof value === 'number' && value > 0 }),
  selfTest: optional(aBoolean),
  repair: optional(aBoolean),
  ...wasmPathsOptions,
  onProgress: optional(aFunction),
  // By what it has, for it may come from another realm.
  signal: optional({ expected: 'an AbortSignal', fits: (value) => typeof (value as AbortSignal | null)?.addEventListener === 'function' && 'aborted' in (value as AbortSignal) }),
};

const headOptions: Readonly<Record<keyof HeadWorkload, Kind>> = {
  head: { expected: 'a head', fits: (value) => typeof (value as HeadWorkload['head'] | null)?.loss === 'function' },
  batch: aFunction,
  hiddenUnits: optional({ expected: 'an array of whole numbers above 0', fits: (value) => Array.isArray(value) && value.every((units) => Number.isInteger(units) && units > 0) }),
};

function areWasmPaths(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).every(([name, address]) => binaryNames.some((known) => known === name) && typeof address === 'string');
}

export function checkStartOptions(options: StartOptions): void {
  check('startBackend', options, startOptions);
}

export function checkWasmPathsOptions(options: WasmPathsOptions): void {
  check('repairWasmPaths', options, wasmPathsOptions);
}

export function checkHeadWorkload(options: HeadWorkload): void {
  check('headWorkload', options, headOptions);
}

function check(what: string, options: object, kinds: Readonly<Record<string, Kind>>): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) throw invalid(`${what}: expected an object of options, got ${show(options)}`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(kinds, name)) continue;
    const meant = nearest(name, Object.keys(kinds));
    throw invalid(`${what}: there is no option ${show(name)}${meant === undefined ? `; there are ${Object.keys(kinds).join(', ')}` : `; did you mean ${meant}?`}`);
  }
  for (const [name, { expected, fits }] of Object.entries(kinds)) {
    const value = (options as Record<string, unknown>)[name];
    if (!fits(value)) throw invalid(`${what}: ${name}: expected ${expected}, got ${show(value)}`);
  }
}

function invalid(message: string): BackendsError {
  return backendsError('INVALID_ARGUMENT', message);
}
