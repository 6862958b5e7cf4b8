import * as tf from '@tensorflow/tfjs-core';
import { BinaryClassHead } from '@tfjs-heads/head-classification';
import { binaryMetrics, drawValues, sigmoidCrossEntropy, sigmoidOf, trainingLoss } from '@tfjs-heads/reference';
import { describe, it } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { releaseTensors, results } from './support.js';

releaseTensors();

const rows = 33;
const draw = (seed: number, kind: Parameters<typeof drawValues>[2]): number[] => drawValues(seed, [rows, 1], kind);
const column = (values: number[]): tf.Tensor2D => tf.tensor2d(values, [values.length, 1]);
const vocabulary = ['no', 'yes'];

describe('line 42: the loss of a BinaryClassHead', () => {
  it('is that of the documented example', async () => {
    const [labels, logits] = [column([1, 1]), column([45, -41])];
    expect(await new BinaryClassHead().loss(labels, logits).data()).toBeNear([20.5]);
    expect(await new BinaryClassHead({ lossReduction: 'sum' }).loss(labels, logits).data()).toBeNear([41]);
  });

  it.each(['sum', 'sum_over_batch_size', 'auto'] as const)(
    'is the formula, soft labels and weights: %s',
    async (lossReduction) => {
      const batch = { logits: draw(1, 'logits'), labels: draw(2, 'probability'), weights: draw(3, 'weights') };
      const head = new BinaryClassHead({ weightColumn: 'w', lossReduction });
      const features = { w: tf.tensor1d(batch.weights) };
      const { value, grad } = tf.valueAndGrad((x) => head.loss(column(batch.labels), x, { features }))(
        column(batch.logits),
      );
      const { loss, gradient } = trainingLoss(sigmoidCrossEntropy, batch, lossReduction);
      expect(await value.data()).toBeNear([loss]);
      expect(await grad.data()).toBeNear(gradient);
    },
  );

  it('takes names, at once or one dimension less, and gives what their ids give', async () => {
    const head = new BinaryClassHead({ labelVocabulary: vocabulary });
    const logits = column([2, -1, 0.5]);
    const expected = await new BinaryClassHead().loss(column([1, 0, 1]), logits).data();
    for (const shape of [[3, 1], [3]]) {
      expect(await head.loss(tf.tensor(['yes', 'no', 'yes'], shape), logits).data()).toEqual(expected);
    }
  });

  it('refuses a name that is none, and strings or numbers in the place of the other', () => {
    const logits = column([2, -1]);
    const named = new BinaryClassHead({ labelVocabulary: vocabulary });
    expect(() => named.loss(tf.tensor(['yes', 'maybe'], [2, 1]), logits)).toThrowCoded('LABELS_RANGE', [
      "'maybe'",
      'index 1',
      'Labels must be >= 0',
    ]);
    expect(() => named.loss(column([1, 0]), logits)).toThrowCoded('LABELS_DTYPE', [
      'string',
      'label_vocabulary',
      'float32',
      '[2,1]',
    ]);
    expect(() => new BinaryClassHead().loss(tf.tensor(['1', '0'], [2, 1]), logits)).toThrowCoded('LABELS_DTYPE', [
      'labels',
      'string',
      '[2,1]',
    ]);
  });
});

describe('lines 43 and 44: what a BinaryClassHead predicts', () => {
  const x = [0, 2, -2, 1e4, -1e4, -(2 ** -149), 2 ** -126];
  const ids = [0, 1, 0, 1, 0, 0, 1];

  it('is seven keys in order, of the shapes and dtypes of the contract, for logits of any rank', async () => {
    for (const leading of [[7], [7, 1], [1, 7, 1]]) {
      const predictions = new BinaryClassHead().predictions(tf.tensor(x, [...leading, 1]));
      expect(Object.entries(predictions).map(([key, { shape, dtype }]) => [key, shape, dtype])).toEqual([
        ['logits', [...leading, 1], 'float32'],
        ['logistic', [...leading, 1], 'float32'],
        ['probabilities', [...leading, 2], 'float32'],
        ['class_ids', [...leading, 1], 'int32'],
        ['classes', [...leading, 1], 'string'],
        ['all_class_ids', [...leading, 2], 'int32'],
        ['all_classes', [...leading, 2], 'string'],
      ]);
      expect(await predictions.logistic.data()).toBeNear(x.map(sigmoidOf));
      expect(await predictions.probabilities.data()).toBeNear(
        x.flatMap((logit) => [sigmoidOf(-logit), sigmoidOf(logit)]),
      );
      expect(Array.from(await predictions.class_ids.data())).toEqual(ids); // 0 is class 0
      expect(await predictions.classes.data()).toEqual(ids.map(String));
      expect(Array.from(await predictions.all_class_ids.data())).toEqual(x.flatMap(() => [0, 1]));
      expect(await predictions.all_classes.data()).toEqual(x.flatMap(() => ['0', '1']));
    }
  });

  it('has the names of a vocabulary, nested as its shape says', async () => {
    const { classes, all_classes } = new BinaryClassHead({ labelVocabulary: vocabulary }).predictions(column([1, -1]));
    expect(await classes.array()).toEqual([['yes'], ['no']]);
    expect(await all_classes.array()).toEqual([vocabulary, vocabulary]);
    expect(
      await new BinaryClassHead({ labelVocabulary: vocabulary })
        .predictions(tf.tensor3d([[[1], [-1]]]))
        .classes.array(),
    ).toEqual([[['yes'], ['no']]]);
  });

  it('is what was asked for, in its own order', () => {
    const head = new BinaryClassHead();
    expect(Object.keys(head.predictions(column([1]), ['class_ids', 'logits']))).toEqual(['logits', 'class_ids']);
    expect(() => head.predictions(column([1]), ['top_k' as never])).toThrowCoded('PREDICTION_KEY_INVALID', [
      'given: top_k',
    ]);
  });
});

