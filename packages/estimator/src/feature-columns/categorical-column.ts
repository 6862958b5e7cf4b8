import type { WeighedColumn, WeightedCategoricalColumn } from './weighted-categorical-column.js';

/** A column whose values are ids. A linear model takes it as it is; a network takes it by an indicator or an embedding column. */
export type CategoricalColumn = WeighedColumn | WeightedCategoricalColumn;

const KINDS: ReadonlySet<unknown> = /*#__PURE__*/ new Set([
  'vocabularyListColumn',
  'identityColumn',
  'hashBucketColumn',
  'crossedColumn',
  'weightedCategoricalColumn',
]);

/** Whether a value is one, also one that another copy of this package made. */
export function isCategorical(column: unknown): column is CategoricalColumn {
  return KINDS.has((column as { kind?: unknown } | null | undefined)?.kind);
}
