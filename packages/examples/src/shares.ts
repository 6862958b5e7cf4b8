/** The logit of a class that has this share of the rows: what a model says of every row alike. */
export function logOdds(share: number): number {
  return Math.log(share / (1 - share));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}
