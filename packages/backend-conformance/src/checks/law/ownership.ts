import { tidy, type Tensor } from '@tensorflow/tfjs-core';
import { ModeKeys } from '@tfjs-heads/head-api';
import { tensorsOf, WEIGHT } from '../../batch.js';
import type { Check } from '../check.js';
import { batchOf, headOf } from './claims.js';
import { nearOutcome, scalesOf } from './near.js';
import { lossAndGradient, numberOf, outcomeOf, readPredictions, resultsOf, updated, valuesOf } from '../outcome.js';

export const inputsKept: Check = {
  states: 'Inputs are neither disposed, nor changed, nor returned: they are as they were when all outputs are gone.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchOf(subject, head, rows as number);
    const { logits, labels, features } = tensorsOf(subject, batch);
    const tensors = { logits, labels, features };
    const { value, grad } = lossAndGradient(head, tensors);
    const predictions = head.predictions(logits);
    const metrics = updated(head, head.metrics(), tensors);
    await resultsOf(metrics);
    const toPredict = head.createEstimatorSpec({ mode: ModeKeys.PREDICT, logits });
    const toEvaluate = head.createEstimatorSpec({ mode: ModeKeys.EVAL, ...tensors });
    const outputs = [value, grad, ...Object.values(predictions), ...Object.values(metrics), toPredict, toEvaluate];
    for (const output of outputs) output.dispose();
    const inputs = { logits, labels, ...features };
    for (const [name, input] of Object.entries(inputs)) judge.that(!input.isDisposed, `${name}: disposed`);
    judge.same('the logits', await logits.data(), batch.logits.values);
    judge.same('the labels', await labels.data(), batch.labels.values);
    const given = { ...batch.features, ...(batch.weights && { [WEIGHT]: batch.weights }) };
    for (const [name, { values }] of Object.entries(given)) judge.same(`the feature '${name}'`, (await features[name]?.data()) ?? [], values);
  },
};

export const outputsOwned: Check = {
  states: 'Outputs stay when the inputs are gone and when a tidy that returns them ends, and reads of metrics go on.',
  cases: () => [{ rows: 5 }],
  async run({ subject, judge }, { rows }) {
    const head = headOf(subject);
    const batch = batchOf(subject, head, rows as number);
    const expected = await outcomeOf(head, tensorsOf(subject, batch));
    const tensors = tensorsOf(subject, batch);
    const metrics = head.metrics();
    const { loss, gradient, predictions } = tidy(() => {
      const { value, grad } = lossAndGradient(head, tensors);
      updated(head, metrics, tensors);
      return { loss: value, gradient: grad, predictions: head.predictions(tensors.logits) as Record<string, Tensor> };
    });
    for (const input of [tensors.logits, tensors.labels, ...Object.values(tensors.features)]) input.dispose();
    const actual = {
      loss: await numberOf(loss),
      gradient: await valuesOf(gradient),
      predictions: await readPredictions(predictions),
      metrics: await resultsOf(metrics),
    };
    nearOutcome(judge, actual, expected, scalesOf(batch));
  },
};
