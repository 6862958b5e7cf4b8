/** A number with the magnitude of the terms that it was combined from, by which its error is judged. */
export interface Scaled {
  readonly value: number;
  readonly scale: number;
}

/** What is beyond float32's largest number is infinite, as it would be in a float32 result. */
export function inFloat32({ value, scale }: Scaled): Scaled {
  return Number.isFinite(Math.fround(value)) ? { value, scale } : { value: Math.fround(value), scale: 0 };
}

/** `factor` times a number. */
export function times({ value, scale }: Scaled, factor: number): Scaled {
  return { value: value * factor, scale: scale * Math.abs(factor) };
}

/** A number divided: not the same as `times` the reciprocal, to the last bit. */
export function over({ value, scale }: Scaled, divisor: number): Scaled {
  return { value: value / divisor, scale: scale / Math.abs(divisor) };
}

/** The sum, in doubles. Its scale is the sum of the terms' scales or magnitudes, so that cancellation counts. */
export function sumOf(terms: readonly Scaled[]): Scaled {
  let [value, magnitude] = [0, 0];
  for (const term of terms) {
    value += term.value;
    magnitude += Math.max(term.scale, Math.abs(term.value));
  }
  return { value, scale: magnitude };
}
