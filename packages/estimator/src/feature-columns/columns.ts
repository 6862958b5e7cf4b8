import { headError, isNumericColumn, listOf, type NumericColumn, quote } from '@tfjs-heads/head-kit';
import type { BucketizedColumn } from './bucketized-column.js';
import { type CategoricalColumn, isCategorical } from './categorical-column.js';
import { columnError } from './check.js';
import type { EmbeddingColumn } from './embedding-column.js';
import type { IndicatorColumn } from './indicator-column.js';

/** A column that gives numbers, so many for each example. */
export type DenseColumn = NumericColumn | BucketizedColumn | IndicatorColumn | EmbeddingColumn;

/** What of a feature a model takes, and how. */
export type FeatureColumn = CategoricalColumn | DenseColumn;

const DENSE: ReadonlySet<unknown> = /*#__PURE__*/ new Set(['bucketizedColumn', 'indicatorColumn', 'embeddingColumn']);

export function isDense(column: unknown): column is DenseColumn {
  return isNumericColumn(column) || DENSE.has((column as { kind?: unknown } | null | undefined)?.kind);
}

/** The name of a column, by which columns are sorted and variables are known. */
export function columnName(column: FeatureColumn): string {
  return column.kind === 'numericColumn' ? column.key : column.name;
}

/** How many numbers a column gives for an example; of a category, how many ids it has. */
export function columnSize(column: FeatureColumn): number {
  switch (column.kind) {
    case 'numericColumn':
      return column.shape.reduce((product, size) => product * size, 1);
    case 'indicatorColumn':
      return column.categoricalColumn.numBuckets;
    case 'embeddingColumn':
      return column.dimension;
    default:
      return column.numBuckets;
  }
}

/** The columns of a linear model, sorted by name. Throws FEATURE_COLUMNS_INVALID. */
export function sortedColumns(of: string, columns: unknown): readonly FeatureColumn[] {
  return sort(of, columns, (column): column is FeatureColumn => isDense(column) || isCategorical(column));
}

/** The columns of a network, sorted by name. Throws FEATURE_COLUMNS_INVALID. */
export function sortedDenseColumns(of: string, columns: unknown): readonly DenseColumn[] {
  const categorical = listOf(columns)?.find(isCategorical);
  if (categorical !== undefined) {
    throw headError(
      'FEATURE_COLUMNS_INVALID',
      `${of}: Items of feature_columns must be a DenseColumn: a categorical column must be wrapped by indicatorColumn or embeddingColumn, got ${quote(categorical.name)}.`,
    );
  }
  return sort(of, columns, isDense);
}

function sort<T extends FeatureColumn>(
  of: string,
  columns: unknown,
  isOne: (column: unknown) => column is T,
): readonly T[] {
  const list = listOf(columns);
  if (list === undefined) throw columnError(of, 'featureColumns', 'a list of feature columns', columns);
  if (list.length === 0) {
    throw headError(
      'FEATURE_COLUMNS_INVALID',
      `${of}: feature_columns must not be empty: featureColumns must be a list of at least one, got [].`,
    );
  }
  const seen = new Set<string>();
  for (const [i, column] of list.entries()) {
    if (!isOne(column)) throw columnError(of, `featureColumns[${i}]`, 'a feature column', column);
    const name = columnName(column);
    if (seen.has(name)) {
      throw headError(
        'FEATURE_COLUMNS_INVALID',
        `${of}: Duplicate feature column name found: featureColumns must have names of their own, got two of the name ${quote(name)}.`,
      );
    }
    seen.add(name);
  }
  // As Python sorts: by code points, whatever the language of the machine.
  return (list as T[]).toSorted((a, b) => (columnName(a) < columnName(b) ? -1 : 1));
}
