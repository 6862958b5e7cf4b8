import type { Predictions } from '@tfjs-heads/head-api';
import { describeValue, headError, listOf, quote, scoped } from '@tfjs-heads/head-kit';
import { logitsByHead } from './by-head.js';
import { type NamedHead, ofHead } from './heads.js';
import { mapKeys, mergeAll } from './merge.js';
import { checkPredictions } from './returned.js';

/**
 * The predictions of several heads under `head/key`.
 *
 * @param keys Which; all of them if none is named.
 * @throws LOGITS_*, PREDICTION_KEY_INVALID, HEADS_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN, with the name of the head
 */
export function predictionsOf(heads: readonly NamedHead[], logits: unknown, keys: unknown): Predictions {
  return scoped(() => {
    const asked = keysByHead(heads, keys);
    const logitsOf = logitsByHead(logits, heads);
    const predictions = heads.map((head, index) => {
      const own = asked?.[index];
      return own?.length === 0
        ? {}
        : ofHead(head, () => checkPredictions(head.predictions(logitsOf[index] ?? {}, own), 'HEADS_INVALID'));
    });
    return mergePredictions(heads, predictions);
  });
}

/** @throws HEADS_INVALID where two of them have the same key */
export function mergePredictions(heads: readonly NamedHead[], predictions: readonly Predictions[]): Predictions {
  const named = predictions.map((ofOne, index) => mapKeys(ofOne, (key) => `${heads[index]?.name}/${key}`));
  return mergeAll('The predictions of the heads', named, 'HEADS_INVALID');
}

/**
 * The keys that each head is asked for, none or some; undefined for all keys of all heads.
 *
 * @throws PREDICTION_KEY_INVALID
 */
function keysByHead(heads: readonly NamedHead[], keys: unknown): readonly (readonly string[])[] | undefined {
  if (keys === undefined || keys === null) return undefined;
  const expected = `Prediction key must be in PredictionKeys behind the name of its head, as '${heads[0]?.name}/logits', of the heads ${heads.map(({ name }) => quote(name)).join(', ')}`;
  const list = listOf(keys);
  if (list === undefined)
    throw headError('PREDICTION_KEY_INVALID', `${expected}, in a list, got ${describeValue(keys)}.`);
  if (list.length === 0) return undefined;
  const asked = heads.map((): string[] => []);
  for (const key of list) {
    const index = typeof key === 'string' ? ownerOf(key, heads) : undefined;
    if (index === undefined) throw headError('PREDICTION_KEY_INVALID', `${expected}, given: ${quote(key)}.`);
    asked[index]?.push((key as string).slice((heads[index]?.name.length ?? 0) + 1));
  }
  return asked;
}

/** The head whose name a key begins with; that with the longest name, since a name may have a slash in it. */
function ownerOf(key: string, heads: readonly NamedHead[]): number | undefined {
  const owners = heads.flatMap(({ name }, index) => (key.startsWith(`${name}/`) ? [{ name, index }] : []));
  return owners.toSorted((a, b) => b.name.length - a.name.length)[0]?.index;
}
