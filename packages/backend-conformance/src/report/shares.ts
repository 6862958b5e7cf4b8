import type { CaseResult, Status } from '@tfjs-heads/conformance-kit/host';

/** A skip is no pass, and a known divergence is worse than either. */
export const worstFirst: readonly Status[] = ['fail', 'xpass', 'xfail', 'skip', 'pass'];

/** The share of the allowed error that a case used; undefined where no numbers were compared. */
export function usedOf({ closest }: CaseResult): number | undefined {
  return closest === undefined ? undefined : Number(closest.used);
}

/** The used/allowed of the cases that are held to it, so not of known divergences. */
export function sharesUsed(cases: readonly CaseResult[]): number[] {
  return cases.flatMap((result) => (result.status === 'xfail' ? [] : (usedOf(result) ?? [])));
}

/** Shares of the allowed error from 0 to 1, in so many parts; exactly 0 and more than 1 have one of their own. */
export const PARTS = 20;

/** How many cases used how much. */
export function histogramOf(cases: readonly CaseResult[]): number[] {
  const counts = Array.from({ length: PARTS + 2 }, () => 0);
  for (const share of sharesUsed(cases)) {
    const part = share === 0 ? 0 : share <= 1 ? Math.ceil(share * PARTS) : PARTS + 1;
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}

/** The median of the shares; undefined where there are none. */
export function medianOf(cases: readonly CaseResult[]): number | undefined {
  const shares = sharesUsed(cases).toSorted((a, b) => a - b);
  return shares[Math.floor(shares.length / 2)];
}
