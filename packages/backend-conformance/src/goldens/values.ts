import type { JsonNumber } from '@tfjs-heads/head-api';
import { drawValues, type Values } from '@tfjs-heads/reference';
import type { GoldenTensor } from './format.js';

/** The numbers to put in, drawn where they are not written out. */
export function inputOf({ shape, values, draw, dtype }: GoldenTensor): Values {
  const given = draw === undefined ? numbersOf(values ?? []) : drawValues(draw.seed, shape, draw.kind);
  return { shape, values: given, ...(dtype && { dtype }) };
}

/** Numbers as JSON has them, infinities included. */
export function numbersOf(values: readonly JsonNumber[]): number[] {
  return values.map(Number);
}
