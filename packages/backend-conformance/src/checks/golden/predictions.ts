import type { Tensor } from '@tensorflow/tfjs-core';
import type { Predictions } from '@tfjs-heads/head-api';
import type { GoldenCase } from '../../goldens/format.js';
import type { Judge } from '../../judge.js';
import type { Check } from '../check.js';
import { loadCase } from './load-case.js';
import { tensorNear } from './near.js';

export const predictions: Check = {
  states: 'The predictions are the golden ones, of the shape of the logits, and no others come.',
  cases: (_, goldens) => goldens?.cases.filter(hasPredictions).map(({ parameters }) => parameters) ?? [],
  async run(context, parameters) {
    const { golden, head, tensors: { logits } } = loadCase(context, parameters);
    await predictionsNear(context.judge, head.predictions(logits), logits.shape, golden.predictions);
  },
};

export function hasPredictions({ predictions: expected }: GoldenCase): boolean {
  return Object.keys(expected).length > 0;
}

/** Predictions have the golden keys in order, and the golden values. */
export async function predictionsNear(
  judge: Judge,
  actual: Predictions,
  shape: readonly number[],
  expected: GoldenCase['predictions'],
): Promise<void> {
  judge.equal('the prediction keys', Object.keys(actual), Object.keys(expected));
  for (const [key, values] of Object.entries(expected)) {
    await tensorNear(judge, `the prediction ${key}`, actual[key] as Tensor, shape, values);
  }
}
