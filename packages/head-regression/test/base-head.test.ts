import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { ModeKeys, type Head, type Reduction } from '@tfjs-heads/head-api';
import {
  BaseHead,
  type ElementLoss,
  type EvalBatch,
  Mean,
  type MetricDefinition,
  MetricKeys,
  PredictionKeys,
  ServingKeys,
  squaredError,
} from '@tfjs-heads/head-kit';
import { LogisticRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { releaseTensors } from './support/backend.js';
import { expect } from './support/expect.js';
import { results, threeHeads } from './support/heads.js';

releaseTensors();

const [labels, logits] = [tf.keep(tf.tensor2d([[0], [1]])), tf.keep(tf.tensor2d([[1], [3]]))];

describe('line 1: modes', () => {
  it.each(threeHeads)('of a $head are train, eval and infer', ({ create }) => {
    const head = create();
    const modes = [ModeKeys.TRAIN, ModeKeys.EVAL, ModeKeys.PREDICT].map((mode) => {
      const spec = head.createEstimatorSpec({ mode, logits, labels, trainOpFn: () => 0 });
      spec.dispose();
      return spec.mode;
    });
    expect(modes).toEqual(['train', 'eval', 'infer']);
  });
});

describe.each(threeHeads)('line 2: the reduction of a $head', ({ create }) => {
  it.each(['auto', 'sum', 'sum_over_batch_size'] as const)('may be %s', (lossReduction) => {
    expect(create({ lossReduction }).lossReduction).toBe(lossReduction);
  });

  it.each(['none', 'SUM', 'Sum', 'mean', '', 7, null, {}])('may not be %j', (lossReduction) => {
    const message = ['Invalid loss_reduction', 'lossReduction', 'auto, sum, sum_over_batch_size'];
    expect(() => create({ lossReduction: lossReduction as Reduction })).toThrowCoded('LOSS_REDUCTION_INVALID', message);
  });
});

describe('line 3: keys', () => {
  it.each(threeHeads)('of a $head are the strings of the original', ({ create }) => {
    const head = create();
    const metrics = head.metrics({ regularizationLosses: [] });
    expect(Object.keys(metrics)).toEqual(['average_loss', 'prediction/mean', 'label/mean', 'regularization_loss']);
    expect(Object.keys(head.predictions(logits))[0]).toBe('predictions');
    const spec = head.createEstimatorSpec({ mode: 'infer', logits });
    const exported = spec.mode === 'infer' ? Object.keys(spec.exportOutputs) : [];
    expect(exported).toEqual([ServingKeys.DEFAULT, ServingKeys.REGRESSION, ServingKeys.PREDICT]);
    spec.dispose();
  });

  it('of predictions are the strings of the original', () => {
    expect(Object.values(PredictionKeys)).toEqual([
      'classes', 'class_ids', 'all_classes', 'all_class_ids', 'logistic', 'logits', 'predictions', 'probabilities', 'top_k',
    ]);
  });
});

describe('line 4: thresholds in keys', () => {
  it.each([
    [0.25, '0.25'], [0.5, '0.5'], [0.123456789, '0.123457'], [1e-5, '1e-05'], [0.9999999, '1'], [0.0001, '0.0001'],
  ])('are formatted as C does with %%g: %d', (threshold, text) => {
    expect(MetricKeys.accuracyAtThreshold(threshold)).toBe(`accuracy/positive_threshold_${text}`);
  });
});

describe.each(threeHeads)('line 5: the name of a $head', ({ create }) => {
  const tags = (head: Head) => {
    const regularizationLosses = [tf.scalar(1)];
    const spec = head.createEstimatorSpec({ mode: 'train', logits, labels, regularizationLosses, trainOpFn: () => 0 });
    const summaries = spec.mode === 'train' ? Object.keys(spec.summaries) : [];
    spec.dispose();
    return { metrics: Object.keys(head.metrics({ regularizationLosses })), summaries, predictions: Object.keys(head.predictions(logits)) };
  };

  it('ends the keys of metrics and summaries, not those of predictions', () => {
    const named = tags(create({ name: 'price' }));
    expect(named.metrics).toEqual(['average_loss/price', 'prediction/mean/price', 'label/mean/price', 'regularization_loss/price']);
    expect(named.summaries).toEqual(['loss/price', 'regularization_loss/price']);
    expect(named.predictions[0]).toBe('predictions');
  });

  it.each([undefined, ''])('ends nothing when it is %j', (name) => {
    const unnamed = tags(create(name === undefined ? {} : { name }));
    expect(unnamed.metrics).toEqual(['average_loss', 'prediction/mean', 'label/mean', 'regularization_loss']);
    expect(unnamed.summaries).toEqual(['loss', 'regularization_loss']);
  });

  it('must be a string', () => {
    expect(() => create({ name: 7 as unknown as string })).toThrowCoded('INVALID_ARGUMENT', ['name', '7']);
  });
});

/** A head of a user's own. */
class HalfSquaredHead extends BaseHead {
  protected override readonly elementLoss: ElementLoss = squaredError;
  protected override predictors(given: tf.Tensor): Record<string, () => tf.Tensor> {
    return { doubled: () => tf.mul(given, 2) };
  }
  protected override metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
    return [{ key: 'mine', create: () => new Mean(), inputs: ({ losses }: EvalBatch) => [losses] }, ...regularization];
  }
}

