import { describeValue, headError } from '@tfjs-heads/head-kit';

/** Refuses a setting of an optimizer that is no number, or none of those that it may be. */
function checkNumber(name: string, value: unknown, expected: string, isRight: (value: number) => boolean): number {
  if (typeof value === 'number' && isRight(value)) return value;
  throw headError('INVALID_ARGUMENT', `${name} must be ${expected}, got ${describeValue(value)}.`);
}

/** @throws INVALID_ARGUMENT */
export function notNegative(name: string, value: unknown): number {
  return checkNumber(name, value, 'a finite number, at least 0', (number) => number >= 0 && number < Infinity);
}

/** @throws INVALID_ARGUMENT */
export function belowOne(name: string, value: unknown): number {
  return checkNumber(name, value, 'a number from 0 to below 1', (number) => number >= 0 && number < 1);
}

/** @throws INVALID_ARGUMENT */
export function atMostOne(name: string, value: unknown): number {
  return checkNumber(name, value, 'a number from 0 to 1', (number) => number >= 0 && number <= 1);
}

/** @throws INVALID_ARGUMENT */
export function atMostZero(name: string, value: unknown): number {
  return checkNumber(name, value, 'a finite number, at most 0', (number) => number <= 0 && number > -Infinity);
}

/** @throws INVALID_ARGUMENT */
export function above0(name: string, value: unknown): number {
  return checkNumber(name, value, 'a finite number above 0', (number) => number > 0 && number < Infinity);
}

/** @throws INVALID_ARGUMENT */
export function trueOrFalse(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw headError('INVALID_ARGUMENT', `${name} must be true or false, got ${describeValue(value)}.`);
}
