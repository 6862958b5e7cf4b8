import type { BinaryName } from './binary-names.js';

/** Stands among the addresses for the one that the backend itself asks for. */
export const asked: unique symbol = Symbol('the address that the backend asks for');

/** The search for the binary of one start. */
export interface Search {
  /** The next address to try; undefined when there is none left. */
  next(askedFor: string): string | undefined;
  /** What was wrong with the address that `next` gave. */
  refuse(reason: string): void;
  readonly state: 'not asked' | 'not found' | 'found';
  /** A sentence about what was found where, or not. */
  toString(): string;
}

export function startSearch(name: BinaryName, addresses: readonly (string | typeof asked)[]): Search {
  const refused: string[] = [];
  let rest: string[] | undefined;
  let current: string | undefined;
  const refuse = (reason: string): void => {
    if (current !== undefined) refused.push(`${current} (${reason})`);
    current = undefined;
  };
  return {
    next(askedFor) {
      // The backend asks again when it could make nothing of what it got.
      refuse('not of this backend');
      rest ??= [...new Set(addresses.map((address) => (address === asked ? askedFor : address)))];
      current = rest.shift();
      return current;
    },
    refuse,
    get state() {
      return rest === undefined ? 'not asked' : current === undefined ? 'not found' : 'found';
    },
    toString() {
      const tried = refused.length === 0 ? '' : `; tried ${refused.join(', ')}`;
      if (current !== undefined) return `${name} is taken from ${current}${tried}`;
      return rest === undefined
        ? `${name} will be looked for when the backend starts`
        : `${name} was not found${tried}`;
    },
  };
}
