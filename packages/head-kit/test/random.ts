/** Numbers in [low, high), exact in float32, the same for a seed everywhere. */
export function uniform(count: number, low: number, high: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    // Numerical Recipes' linear congruential generator; its upper bits are random enough for a test.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + (high - low) * ((state >>> 8) / 2 ** 24);
  });
}
