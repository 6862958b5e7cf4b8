import { scalar, type Scalar } from '@tensorflow/tfjs-core';
import { ModeKeys } from '@tfjs-heads/head-api';
import { tensorsOf } from '../../batch.js';
import { check, type Check } from '../check.js';
import { inMode, lossAndGradient, numberOf, resultsOf, readNumbers } from '../outcome.js';
import { ULPS } from '@tfjs-heads/reference';
import { batchFor, headOf, suffixOf, tagOf } from './claims.js';
import { scalesOf } from './compare.js';
import { modelFor } from './spec-model.js';

const losses = (): Scalar[] => [scalar(0.5), scalar(2.25)];

/** Reduced first, they would be divided by the size of the batch. */
export const regularizationAdded: Check = check({
  states:
    'Regularization losses, a list or a function, are added to the reduced loss; the gradient of the logits does not change.',
  cases: () => [{ form: 'list' }, { form: 'function' }],
  async run({ subject, judge }, { form }) {
    const head = headOf(subject, { lossReduction: 'sum_over_batch_size' });
    const batch = batchFor(subject, head, 5);
    const tensors = tensorsOf(batch);
    const regularizationLosses = form === 'list' ? losses() : losses;
    const plain = lossAndGradient(head, tensors);
    const more = lossAndGradient(head, tensors, { regularizationLosses });
    const { element: scale } = scalesOf(batch);
    judge.near('the loss', [await numberOf(more.value)], [(await numberOf(plain.value)) + 2.75], {
      k: ULPS.REDUCE,
      scale,
    });
    judge.near('the gradient', await readNumbers(more.grad), await readNumbers(plain.grad), { k: ULPS.ELEMENT, scale });
    for (const none of [[], undefined]) {
      const loss = head.loss(tensors.labels, tensors.logits, {
        features: tensors.features,
        regularizationLosses: none,
      });
      judge.near('the loss with none', [await numberOf(loss)], [await numberOf(plain.value)], {
        k: ULPS.REDUCE,
        scale,
      });
    }
  },
});

export const regularizationMeasured: Check = check({
  states:
    'Regularization losses are the metric regularization_loss, the mean over batches, beside the metrics that are there anyway.',
  cases: () => [{}],
  async run({ subject, judge }) {
    const head = headOf(subject, { name: 'other' });
    const { logits, labels, features } = tensorsOf(batchFor(subject, head, 3));
    const other = tensorsOf(batchFor(subject, head, 2, 2)); // of other weights, which must not count
    const plain = await resultsOf(head.updateMetrics(head.metrics(), features, logits, labels));
    const metrics = head.metrics({ regularizationLosses: losses() });
    head.updateMetrics(metrics, features, logits, labels, { regularizationLosses: losses() });
    head.updateMetrics(metrics, other.features, other.logits, other.labels, { regularizationLosses: [scalar(1)] });
    const key = `regularization_loss${suffixOf(subject, head)}`;
    const { [key]: regularization = NaN, ...others } = await resultsOf(metrics);
    judge.equal('the keys besides', Object.keys(others), Object.keys(plain));
    judge.near('the metric', [regularization], [(2.75 + 1) / 2], { k: ULPS.REDUCE });
    const toEvaluate = { mode: ModeKeys.EVAL, logits, labels, features, regularizationLosses: losses() };
    const spec = inMode(judge, ModeKeys.EVAL, head.createEstimatorSpec(toEvaluate));
    const metric = spec.evalMetricOps[key];
    judge.near('the metric of an evaluation', [(await metric?.result()) ?? NaN], [2.75], { k: ULPS.REDUCE });
    const expected = head.loss(labels, logits, { features, regularizationLosses: losses() });
    judge.near('the loss of an evaluation', [await numberOf(spec.loss)], [await numberOf(expected)], {
      k: ULPS.REDUCE,
    });
  },
});

export const regularizationSummarized: Check = check({
  states:
    'Beside the loss, a training step reports its regularization losses, summed, in the summary regularization_loss.',
  cases: () => [{ with: 'optimizer' }, { with: 'trainOpFn' }],
  async run({ subject, judge }, { with: trainedBy }) {
    const { head, tensors, kernel, logits } = modelFor(subject, { name: 'other' });
    const { labels, features } = tensors;
    const optimizer = { optimizer: { applyGradients: (): void => undefined }, trainableVariables: [kernel] };
    const by = trainedBy === 'optimizer' ? optimizer : { trainOpFn: (): void => undefined };
    const given = {
      mode: ModeKeys.TRAIN,
      labels,
      features,
      logits: () => logits(),
      ...by,
      regularizationLosses: losses,
    };
    const { summaries } = inMode(judge, ModeKeys.TRAIN, head.createEstimatorSpec(given));
    const [loss, regularization] = ['loss', 'regularization_loss'].map((key) =>
      tagOf(subject, head, key, summaries),
    ) as [string, string];
    // A head made of heads adds theirs.
    const tags = Object.keys(summaries).filter(
      (tag) => subject.heads === undefined || [loss, regularization].includes(tag),
    );
    judge.equal('the summaries', tags, [loss, regularization]);
    judge.near('the summary', [await numberOf(summaries[regularization] as Scalar)], [2.75], { k: ULPS.REDUCE });
  },
});
