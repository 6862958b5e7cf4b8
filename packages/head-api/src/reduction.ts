/**
 * How the element losses of a batch become one scalar.
 *
 * - `SUM`: the sum of loss times weight.
 * - `SUM_OVER_BATCH_SIZE`: that sum divided by the number of elements of the losses after
 *   broadcasting, never by the sum of the weights; an element of weight zero still counts.
 * - `AUTO`: the same as `SUM_OVER_BATCH_SIZE`.
 * - `NONE`: no reduction. No head accepts it.
 */
export const Reduction: {
  readonly AUTO: 'auto';
  readonly NONE: 'none';
  readonly SUM: 'sum';
  readonly SUM_OVER_BATCH_SIZE: 'sum_over_batch_size';
} = /*#__PURE__*/ Object.freeze({ AUTO: 'auto', NONE: 'none', SUM: 'sum', SUM_OVER_BATCH_SIZE: 'sum_over_batch_size' });

/** The name of a loss reduction: lower case, compared as it is. */
export type Reduction = (typeof Reduction)[keyof typeof Reduction];
