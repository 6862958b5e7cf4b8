import type { JsonNumber } from '@tfjs-heads/head-api';

/** A number as JSON has it: what is not finite as a string. `Number` reads it back. */
export function jsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}
