import { bare, describe } from '../checks/describe.js';
import { ask, isList } from '../checks/kinds.js';
import { headError } from '../error.js';

/**
 * Which predictions were asked for, in the head's order; all of them if none was named.
 *
 * @throws PREDICTION_KEY_INVALID
 */
export function predictionKeys(keys: unknown, known: readonly string[]): readonly string[] {
  if (keys === undefined || keys === null) return known;
  const expected = `Prediction key must be in PredictionKeys, one of ${known.join(', ')}`;
  if (!isList(keys)) throw headError('PREDICTION_KEY_INVALID', `${expected}, in a list, got ${describe(keys)}.`);
  for (let index = 0; index < keys.length; index++) {
    const key = ask(() => keys[index], undefined);
    if (typeof key !== 'string' || !known.includes(key)) {
      throw headError('PREDICTION_KEY_INVALID', `${expected}, given: ${bare(key)}.`);
    }
  }
  return keys.length === 0 ? known : known.filter((key) => keys.includes(key));
}