describe('line 6: the base class', () => {
  it.each(['elementLoss', 'predictors', 'metricDefinitions'])('names what a subclass has forgotten: %s', (member) => {
    const head = new HalfSquaredHead({ logitsDimension: 1 });
    Object.defineProperty(head, member, { value: undefined });
    const message = [member, 'HalfSquaredHead'];
    expect(() => head.loss(labels, logits)).toThrowCoded('NOT_IMPLEMENTED', message);
    expect(() => head.predictions(logits)).toThrowCoded('NOT_IMPLEMENTED', message);
    expect(() => head.metrics()).toThrowCoded('NOT_IMPLEMENTED', message);
    expect(() => head.createEstimatorSpec({ mode: 'eval', logits, labels })).toThrowCoded('NOT_IMPLEMENTED', message);
  });
});

describe('line 7: a head of a user', () => {
  it.each([
    { what: 'that extends the base class', head: new HalfSquaredHead({ logitsDimension: 1, name: 'own' }), key: 'mine/own', value: 2.5 },
    { what: 'of this package', head: new RegressionHead(), key: 'average_loss', value: 2.5 },
  ])('$what goes wherever a head goes', async ({ head, key, value }) => {
    const weights = tf.variable(logits);
    const evaluate = async (any: Head): Promise<number | undefined> => {
      const spec = any.createEstimatorSpec({ mode: 'eval', logits: weights, labels });
      return spec.mode === 'eval' ? spec.evalMetricOps[key]?.result() : undefined;
    };
    expect(await evaluate(head)).toBe(value);
    const spec = head.createEstimatorSpec({
      mode: 'train', logits: () => weights, labels, optimizer: tf.train.sgd(0.5), trainableVariables: [weights],
    });
    if (spec.mode === 'train') spec.trainOp();
    expect(await weights.array()).toEqual([[0.5], [2]]);
    weights.dispose();
  });
});

describe('line 8: the order of arguments', () => {
  it('is labels, logits for loss; features, logits, labels for updateMetrics', async () => {
    const head = new LogisticRegressionHead();
    // The labels 0, 1 would do for logits, but the logits 1, 3 not for labels. Both are new: a GPU
    // must not have them yet.
    expect(() => head.loss(tf.tensor2d([[1], [3]]), tf.tensor2d([[0], [1]]))).toThrowCoded('LABELS_RANGE');
    const update = () => head.updateMetrics(head.metrics(), {}, tf.tensor2d([[0], [1]]), tf.tensor2d([[1], [3]]));
    expect(update).toThrowCoded('LABELS_RANGE');
    expect(() => head.loss(labels, logits)).not.toThrow();
    const metrics = await results(head.updateMetrics(head.metrics(), {}, logits, labels));
    expect(metrics['label/mean']).toBe(0.5);
  });

  it('leaves out what has a default', async () => {
    const head = new RegressionHead();
    expect(await head.loss(labels, logits).data()).toEqual(await head.loss(labels, logits, {}).data());
    expect(Object.keys(head.predictions(logits))).toEqual(Object.keys(head.predictions(logits, undefined)));
    expect(Object.keys(head.metrics())).toEqual(Object.keys(head.metrics({ regularizationLosses: undefined })));
    expect(await results(head.updateMetrics(head.metrics(), undefined, logits, labels))).toEqual(
      await results(head.updateMetrics(head.metrics(), {}, logits, labels, {})),
    );
  });

  it('does not let the mode of a loss or an update matter', async () => {
    const head = new RegressionHead();
    for (const mode of Object.values(ModeKeys)) {
      expect(await head.loss(labels, logits, { mode }).data()).toEqual(Float32Array.of(2.5));
      const metrics = head.updateMetrics(head.metrics(), {}, logits, labels, { mode });
      expect((await results(metrics))['average_loss']).toBe(2.5);
    }
  });

  it.each(threeHeads)('is the contract of version 1 for a $head', ({ create }) => {
    expect(create().apiVersion).toBe(1);
  });
});
