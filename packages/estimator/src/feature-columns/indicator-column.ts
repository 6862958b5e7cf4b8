import { columnError } from './check.js';
import { type CategoricalColumn, isCategorical } from './categorical-column.js';
import { isSequenceCategorical, type SequenceCategoricalColumn } from './sequence-categorical-columns.js';

/** Made by {@link indicatorColumn}. */
export interface IndicatorColumn {
  readonly kind: 'indicatorColumn';
  /** `<name>_indicator`. */
  readonly name: string;
  readonly categoricalColumn: CategoricalColumn;
}

/** Made by `indicatorColumn` of a sequence of categories: one-hot for each step. */
export interface SequenceIndicatorColumn {
  readonly kind: 'sequenceIndicatorColumn';
  /** `<name>_indicator`. */
  readonly name: string;
  readonly categoricalColumn: SequenceCategoricalColumn;
}

/**
 * How often an example has each id of a category: one-hot for one value, with weights their sum.
 *
 * ```ts
 * indicatorColumn(categoricalColumnWithIdentity('floor', { numBuckets: 4 })); // [0,2,0,1] for the floors 1, 1 and 3
 * ```
 *
 * @throws FEATURE_COLUMNS_INVALID
 */
export function indicatorColumn(categoricalColumn: CategoricalColumn): IndicatorColumn;
/** A sequence of categories, one-hot for each step. */
export function indicatorColumn(categoricalColumn: SequenceCategoricalColumn): SequenceIndicatorColumn;
export function indicatorColumn(
  categoricalColumn: CategoricalColumn | SequenceCategoricalColumn,
): IndicatorColumn | SequenceIndicatorColumn {
  if (isSequenceCategorical(categoricalColumn)) {
    const name = `${categoricalColumn.name}_indicator`;
    return Object.freeze({ kind: 'sequenceIndicatorColumn', name, categoricalColumn });
  }
  if (!isCategorical(categoricalColumn))
    throw columnError('indicatorColumn', 'categoricalColumn', 'a categorical column', categoricalColumn);
  return Object.freeze({ kind: 'indicatorColumn', name: `${categoricalColumn.name}_indicator`, categoricalColumn });
}
