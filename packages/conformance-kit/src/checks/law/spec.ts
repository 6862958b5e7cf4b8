import { tidy } from '@tensorflow/tfjs-core';
import { ModeKeys, type EstimatorSpec } from '@tfjs-heads/head-api';
import { check, type Check } from '../check.js';
import {
  inMode,
  numberOf,
  outcomeOf,
  readPredictions,
  resultsOf,
  toPredict,
  withoutMask,
  type Outcome,
} from '../outcome.js';
import { countOf, labelTensors, mapped, type Batch } from '../../batch.js';
import type { NamedSubject } from '../../subject.js';
import { countedOf } from './claims.js';
import { namedExports } from '../parity/compare.js';
import { ULPS } from '@tfjs-heads/reference';
import { nearMetrics, nearPredictions, scalesOf } from './compare.js';
import { modelFor } from './spec-model.js';

export const specInfer: Check = check({
  states:
    'To predict, a spec has the predictions of the head and exports of the kinds that there are, one as serving_default.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const { head, batch, tensors } = modelFor(subject);
    const { logits } = tensors;
    const made = head.createEstimatorSpec({ ...toPredict(subject, tensors), logits: () => logits });
    const spec = inMode(judge, ModeKeys.PREDICT, made);
    const predictions = await readPredictions(withoutMask(subject, spec.predictions));
    nearPredictions(judge, predictions, await readPredictions(head.predictions(logits)));
    const { exportOutputs } = spec;
    judge.that(
      'serving_default' in exportOutputs,
      `exportOutputs have no serving_default among ${Object.keys(exportOutputs).join(', ')}`,
    );
    for (const [key, output] of Object.entries(exportOutputs)) {
      const values = { regression: ['value'], classification: ['scores', 'classes'], predict: ['outputs'] }[
        output.kind
      ];
      const got = `exportOutputs['${key}'] is of the kind '${output.kind}' with ${Object.keys(output).join(', ')}`;
      judge.that(values?.some((name) => name in output) === true, got);
      if (output.kind === 'predict') await readPredictions(output.outputs);
      if (output.kind === 'regression')
        judge.equal(`the rows of exportOutputs['${key}']`, output.value.shape[0], countOf(batch));
    }
    spec.dispose();
  },
});

export const specEval: Check = check({
  states: 'To evaluate, a spec has the loss, the predictions and the metrics that the head gives for the batch.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const { head, batch, tensors } = modelFor(subject, { name: 'other' });
    const spec = inMode(judge, ModeKeys.EVAL, head.createEstimatorSpec({ mode: ModeKeys.EVAL, ...tensors }));
    const { loss, predictions, metrics } = await outcomeOf(head, tensors);
    const scales = scalesOf(batch);
    judge.near('the loss', [await numberOf(spec.loss)], [loss], { k: ULPS.REDUCE, scale: scales.sum });
    nearMetrics(judge, await resultsOf(spec.evalMetricOps), metrics, scales);
    if (Object.keys(spec.predictions).length > 0) {
      const made = await readPredictions(withoutMask(subject, spec.predictions));
      nearPredictions(judge, made, countedPredictions(subject, batch, predictions, made));
    }
    spec.dispose();
  },
});

/** Those of the steps that count, where a spec has no others. */
function countedPredictions(
  subject: NamedSubject,
  batch: Batch,
  predictions: Outcome['predictions'],
  made: Outcome['predictions'],
): Outcome['predictions'] {
  const counted = countedOf(subject, batch);
  return mapped(predictions, (values, key) => {
    if (counted === undefined || made[key]?.length === values.length) return values;
    return values.filter((_, i) => counted[Math.floor((i * counted.length) / values.length)] === 1);
  });
}

export const specDisposed: Check = check({
  states:
    'A spec keeps its tensors when a tidy that it was made in ends; dispose releases every one of them, and may be called again.',
  cases: () => Object.values(ModeKeys).map((mode) => ({ mode })),
  run({ subject, judge }, { mode }) {
    const { head, tensors, kernel, logits } = modelFor(subject);
    const optimizer = { applyGradients: (): void => undefined };
    const args = {
      labels: tensors.labels,
      features: tensors.features,
      logits: () => logits(),
      optimizer,
      trainableVariables: [kernel],
    };
    let made: EstimatorSpec | undefined;
    tidy(() => void (made = head.createEstimatorSpec({ mode, ...args })));
    const spec = made as unknown as EstimatorSpec;
    const loss = spec.mode === ModeKeys.PREDICT ? [] : [spec.loss];
    const summaries = spec.mode === ModeKeys.TRAIN ? Object.values(spec.summaries) : [];
    const exported = spec.mode === ModeKeys.PREDICT ? Object.values(namedExports(spec.exportOutputs)) : [];
    const tensorsOfSpec = [...loss, ...summaries, ...Object.values(spec.predictions), ...exported].filter(
      (tensor) => 'isDisposed' in tensor,
    );
    judge.that(
      tensorsOfSpec.every((tensor) => !tensor.isDisposed),
      'a tensor of the spec is gone with the tidy',
    );
    spec.dispose();
    spec.dispose();
    judge.that(
      tensorsOfSpec.every((tensor) => tensor.isDisposed),
      'a tensor of the spec is still there',
    );
    judge.that(
      [kernel, ...labelTensors(tensors.labels)].every(({ isDisposed }) => !isDisposed),
      'what was handed in is gone',
    );
  },
});
