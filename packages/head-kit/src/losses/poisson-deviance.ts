/**
 * How far the logarithm x of a predicted count lies from that of the count z: `d = x - log(z)`, and what a Poisson loss
 * makes of it, in doubles. For large counts the loss is a small difference of huge terms, so that these must not cancel.
 */

/** log(2) in two parts; the first times a whole number below 2^21 is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** `x - log(z)` for z > 0, accurate relative to itself, which for large counts is what the loss depends on. */
export function logRatio(x: number, z: number): number {
  const ratio = x - Math.log(z);
  if (!(Math.abs(ratio) < 2 ** -6)) return ratio;
  // log(z) has an error of 1e-14 at 1e30, where d is 1e-7 and less: it is better as k log(2) + log(m).
  const k = Math.round(Math.log2(z));
  return x - k * LN2_HIGH - Math.log1p(z * 2 ** -k - 1) - k * LN2_LOW;
}

/** `exp(d) - 1 - d`, for `mean = exp(d) z` and any d, times z. */
export function excess(z: number, mean: number, d: number): number {
  if (!(Math.abs(d) < 0.5)) return mean - z * (1 + d);
  let series = 1;
  for (let n = 14; n > 2; n--) series = 1 + (series * d) / n;
  return 0.5 * d * d * series * z;
}
