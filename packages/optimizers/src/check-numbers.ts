import { describeValue, headError } from '@tfjs-heads/head-kit';

/** Refuses a setting of an optimizer that is no number, or none of those that it may be. */
function checkNumber(name: string, value: unknown, expected: string, isRight: (value: number) => boolean): number {
  if (typeof value === 'number' && isRight(value)) return value;
  throw headError('INVALID_ARGUMENT', `${name} must be ${expected}, got ${describeValue(value)}.`);
}

/** Whether float32 has the number, rounded, neither infinite nor 0 in its place. */
function isOfFloat32(number: number): boolean {
  const rounded = Math.fround(number);
  return Number.isFinite(rounded) && (rounded !== 0 || number === 0);
}

/** What an update computes with. @throws INVALID_ARGUMENT */
export function notNegativeFloat(name: string, value: unknown): number {
  return checkNumber(
    name,
    value,
    'a finite number of float32, at least 0',
    (number) => number >= 0 && isOfFloat32(number),
  );
}

/** What an update computes with. @throws INVALID_ARGUMENT */
export function aboveZeroFloat(name: string, value: unknown): number {
  return checkNumber(name, value, 'a finite number of float32 above 0', (number) => number > 0 && isOfFloat32(number));
}

/** One that may be so small that float32 has 0 in its place: such a step goes nowhere. @throws INVALID_ARGUMENT */
export function rateOfFloat32(name: string, value: unknown): number {
  return checkNumber(
    name,
    value,
    'a finite number of float32, at least 0',
    (number) => number >= 0 && Math.fround(number) < Infinity,
  );
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
  return checkNumber(
    name,
    value,
    'a finite number of float32, at most 0',
    (number) => number <= 0 && isOfFloat32(number),
  );
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

/**
 * Refuses numbers of a step that float32 has infinity for.
 *
 * @throws INVALID_ARGUMENT
 */
export function checkScalars(optimizer: string, step: number, scalars: Readonly<Record<string, number>>): void {
  // Each step asks, and entries would be made for each.
  for (const name in scalars) {
    const value = scalars[name] as number;
    if (Number.isFinite(Math.fround(value))) continue;
    throw headError(
      'INVALID_ARGUMENT',
      `${optimizer}: its settings must make numbers that float32 can hold, got ${name} ${value} for step ${step}.`,
    );
  }
}
