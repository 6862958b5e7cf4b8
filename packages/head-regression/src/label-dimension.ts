import { describeValue, headError } from '@tfjs-heads/head-kit';

/** @throws LABEL_DIMENSION_INVALID unless it is a whole number from 1 on */
export function checkLabelDimension(labelDimension: unknown): number {
  if (typeof labelDimension === 'number' && Number.isInteger(labelDimension) && labelDimension >= 1)
    return labelDimension;
  throw headError(
    'LABEL_DIMENSION_INVALID',
    `Invalid label_dimension: labelDimension must be a whole number from 1 on, got ${describeValue(labelDimension)}.`,
  );
}
