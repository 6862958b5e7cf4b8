import { ask, classOf, isList, isPromise, isSparseTensor, isTensor } from './kinds.js';

/** How many characters of one value a message has at most. */
const LONGEST = 200;
/** How many keys of an object are told. */
const KEYS = 10;

/** `[2,3]`. */
export function shapeText(shape: readonly number[]): string {
  return shortened(`[${shape.slice(0, LONGEST).join(',')}]`);
}

/** What a value is, for an error message: dtype and shape of a tensor, else its type. Never throws, never long. */
export function describe(value: unknown): string {
  return shortened(ask(() => textOf(value), 'an object that throws when it is looked at'));
}

/** A string of somebody else's in quotes, for an error message; anything else described. */
export function quote(value: unknown): string {
  return typeof value === 'string' ? shortened(`'${value.slice(0, LONGEST)}'`) : describe(value);
}

/** The same without quotes, where the original has none. */
export function bare(value: unknown): string {
  return typeof value === 'string' ? shortened(value.slice(0, LONGEST)) : describe(value);
}

/** The keys of a map, for an error message. */
export function keysText(map: object): string {
  return ask(() => shortened(keysOf(map)), '[keys that throw when they are looked at]');
}

/** Without characters that move a cursor, begin an escape sequence or turn the direction of writing. */
export function printable(text: string): string {
  if (ASCII.test(text)) return text; // nearly always, and told in a tenth of the time
  return text.replaceAll(NOT_PRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const ASCII = /^[ -~]*$/;
// Control characters, separators of lines, marks that turn the direction of writing, halves of surrogate pairs.
const NOT_PRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
      return value === undefined ? 'undefined' : `the ${typeof value} ${String(value)}`;
    case 'string':
      return `the string ${JSON.stringify(value.slice(0, LONGEST))}`;
    case 'bigint':
      // Writing out a long one takes quadratic time.
      return BigInt.asIntN(64, value) === value ? `the bigint ${value}n` : 'a bigint of more than 64 bits';
    case 'symbol':
      return `the symbol ${value.toString().slice(0, LONGEST)}`;
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : textOfObject(value);
  }
}

function textOfObject(value: object): string {
  if (isTensor(value)) return `a ${value.dtype} tensor of shape ${shapeText(value.shape)}`;
  if (isSparseTensor(value)) return `a SparseTensor of shape ${shapeText(value.denseShape)}`;
  if (isList(value)) return `an array of ${value.length}`;
  if (isPromise(value)) {
    // It is refused for what it is: if it fails as well, that need not end the process as a rejection that nobody handles.
    ask(() => void value.then(undefined, () => undefined), undefined);
    return 'a promise';
  }
  const kind = classOf(value);
  if (ArrayBuffer.isView(value))
    return `a ${kind} of ${'length' in value ? String(value.length) : `${value.byteLength} bytes`}`;
  if (kind === 'Error') return `the error ${JSON.stringify(String((value as Error).message).slice(0, LONGEST))}`;
  if (kind === 'Map' || kind === 'Set') return `a ${kind} of ${String((value as Set<unknown>).size)}`;
  return `an object with the keys ${keysOf(value)}`;
}

function keysOf(map: object): string {
  const keys = Object.keys(map);
  const told = keys.slice(0, KEYS).map((key) => JSON.stringify(key.slice(0, LONGEST)));
  return `[${told.join(',')}${keys.length > KEYS ? `, and ${keys.length - KEYS} more` : ''}]`;
}

function shortened(text: string): string {
  const printed = printable(text);
  return printed.length <= LONGEST ? printed : `${printed.slice(0, LONGEST - 3).replace(/[\uD800-\uDBFF]$/, '')}...`;
}
