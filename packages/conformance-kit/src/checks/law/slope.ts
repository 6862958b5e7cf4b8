import { logitsIn, type Batch } from '../../batch.js';
import { largest, ULPS } from '@tfjs-heads/reference';
import type { Judge } from '../../judge.js';
import { largestLabel } from './compare.js';

/** How far apart the points of a difference are; a power of two, so that they are exact. */
export const STEP: number = 2 ** -4;

/** The places, in steps, that a slope is taken from. */
export const PLACES = [-3, -2, -1, 0, 1, 2, 3] as const;

/** The values at those places. */
export type Stencil = readonly [number, number, number, number, number, number, number];

/** Derivatives as they are said to be, and what was measured around each place. */
export interface Measured {
  readonly actual: readonly number[];
  readonly stencils: readonly Stencil[];
  /** The magnitude of what a value was combined from. */
  readonly term: number;
}

/** A derivative may be off by this share of its value, besides rounding: wrong by 1 % must show. */
const SHARE = 2e-3;

/** What a kink nearby may cost of that: beyond, a place tells nothing. */
const TELLING = 5e-3;

/** So often other places are drawn where kinks are near. */
const DRAWS = 8;

/**
 * Derivatives are the slopes of what was measured around each place, as far as differences tell those: where there is a kink near,
 * differences of several orders disagree, and a derivative may be off by as much. Other places are drawn until half of them tell.
 *
 * @param measure Measures other places each time.
 * @param unit The rounding unit of the backend.
 */
export async function nearSlopes(
  judge: Judge,
  what: string,
  unit: number,
  measure: (draw: number) => Promise<Measured>,
): Promise<void> {
  let [telling, needed] = [0, Infinity];
  for (let draw = 0; draw < DRAWS && telling < needed; draw++) {
    const { actual, stencils, term } = await measure(draw);
    needed = Math.min(needed, stencils.length / 2);
    stencils.forEach((stencil, i) => {
      // The rounding error of a slope is 1.5 / STEP times that of a value.
      const noise = (ULPS.ELEMENT * unit * (Math.max(...stencil.map(Math.abs)) + term) * 1.5) / STEP;
      const { slope, error } = slopeOf(stencil);
      if (error <= TELLING * Math.abs(slope) + 4 * noise) telling++;
      const allowed = SHARE * Math.abs(slope) + noise + error;
      judge.near(`${what} at ${i}`, [actual[i] as number], [slope], { k: 1, scale: allowed / unit });
    });
  }
  judge.that(
    telling >= needed,
    `${what}: only ${telling} slopes are the same to both sides, of all that were taken in ${DRAWS} draws`,
  );
}

/** The magnitude of the terms in the loss of one logit: label times logit, as in a likelihood, is the largest that may cancel. */
export function termOf(batch: Batch): number {
  return (1 + largest(logitsIn(batch))) * (1 + largestLabel(batch)) * Math.max(1, largest(batch.weights?.values ?? []));
}

/**
 * The central difference of fourth order, and how far off it may be. Of a smooth function those of second, fourth and sixth order
 * are nearly the same, and so are the slopes to both sides. Where there is a kink within reach, in the function or in its slope,
 * they disagree by more than that difference is off.
 */
function slopeOf([a, b, c, d, e, f, g]: Stencil): { slope: number; error: number } {
  const [near, middle, far] = [e - c, f - b, g - a];
  const slopes = [
    near / (2 * STEP),
    (8 * near - middle) / (12 * STEP),
    (45 * near - 9 * middle + far) / (60 * STEP),
  ] as const;
  const [left, right] = [(3 * d - 4 * c + b) / (2 * STEP), (-3 * d + 4 * e - f) / (2 * STEP)];
  return { slope: slopes[1], error: 2 * (Math.max(...slopes) - Math.min(...slopes)) + Math.abs(right - left) };
}
