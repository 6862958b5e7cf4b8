import { describeValue, headError, quote } from '@tfjs-heads/head-kit';
import type { Predicted, PredictedValue } from './predict-step.js';

/**
 * The predictions of a batch, example by example.
 *
 * @throws SPEC_INVALID where predictions are of unlike numbers of examples
 */
export function examplesOf(batch: Predicted): readonly Predicted[] {
  const entries = Object.entries(batch);
  const sizes = entries.map(([key, value]) => {
    if (typeof value === 'object') return value.length;
    throw headError(
      'SPEC_INVALID',
      `The prediction ${quote(key)} must have a value for each example, got ${describeValue(value)}.`,
    );
  });
  const size = sizes[0] ?? 0;
  const odd = sizes.findIndex((other) => other !== size);
  if (odd >= 0) {
    throw headError(
      'SPEC_INVALID',
      `Predictions must be of equally many examples, got ${size} of ${quote((entries[0] as [string, unknown])[0])} and ${sizes[odd]} of ${quote((entries[odd] as [string, unknown])[0])}: ask for whole batches.`,
    );
  }
  return Array.from({ length: size }, (_, i) =>
    Object.fromEntries(entries.map(([key, value]) => [key, (value as readonly PredictedValue[])[i] as PredictedValue])),
  );
}
