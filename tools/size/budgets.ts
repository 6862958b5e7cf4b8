/** How many gzipped bytes a package must stay below. */
export const budgets: Readonly<Record<string, number>> = {
  '@tfjs-heads/head-api': 250,
};
