import type { JsonNumber } from '@tfjs-heads/head-api';
import type { Values } from '../batch.js';
import { drawValues } from '../draw.js';
import type { GoldenTensor } from './format.js';

/** The numbers to put in, drawn where they are not written out. */
export function inputOf({ shape, values, draw }: GoldenTensor): Values {
  if (values !== undefined) return { shape, values: numbersOf(values) };
  if (draw === undefined) throw new Error('A golden tensor has neither values nor a draw.');
  return { shape, values: drawValues(draw.seed, shape, draw.kind) };
}

/** Numbers as JSON has them, infinities included. */
export function numbersOf(values: readonly JsonNumber[]): number[] {
  return values.map(Number);
}
