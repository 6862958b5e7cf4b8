/** A histogram as TensorBoard reads it. Bucket i holds what lies below limit i and not below limit i - 1. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

let allLimits: readonly number[] | undefined;

/** The limits of TensorFlow's `histogram.cc`: a tenth apart, from 1e-12 to 1e20, on both sides of 0. */
function limits(): readonly number[] {
  if (allLimits !== undefined) return allLimits;
  const above: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) above.push(limit);
  above.push(Number.MAX_VALUE);
  allLimits = [...above.toReversed().map((limit) => -limit), 0, ...above];
  return allLimits;
}

/** The histogram of numbers; those that are not finite are left out. Buckets without any are one with the next such. */
export function histogramOf(values: ArrayLike<number>): Histogram {
  const of = limits();
  const counted = new Float64Array(of.length);
  let [min, max, num, sum, sumSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    const bucket = bucketOf(value, of);
    counted[bucket] = (counted[bucket] as number) + 1;
    min = Math.min(min, value);
    max = Math.max(max, value);
    num++;
    sum += value;
    sumSquares += value * value;
  }
  if (num === 0) [min, max] = [0, 0];
  const kept = of.map((_, i) => i).filter((i) => counted[i] !== 0 || counted[i + 1] !== 0);
  return {
    min,
    max,
    num,
    sum,
    sumSquares,
    limits: kept.map((i) => of[i] as number),
    counts: kept.map((i) => counted[i] as number),
  };
}

/** The first limit that a value lies below. */
function bucketOf(value: number, of: readonly number[]): number {
  let [low, high] = [0, of.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((of[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
