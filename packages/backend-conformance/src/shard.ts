/** One part of a run that is split over machines: the `index`th of `count`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Every `count`th of a list, so that costly neighbours are dealt out evenly. */
export function inShard<T>(list: readonly T[], shard: Shard | undefined): readonly T[] {
  return shard === undefined ? list : list.filter((_, i) => i % shard.count === shard.index - 1);
}

/**
 * Reads `2/5`.
 *
 * @throws Error that says what came
 */
export function parseShard(text: string): Shard {
  const [, index = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count && count <= Number.MAX_SAFE_INTEGER) return { index, count };
  throw new Error(`A shard is i/n with 1 <= i <= n, such as 2/5, but '${text}' came.`);
}
