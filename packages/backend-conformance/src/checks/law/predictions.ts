import { tensorsOf } from '../../batch.js';
import type { Check } from '../check.js';
import { codedErrorOf } from './coded.js';
import { batchOf, headOf } from './claims.js';
import { nearPredictions } from './near.js';
import { readPredictions } from '../outcome.js';

export const predictionsAsClaimed: Check = {
  states: 'Predictions have the keys that are claimed, in order, each in its shape and dtype.',
  cases: () => [{ rows: 3 }, { rows: '2x3' }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const { logits } = tensorsOf(subject, batchOf(subject, head, rows as number));
    const predictions = head.predictions(logits);
    const { predictions: claims } = subject;
    if (claims !== undefined) judge.equal('the keys', Object.keys(predictions), Object.keys(claims));
    judge.that(Object.keys(predictions).length > 0, 'there are no predictions');
    const before = logits.shape.slice(0, -1);
    for (const [key, values] of Object.entries(predictions)) {
      const { lastDimension, dtype } = claims?.[key] ?? { lastDimension: values.shape.at(-1), dtype: values.dtype };
      judge.equal(`the shape of predictions['${key}']`, values.shape, [...before, lastDimension]);
      judge.equal(`the dtype of predictions['${key}']`, values.dtype, dtype);
      judge.equal(`the number of predictions['${key}']`, (await values.data()).length, values.shape.reduce((size, each) => size * each, 1));
    }
  },
};

export const predictionKeys: Check = {
  states: 'Asked for some keys, a head predicts those, in its own order; it refuses a key that it does not know.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const head = headOf(subject);
    const { logits } = tensorsOf(subject, batchOf(subject, head, 3));
    const all = await readPredictions(head.predictions(logits));
    const keys = Object.keys(all);
    nearPredictions(judge, await readPredictions(head.predictions(logits, keys.toReversed())), all);
    for (const key of keys) nearPredictions(judge, await readPredictions(head.predictions(logits, [key])), { [key]: all[key] ?? [] });
    const error = codedErrorOf(judge, 'a key that is none', () => head.predictions(logits, ['no such key']));
    judge.equal('the code for a key that is none', error.code, 'PREDICTION_KEY_INVALID');
    judge.that(error.message.includes('no such key'), `the message must name the key, but is: ${error.message}`);
  },
};
