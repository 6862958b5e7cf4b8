/**
 * How many rounding units a value may be off, by what it was made of: nothing computed, a few operations on each
 * element, a sum or a chain, ten training steps. A case may state a number of its own, with a reason.
 *
 * TRAIN was measured: of our heads with every optimizer on wasm, native, webgl and webgpu (a GPU in software) the worst was
 * 54 (Poisson, adadelta, webgl), the next 8; this leaves a real GPU ten times as much.
 */
export const ULPS = { EXACT: 0, ELEMENT: 16, REDUCE: 64, TRAIN: 512 } as const;

/** The smallest normal float32: a backend may flush what is smaller to zero. */
const TINY = 2 ** -126;

/**
 * Used over allowed of `|actual - expected| <= k * unit * max(|expected|, scale) + tiny`: right up
 * to 1. NaN is near NaN only, an infinity only itself. `scale` is the magnitude of the terms that were combined.
 */
export function usedTolerance(
  actual: number,
  expected: number,
  options: { k: number; unit: number; scale: number },
): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  const used =
    Math.abs(actual - expected) / (options.k * options.unit * Math.max(Math.abs(expected), options.scale) + TINY);
  return Number.isNaN(used) ? Infinity : used;
}
