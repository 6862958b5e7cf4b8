/** The smallest normal float32: a backend may flush what is smaller to zero. */
const tiny = 2 ** -126;

/**
 * Used over allowed of `|actual - expected| <= k * unit * max(|expected|, scale) + tiny`: right up
 * to 1. `scale` is the magnitude of the terms that were combined.
 */
export function usedTolerance(actual: number, expected: number, options: { k: number; unit: number; scale: number }): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  const used = Math.abs(actual - expected) / (options.k * options.unit * Math.max(Math.abs(expected), options.scale) + tiny);
  return Number.isNaN(used) ? Infinity : used;
}
