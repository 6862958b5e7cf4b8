/**
 * Exponential and logarithm over just the ranges that a logistic loss needs, twice as fast as `Math.exp` and `Math.log1p`, which
 * take most of the time of the host kernel. The exponential is as good as that of `Math`, and the same in every engine; the
 * logarithm has a relative error below 1e-9, far under half a unit of float32.
 */

const LARGEST = 700;
/** Parts of a power of two: so many steps, 2^(-k / 8) each. */
const STEPS = 8;
const STEP_BITS = 3;
const STEPS_PER_E: number = STEPS * Math.LOG2E;
/** ln(2) / 8 in two parts: the first has so few digits that no multiple of it is rounded here. */
const STEP_HIGH: number = /*#__PURE__*/ Math.fround(Math.LN2 / STEPS);
/** ln(2) less what a double has of it. */
const LN_2_REST = 2.3190468138462996e-17;
const STEP_LOW: number = Math.LN2 / STEPS - STEP_HIGH + LN_2_REST / STEPS;
/** 2^-k */
const POWERS: Float64Array = /*#__PURE__*/ Float64Array.from(
  { length: Math.ceil(LARGEST * Math.LOG2E) + 2 },
  (_, k) => 2 ** -k,
);
/** 2^(-k / 8) */
const ROOTS: Float64Array = /*#__PURE__*/ Float64Array.from({ length: STEPS }, (_, k) => 2 ** (-k / STEPS));

/** `exp(-a)` for a >= 0: `2^(-k / 8) exp(r)` with |r| <= ln(2) / 16, exp(r) being its Taylor series. */
export function expOfMinus(a: number): number {
  if (a > LARGEST) return 0; // as it is in float32, long before
  const k = (a * STEPS_PER_E + 0.5) | 0;
  const r = k * STEP_HIGH - a + k * STEP_LOW;
  const r2 = r * r;
  // Grouped in pairs, not nested: the processor can then work on several terms at a time.
  const series = r2 * (1 / 2 + r * (1 / 6) + r2 * (1 / 24 + r * (1 / 120) + r2 * (1 / 720 + r * (1 / 5040))));
  const power = (POWERS[k >> STEP_BITS] as number) * (ROOTS[k & (STEPS - 1)] as number);
  return power * (1 + (r + series));
}

/** `log(1 + y)` for 0 <= y <= 1, as `2 atanh(y / (2 + y))`. */
export function log1pOfUnit(y: number): number {
  const s = y / (2 + y);
  const q = s * s;
  const q2 = q * q;
  const q4 = q2 * q2;
  const series =
    1 +
    q * (1 / 3) +
    q2 * (1 / 5 + q * (1 / 7)) +
    q4 * (1 / 9 + q * (1 / 11) + q2 * (1 / 13 + q * (1 / 15)) + q4 * (1 / 17));
  return 2 * s * series;
}

/** Of a batch on the host: see `HostBatch`. */
export interface DecayRoom {
  get(name: string): { readonly values: ArrayLike<number> };
  room(length: number): Float64Array;
  shared(name: string, compute: () => Float64Array): Float64Array;
}

/**
 * `exp(-|x|)` of each number x of a quantity, computed once a batch: logistic losses and probabilities are made of it.
 *
 * @param known Them, by who has them, for whoever asks next.
 */
export function decaysOf(batch: DecayRoom, name: string, known?: Float64Array): Float64Array {
  return batch.shared(`exp(-|${name}|)`, () => {
    if (known !== undefined) return known;
    const { values } = batch.get(name);
    return fillDecays(batch.room(values.length), values);
  });
}

/** A function of its own, as the loop of `buckets.ts`. */
function fillDecays(decays: Float64Array, values: ArrayLike<number>): Float64Array {
  for (let i = 0; i < decays.length; i++) decays[i] = expOfMinus(Math.abs(values[i] as number));
  return decays;
}