describe('lines 20 to 24 and 45: the metrics of a BinaryClassHead', () => {
  const keys = [
    'average_loss',
    'accuracy',
    'precision',
    'recall',
    'prediction/mean',
    'label/mean',
    'accuracy_baseline',
    'auc',
    'auc_precision_recall',
  ];

  it('are nine, then that of the regularization losses, then three for each threshold, whose keys are %g', () => {
    const thresholds = [0.25, 0.123456789, 1e-5, 0.5, 0.9999999];
    const names = ['0.25', '0.123457', '1e-05', '0.5', '1'];
    const metrics = new BinaryClassHead({ thresholds, name: 'click' }).metrics({
      regularizationLosses: [tf.scalar(1)],
    });
    const atThresholds = names.flatMap((name) =>
      ['accuracy', 'precision', 'recall'].map((key) => `${key}/positive_threshold_${name}`),
    );
    expect(Object.keys(metrics)).toEqual(
      [...keys, 'regularization_loss', ...atThresholds].map((key) => `${key}/click`),
    );
  });

  it('thresholds with one key count once, by the last of them', async () => {
    const head = new BinaryClassHead({ thresholds: [0.5, 0.2000001, 0.5, 0.2] });
    const got = await results(head.updateMetrics(head.metrics(), {}, column([0.4, -1]), column([1, 1])));
    expect(Object.keys(got).slice(keys.length)).toEqual(
      ['0.5', '0.2'].flatMap((name) =>
        ['accuracy', 'precision', 'recall'].map((key) => `${key}/positive_threshold_${name}`),
      ),
    );
    expect([got['recall/positive_threshold_0.5'], got['recall/positive_threshold_0.2']]).toEqual([0.5, 1]);
  });

  it.each(['binary', 'probability'] as const)('are the formulas over batches with weights: %s labels', async (kind) => {
    const thresholds = [0.25, 0.5, 0.75];
    const head = new BinaryClassHead({ thresholds, weightColumn: 'w' });
    const batches = [1, 2, 3].map((seed) => ({
      logits: draw(seed, 'logits'),
      labels: draw(10 + seed, kind),
      weights: draw(20 + seed, 'weights'),
    }));
    const metrics = head.metrics();
    for (const { logits, labels, weights } of batches)
      head.updateMetrics(metrics, { w: column(weights) }, column(logits), column(labels));
    const got = await results(metrics);

    const samples = batches.flatMap(({ logits, labels, weights }) =>
      logits.map((logit, i) => ({
        logit,
        prediction: sigmoidOf(logit),
        label: labels[i] as number,
        weight: weights[i] as number,
      })),
    );
    const total = samples.reduce((sum, { weight }) => sum + weight, 0);
    const mean = (of: (sample: (typeof samples)[number]) => number): number =>
      samples.reduce((sum, sample) => sum + of(sample) * sample.weight, 0) / total;
    // Accuracy, precision and recall are those of class ids, by the sign of the logit.
    const byId = binaryMetrics(samples.map((sample) => ({ ...sample, prediction: sample.logit > 0 ? 1 : 0 })));
    const { auc, auc_precision_recall } = binaryMetrics(samples);
    const expected: Record<string, number> = {
      average_loss: mean(({ logit, label }) => sigmoidCrossEntropy.loss(logit, label).value),
      'prediction/mean': mean(({ prediction }) => prediction),
      'label/mean': mean(({ label }) => label),
      ...Object.fromEntries(
        ['accuracy', 'precision', 'recall', 'accuracy_baseline'].map((key) => [key, byId[key] as number]),
      ),
      auc: auc as number,
      auc_precision_recall: auc_precision_recall as number,
    };
    for (const threshold of thresholds) {
      const at = binaryMetrics(samples, threshold);
      for (const key of ['accuracy', 'precision', 'recall'])
        expected[`${key}/positive_threshold_${threshold}`] = at[key] as number;
    }
    for (const [key, value] of Object.entries(expected)) expect([got[key] as number]).toBeNear([{ value, scale: 1 }]);
    expect(Object.keys(got).length).toBe(Object.keys(expected).length);
  });

  it.each([
    { name: 'only positives', labels: [1, 1], logits: [1, -1], auc: 0, pr: 1, baseline: 1, precision: 1, recall: 0.5 },
    { name: 'no positives', labels: [0, 0], logits: [1, -1], auc: 0, pr: 0, baseline: 1, precision: 0, recall: 0 },
    { name: 'logits of 0', labels: [0, 1], logits: [0, 0], auc: 0.5, pr: 0.5, baseline: 0.5, precision: 0, recall: 0 },
  ])('are finite for $name', async ({ labels, logits, auc, pr, baseline, precision, recall }) => {
    const head = new BinaryClassHead();
    const got = await results(head.updateMetrics(head.metrics(), {}, column(logits), column(labels)));
    expect([
      got['auc'],
      got['auc_precision_recall'],
      got['accuracy_baseline'],
      got['precision'],
      got['recall'],
    ] as number[]).toBeNear([auc, pr, baseline, precision, recall]);
  });

  it('soft labels are never hit, but positive unless they are 0', async () => {
    const head = new BinaryClassHead();
    const got = await results(head.updateMetrics(head.metrics(), {}, column([3, 3]), column([0.3, 1])));
    expect([got['accuracy'], got['precision'], got['recall']]).toEqual([0.5, 1, 1]);
  });
});

