import { printableLine } from './printable.js';

/** Longer ones fit no table, and no line. */
export const LONGEST_NAME = 100;

/** The subject of the cases about the backend alone. */
export const TFJS = 'tfjs';

/** Why a head cannot be called so; undefined where it can. */
export function wrongHeadName(name: string): string | undefined {
  const said = `'${printableLine(name.slice(0, LONGEST_NAME))}${name.length > LONGEST_NAME ? '…' : ''}' is no name for a head`;
  if (name.length > LONGEST_NAME) return `${said}: expected at most ${LONGEST_NAME} characters, got ${name.length}`;
  if (name === TFJS) return `${said}: ${TFJS} stands for the backend alone`;
  const isName = /^[^\s*,:=]+$/.test(name) && printableLine(name) === name;
  return isName ? undefined : `${said}: queries need one without * , : = or spaces, and without control characters`;
}
