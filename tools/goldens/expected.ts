import type { GoldenValues } from '@tfjs-heads/conformance-kit';
import { jsonNumber } from '@tfjs-heads/conformance-kit/host';
import { type Scaled, ULPS } from '@tfjs-heads/reference';

/**
 * Expected values as they are stored: all digits of those that must be exact, else 12, 10,000 times as fine as float32, so that
 * the last bits of an engine's `Math.exp` do not show; scales, which need less, to 3.
 */
export function expected(values: readonly Scaled[], k: number, at?: readonly number[]): GoldenValues {
  const shown = at === undefined ? values : at.map((i) => values[i] as Scaled);
  const scales = shown.map(({ scale }) => rounded(scale, 3));
  const [first = 0] = scales;
  return {
    values: shown.map(({ value }) => jsonNumber(k === ULPS.EXACT ? value : rounded(value, 12))),
    scale: scales.every((scale) => scale === first) ? first : scales,
    ...(at && { at }),
    k,
  };
}

function rounded(value: number, digits: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(digits));
}
