export function total(terms: readonly number[]): number {
  return terms.reduce((sum, term) => sum + term, 0);
}

export function product(factors: readonly number[]): number {
  return factors.reduce((all, factor) => all * factor, 1);
}

/** The largest of the finite numbers, whatever its sign. */
export function largest(values: ArrayLike<number>): number {
  return Array.from(values, Math.abs).reduce((most, value) => (value < Infinity ? Math.max(most, value) : most), 0);
}
