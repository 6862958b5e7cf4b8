import { type ModeKeys, ModeKeys as Modes, type Predictions } from '@tfjs-heads/head-api';
import { describeValue, headError, quote } from '@tfjs-heads/head-kit';
import type { CheckedBatch } from './input.js';
import type { Model } from './model.js';

/** A number or a string, or a list of such, nested as the shape of a prediction is. */
export type PredictedValue = number | string | readonly PredictedValue[];

/** The predictions of one example by key, or of a whole batch. */
export type Predicted = Readonly<Record<string, PredictedValue>>;

/** The mode of predictions. */
const mode: typeof ModeKeys.PREDICT = Modes.PREDICT;

/**
 * The predictions of a batch as numbers and strings.
 *
 * @param keys Those that are wanted; undefined for all.
 * @throws PREDICTION_KEY_INVALID where none of the keys is there
 */
export async function predictBatch<P>(
  model: Model<P>,
  batch: CheckedBatch,
  keys: readonly string[] | undefined,
): Promise<Predicted> {
  const spec = model.spec(batch, mode);
  try {
    const chosen = choose(spec.predictions, keys);
    const read = await Promise.all(
      chosen.map(async ([key, value]) => [key, (await value.array()) as PredictedValue] as const),
    );
    return Object.fromEntries(read);
  } finally {
    spec.dispose();
  }
}

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

function choose(
  predictions: Predictions,
  keys: readonly string[] | undefined,
): (readonly [string, Predictions[string]])[] {
  const all = Object.entries(predictions);
  const chosen = keys === undefined ? all : all.filter(([key]) => keys.includes(key));
  if (chosen.length > 0) return chosen;
  throw headError(
    'PREDICTION_KEY_INVALID',
    `predictKeys must be some of ${all.map(([key]) => key).join(', ') || 'no keys'}, got ${keys === undefined ? 'none' : keys.join(', ')}.`,
  );
}
