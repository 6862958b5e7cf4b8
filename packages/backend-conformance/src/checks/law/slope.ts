import { largest, type Batch } from '../../batch.js';
import type { Judge } from '../../judge.js';
import { K } from '../../tier.js';

/** How far apart the points of a difference are; a power of two, so that they are exact. */
export const STEP: number = 2 ** -4;

/** The places, in steps, that a slope is taken from. */
export const PLACES = [-2, -1, 0, 1, 2] as const;

/** The values at those places. */
export type Stencil = readonly [number, number, number, number, number];

/** A derivative may be off by this share of its value, besides rounding: wrong by 1 % must show. */
const SHARE = 2e-3;

/**
 * Derivatives are the slopes of what was measured around each place. Where the slopes to both sides disagree no difference is
 * right, and the place is left out; most must stay.
 *
 * @param unit The rounding unit of the backend.
 * @param term The magnitude of what a value was combined from.
 */
export function nearSlopes(
  judge: Judge,
  what: string,
  actual: readonly number[],
  stencils: readonly Stencil[],
  { unit, term }: { readonly unit: number; readonly term: number },
): void {
  let smooth = 0;
  stencils.forEach((stencil, i) => {
    // The rounding error of a slope is 1.5 / STEP times that of a value.
    const noise = (K.ELEMENT * unit * (Math.max(...stencil.map(Math.abs)) + term) * 1.5) / STEP;
    if (hasKink(stencil, noise)) return;
    smooth++;
    const expected = slopeOf(stencil);
    judge.near(`${what} at ${i}`, [actual[i] as number], [expected], { k: 1, scale: (SHARE * Math.abs(expected) + noise) / unit });
  });
  judge.that(2 * smooth >= stencils.length, `${what}: only ${smooth} of ${stencils.length} slopes are the same to both sides`);
}

/** The magnitude of the terms in the loss of one logit: label times logit, as in a likelihood, is the largest that may cancel. */
export function termOf({ logits, labels, weights }: Batch): number {
  return (1 + largest(logits.values)) * (1 + largest(labels.values)) * Math.max(1, largest(weights?.values ?? []));
}

/** The central difference of fourth order. */
function slopeOf([a, b, , d, e]: Stencil): number {
  return (a - 8 * b + 8 * d - e) / (12 * STEP);
}

/** Whether the slopes to both sides, of second order, disagree. */
function hasKink([a, b, c, d, e]: Stencil, noise: number): boolean {
  const right = (-3 * c + 4 * d - e) / (2 * STEP);
  const left = (3 * c - 4 * b + a) / (2 * STEP);
  return Math.abs(right - left) > 0.05 * Math.max(Math.abs(right), Math.abs(left)) + 4 * noise;
}