describe('line 22: the areas of logits whose probability is 0 or 1 in float32', () => {
  it.each([103, 104, 110, 700, 1e4])('-%d and %d', async (x) => {
    const [logits, labels] = [tf.tensor([[-x], [-x], [0], [x]]), tf.tensor([[0], [0], [1], [1]])];
    const head = new BinaryClassHead();
    const apart = await results(head.updateMetrics(head.metrics(), {}, logits, labels));
    expect([apart['auc'], apart['auc_precision_recall']]).toEqual([1, 1]);
    const turned = await results(head.updateMetrics(head.metrics(), {}, logits, tf.sub(1, labels)));
    expect(turned['auc']).toBe(0);
    tf.dispose([logits, labels]);
  });
});

describe('lines 46 and 47: exports and options of a BinaryClassHead', () => {
  it('exports classes, a regression and all predictions', async () => {
    const spec = new BinaryClassHead({ labelVocabulary: vocabulary }).createEstimatorSpec({
      mode: 'infer',
      logits: column([1, -1]),
    });
    const outputs = Object.entries(spec.exportOutputs ?? {});
    expect(outputs.map(([key, { kind }]) => [key, kind])).toEqual([
      ['serving_default', 'classification'],
      ['classification', 'classification'],
      ['regression', 'regression'],
      ['predict', 'predict'],
    ]);
    for (const [, output] of outputs) {
      if (output.kind === 'classification') {
        expect(await output.classes?.array()).toEqual([vocabulary, vocabulary]);
        expect((await output.scores?.data()) ?? []).toBeNear([1, -1].flatMap((x) => [sigmoidOf(-x), sigmoidOf(x)]));
      }
      if (output.kind === 'regression') expect(await output.value.data()).toBeNear([1, -1].map(sigmoidOf));
    }
    spec.dispose();
  });

  it('takes no weights for each logit of several', () => {
    const head = new BinaryClassHead({ weightColumn: 'w' });
    expect(() => head.loss(column([1, 0]), column([1, 2]), { features: { w: tf.ones([2, 2]) } })).toThrowCoded(
      'WEIGHTS_SHAPE',
      ['[2,2]', '[2,1]'],
    );
  });

  it('a custom loss is given float labels of the names', async () => {
    const head = new BinaryClassHead({
      labelVocabulary: vocabulary,
      lossFn: ({ labels, logits }) => tf.abs(tf.sub(labels, logits)),
    });
    expect(await head.loss(tf.tensor(['yes', 'no'], [2, 1]), column([3, -1])).data()).toBeNear([1.5]);
  });
});
