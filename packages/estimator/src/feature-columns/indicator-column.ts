import { columnError } from './check.js';
import { type CategoricalColumn, isCategorical } from './categorical-column.js';

/** Made by {@link indicatorColumn}. */
export interface IndicatorColumn {
  readonly kind: 'indicatorColumn';
  /** `<name>_indicator`. */
  readonly name: string;
  readonly categoricalColumn: CategoricalColumn;
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
export function indicatorColumn(categoricalColumn: CategoricalColumn): IndicatorColumn {
  if (!isCategorical(categoricalColumn))
    throw columnError('indicatorColumn', 'categoricalColumn', 'a categorical column', categoricalColumn);
  return Object.freeze({ kind: 'indicatorColumn', name: `${categoricalColumn.name}_indicator`, categoricalColumn });
}
