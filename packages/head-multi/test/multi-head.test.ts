// Lines 59 to 64 of the feature checklist: what a MultiHead computes.
import '@tensorflow/tfjs-layers';
import { engine, fill, matMul, ones, scalar, slice, tensor, train, variable } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Head, Metric } from '@tfjs-heads/head-api';
import { describe, it } from 'vitest';
import { NumberHead, ProbabilityHead } from '../src/conformance-heads.js';
import { MultiHead } from '../src/index.js';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { batchOfBoth, both, chance, LOGITS, LOSS_OF_CHANCE, LOSS_OF_TWO, strangeHead, two } from './support/heads.js';
import { results } from './support/metrics.js';
import { releaseTensors } from './support/release.js';

releaseTensors();

const merged = 0.5 * LOSS_OF_TWO + 3 * LOSS_OF_CHANCE;
const byHead = (logits: Tensor) => ({ two: slice(logits, [0, 0], [3, 2]), chance: slice(logits, [0, 2], [3, 1]) });

describe('line 59: logits', () => {
  it('are a map by the names of the heads, or one tensor', async () => {
    const { logits, labels, features } = batchOfBoth();
    for (const given of [logits, byHead(logits), { ...byHead(logits), other: scalar(7) }])
      expect(await both.loss(labels, given, { features }).data()).toBeNear([merged]);
  });

  it('of any rank are parted in their last dimension', async () => {
    const head = new MultiHead({ heads: [new NumberHead({ name: 'a' }), new NumberHead({ name: 'b' })] });
    const logits = tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 2, 1, 2]);
    const { 'a/predictions': a, 'b/predictions': b } = head.predictions(logits);
    expect([a?.shape, b?.shape]).toEqual([
      [2, 1, 2, 1, 1],
      [2, 1, 2, 1, 1],
    ]);
    expect(await a?.data()).toBeNear([1, 3, 5, 7]);
    expect(await b?.data()).toBeNear([2, 4, 6, 8]);
    const labels = { a: fill([2, 1, 2, 1], 0), b: fill([2, 1, 2, 1, 1], 0) };
    expect(await head.loss(labels, logits).data()).toBeNear([204 / 4]);
  });

  it('that are integers are computed with as numbers', async () => {
    const { labels, features } = batchOfBoth();
    const logits = tensor(LOGITS as number[][], [3, 3], 'int32');
    expect(await both.loss(labels, logits, { features }).data()).toBeNear([merged]);
  });
});

describe('line 60: labels', () => {
  it('are a map; what is under other names is not looked at', async () => {
    const { logits, labels, features } = batchOfBoth();
    const more = { ...labels, other: tensor(['a', 'b']) };
    expect(await both.loss(more, logits, { features }).data()).toBeNear([merged]);
  });
});

describe('line 61: the loss', () => {
  it('is the weighted sum of the losses of the heads, and the regularization losses as they are', async () => {
    const { logits, labels, features } = batchOfBoth();
    const regularizationLosses = [scalar(0.25), scalar(4)];
    expect(await both.loss(labels, logits, { features, regularizationLosses }).data()).toBeNear([merged + 4.25]);
    const plain = new MultiHead({ heads: [two, chance] });
    expect(await plain.loss(labels, logits, { features }).data()).toBeNear([LOSS_OF_TWO + LOSS_OF_CHANCE]);
    const off = new MultiHead({ heads: [two, chance], headWeights: [0, 1] });
    expect(await off.loss(labels, logits, { features }).data()).toBeNear([LOSS_OF_CHANCE]);
  });

  it('needs no reduction that all heads have', async () => {
    const summed = new NumberHead({ name: 'two', logitsDimension: 2, weightColumn: 'weight', lossReduction: 'sum' });
    const { logits, labels, features } = batchOfBoth();
    const head = new MultiHead({ heads: [summed, chance] });
    expect(await head.loss(labels, logits, { features }).data()).toBeNear([6 * LOSS_OF_TWO + LOSS_OF_CHANCE]);
  });

  it('may be that of heads of another make, and of heads of heads', async () => {
    const strange = strangeHead('strange');
    const inner = new MultiHead({ heads: [strange, chance], headWeights: [2, 1] });
    const outer = new MultiHead({ heads: [two, inner] });
    const { logits, labels, features } = batchOfBoth();
    const all = outer.loss(
      { two: labels.two, strange_chance: { strange: tensor([1, 1, 1]), chance: labels.chance } } as never,
      tensor(LOGITS.map(([a = 0, b = 0, c = 0]) => [a, b, 3, c])),
      { features },
    );
    expect(await all.data()).toBeNear([LOSS_OF_TWO + 2 * 4 + LOSS_OF_CHANCE]);
    expect(logits.isDisposed).toBe(false);
  });
});

describe('line 62: metrics', () => {
  it('are the losses of the heads without their weights, and what the heads measure', async () => {
    const { logits, labels, features } = batchOfBoth();
    const regularizationLosses = [scalar(0.25), scalar(4)];
    const metrics = both.metrics({ regularizationLosses });
    expect(Object.keys(metrics)).toEqual([
      'regularization_loss/two_chance',
      'loss/two',
      'loss/chance',
      'average_loss/two',
      'prediction/mean/two',
      'label/mean/two',
      'average_loss/chance',
      'prediction/mean/chance',
      'label/mean/chance',
    ]);
    expect(both.updateMetrics(metrics, features, logits, labels, { regularizationLosses })).toBe(metrics);
    const { 'loss/two': ofTwo, 'loss/chance': ofChance, ...others } = await results(metrics);
    expect([ofTwo as number, ofChance as number]).toBeNear([LOSS_OF_TWO, LOSS_OF_CHANCE]);
    expect(others['regularization_loss/two_chance']).toBeCloseTo(4.25, 12);
    expect(others['average_loss/two']).toBeCloseTo(41 / 6, 12); // over the sum of the weights: 3 rows of 2
    expect(others['label/mean/two']).toBeCloseTo((0 + 2 + 2 * 2) / 6, 12);
    expect(others['average_loss/chance']).toBeCloseTo(LOSS_OF_CHANCE, 6);
    expect(others['label/mean/chance']).toBeCloseTo(0.5, 12);
  });

  it('accumulate, those of the heads too, which in the original do so in an Estimator alone', async () => {
    const { logits, labels, features } = batchOfBoth();
    const metrics = both.metrics();
    both.updateMetrics(metrics, features, logits, labels);
    const other = { two: fill([1, 2], 0), chance: fill([1, 1], 1) };
    both.updateMetrics(metrics, { weight: ones([1]) }, tensor([[3, 1, 0]]), other);
    const all = await results(metrics);
    // A mean over batches, of which the second has one row.
    expect([all['loss/two'] as number]).toBeNear([(LOSS_OF_TWO + (9 + 1) / 2) / 2]);
    expect([all['loss/chance'] as number]).toBeNear([(LOSS_OF_CHANCE + Math.log(2)) / 2]);
    // Means over rows, by their weights.
    expect(all['average_loss/two']).toBeCloseTo((41 + 10) / 8, 12);
    expect(all['label/mean/chance']).toBeCloseTo((0.5 * 3 + 1) / 4, 12);
  });

  it('of heads of another make are their own, and are told of nothing else', async () => {
    const head = new MultiHead({ heads: [two, strangeHead('strange')] });
    const { logits, labels, features } = batchOfBoth();
    const metrics = head.metrics();
    for (let count = 0; count < 2; count++)
      head.updateMetrics(metrics, features, logits, { two: labels.two, strange: labels.chance });
    expect(Object.keys(metrics).at(-1)).toBe('seen/strange');
    const { 'seen/strange': seen, 'average_loss/two': average } = await results(metrics);
    expect(seen).toBe(2);
    expect(average).toBeCloseTo(41 / 6, 12);
  });

  it('merge and reset as any', async () => {
    const { logits, labels, features } = batchOfBoth();
    const [a, b] = [both.metrics(), both.metrics()];
    for (const metrics of [a, b]) both.updateMetrics(metrics, features, logits, labels);
    for (const [key, metric] of Object.entries(a)) metric.merge(await (b[key] as Metric).state());
    const [once, twice] = [await results(b), await results(a)];
    for (const key of Object.keys(once)) expect(twice[key]).toBeCloseTo(once[key] as number, 12);
  });
});

describe('line 63: predictions', () => {
  it('are those of the heads under their names', async () => {
    const { logits } = batchOfBoth();
    const all = both.predictions(logits);
    expect(Object.keys(all)).toEqual(['two/predictions', 'chance/predictions', 'chance/logits']);
    expect(await all['chance/logits']?.data()).toBeNear([0, 2, -1]);
    expect(await all['two/predictions']?.data()).toBeNear([1, 2, 3, -1, 0, 4]);
  });

  it('are made if they are asked for, in the order of the heads', () => {
    const { logits } = batchOfBoth();
    const before = engine().memory().numTensors;
    const asked = both.predictions(logits, ['chance/logits', 'two/predictions']);
    expect(Object.keys(asked)).toEqual(['two/predictions', 'chance/logits']);
    expect(engine().memory().numTensors).toBe(before + 2);
    expect(Object.keys(both.predictions(logits, []))).toHaveLength(3);
    expect(Object.keys(both.predictions(logits, ['chance/logits']))).toEqual(['chance/logits']);
  });

  it('are found by the longest name that a key begins with', () => {
    const head = new MultiHead({ heads: [new NumberHead({ name: 'a' }), new ProbabilityHead({ name: 'a/b' })] });
    expect(Object.keys(head.predictions(ones([2, 2]), ['a/b/logits', 'a/predictions']))).toEqual([
      'a/predictions',
      'a/b/logits',
    ]);
  });
});

describe('line 63: exports', () => {
  it('are those of each head behind its name, and two for all', async () => {
    const { logits } = batchOfBoth();
    const spec = both.createEstimatorSpec({ mode: 'infer', logits: () => logits });
    const { exportOutputs, predictions } = spec;
    expect(Object.keys(exportOutputs)).toEqual([
      'serving_default',
      'predict',
      'two',
      'two/regression',
      'two/predict',
      'chance',
      'chance/regression',
      'chance/predict',
    ]);
    expect(exportOutputs['serving_default']).toBe(exportOutputs['two']);
    expect(exportOutputs['predict']).toEqual({ kind: 'predict', outputs: predictions });
    expect(exportOutputs['chance']).toMatchObject({ kind: 'regression', value: predictions['chance/predictions'] });
    expect(Object.keys(predictions)).toEqual(['two/predictions', 'chance/predictions', 'chance/logits']);
    spec.dispose();
    expect(Object.values(predictions).every((prediction) => (prediction as Tensor).isDisposed)).toBe(true);
  });

  it('default to the first head, to its only export if it has one', () => {
    const strange = strangeHead('strange');
    const spec = new MultiHead({ heads: [strange, chance] }).createEstimatorSpec({
      mode: 'infer',
      logits: ones([2, 2]),
    });
    expect(Object.keys(spec.exportOutputs).slice(0, 3)).toEqual(['serving_default', 'predict', 'strange/only']);
    expect(spec.exportOutputs['serving_default']).toBe(spec.exportOutputs['strange/only']);
    spec.dispose();
  });

  it('are not the first head’s where it has several and no default', () => {
    const outputs = { kind: 'predict' as const, outputs: {} };
    const strange = strangeHead('strange', {
      createEstimatorSpec: () =>
        ({ predictions: {}, exportOutputs: { a: outputs, b: outputs }, dispose: () => undefined }) as never,
    });
    const head = new MultiHead({ heads: [strange, chance] });
    expect(() => head.createEstimatorSpec({ mode: 'infer', logits: ones([2, 2]) })).toThrowCoded(
      'EXPORT_OUTPUT_INVALID',
      ["Head 'strange'", 'serving_default', '"a"'],
    );
  });
});

describe('line 64: training', () => {
  const network = (): { readonly weights: ReturnType<typeof variable>; logits(): Tensor } => {
    const weights = variable(tensor(LOGITS as number[][]));
    return { weights, logits: () => matMul(tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1]]), weights) }; // prettier-ignore
  };

  it('by an optimizer runs the network once, and changes what it is computed from', async () => {
    const { labels, features } = batchOfBoth();
    const { weights, logits } = network();
    let runs = 0;
    const spec = both.createEstimatorSpec({
      mode: 'train',
      features,
      labels,
      logits: () => [logits(), runs++][0] as Tensor,
      optimizer: train.sgd(0.5),
      trainableVariables: [weights],
      regularizationLosses: () => [scalar(4)],
    });
    expect(runs).toBe(1);
    expect(await spec.loss.data()).toBeNear([merged + 4]);
    expect(spec.trainOp()).toBe(spec.loss);
    // The gradient of the squared errors of row 0: 0.5 * 2 * 1 / 6 * [1, 0].
    const [first = 0, second = 0] = await weights.data();
    expect([first, second]).toBeNear([1 - 0.5 / 6, 2]);
    expect(Object.keys(spec.predictions)).toEqual(['two/predictions', 'chance/predictions', 'chance/logits']);
    expect(await spec.predictions['two/predictions']?.data()).toBeNear([1, 2, 3, -1, 0, 4]); // of the logits before the step
    spec.dispose();
    weights.dispose();
  });

  it('has the summaries of the original: those of the merged loss without a name', async () => {
    const { labels, features } = batchOfBoth();
    const { weights, logits } = network();
    const spec = both.createEstimatorSpec({
      mode: 'train',
      features,
      labels,
      logits,
      optimizer: train.sgd(0.5),
      trainableVariables: [weights],
      regularizationLosses: [scalar(4)],
    });
    expect(Object.keys(spec.summaries)).toEqual(['loss', 'regularization_loss', 'loss/two', 'loss/chance']);
    const shown = await Promise.all(
      Object.values(spec.summaries).map(async (summary) => (await summary.data())[0] as number),
    );
    expect(shown).toBeNear([merged + 4, 4, LOSS_OF_TWO, LOSS_OF_CHANCE]);
    expect(spec.evalMetricOps).toEqual({});
    spec.dispose();
    weights.dispose();
  });

  it('by a function of one’s own gives it the loss, and computes it again', async () => {
    const { logits, labels, features } = batchOfBoth();
    const spec = both.createEstimatorSpec({
      mode: 'train',
      features,
      labels,
      logits,
      trainOpFn: (loss, recompute) => [loss, recompute()],
    });
    const [given, again] = spec.trainOp() as [Scalar, Scalar];
    expect(given).toBe(spec.loss);
    expect(await again.data()).toBeNear([merged]);
    expect(await spec.summaries['loss/two']?.data()).toBeNear([LOSS_OF_TWO]);
    again.dispose();
    spec.dispose();
  });

  it('divides by the replicas for the reduction of all heads alone', async () => {
    const { labels, features } = batchOfBoth();
    const { weights, logits } = network();
    const step = {
      labels,
      features,
      logits,
      optimizer: train.sgd(0.5),
      trainableVariables: [weights],
      numReplicasInSync: 2,
    };
    const spec = both.createEstimatorSpec({ mode: 'train', ...step });
    expect(await spec.loss.data()).toBeNear([merged]);
    spec.trainOp();
    expect((await weights.data()).slice(0, 1)).toBeNear([1 - 0.5 / 6 / 2]);
    spec.dispose();
    weights.dispose();
  });

  it('needs one reduction', () => {
    const { logits, labels } = batchOfBoth();
    const head = new MultiHead({
      heads: [new NumberHead({ name: 'two', logitsDimension: 2, lossReduction: 'sum' }), chance],
    });
    const args = { logits, labels, trainOpFn: () => 0 };
    expect(() => head.createEstimatorSpec({ mode: 'train', ...args })).toThrowCoded('LOSS_REDUCTION_INVALID');
    const spec = head.createEstimatorSpec({ mode: 'eval', ...args });
    expect(Object.keys(spec.evalMetricOps)).toContain('average_loss/chance');
    spec.dispose();
  });

  it('in no other mode', () => {
    const { logits, labels } = batchOfBoth();
    const args = { logits, labels, trainOpFn: () => 0 };
    for (const mode of ['predict', 'TRAIN', undefined, null, 7])
      expect(() => both.createEstimatorSpec({ mode: mode as never, ...args })).toThrowCoded('MODE_INVALID', ['mode']);
  });
});

describe('line 64: evaluation', () => {
  it('gives the loss, and metrics of all heads', async () => {
    const { logits, labels, features } = batchOfBoth();
    const spec = both.createEstimatorSpec({
      mode: 'eval',
      features,
      labels,
      logits,
      regularizationLosses: [scalar(4)],
    });
    expect(await spec.loss.data()).toBeNear([merged + 4]);
    const all = await results(spec.evalMetricOps);
    expect(Object.keys(all)).toHaveLength(9);
    expect(all['regularization_loss/two_chance']).toBe(4);
    expect(all['average_loss/two']).toBeCloseTo(41 / 6, 12);
    spec.dispose();
  });
});

describe('a MultiHead is a head', () => {
  it('which leaves nothing behind', async () => {
    const { logits, labels, features } = batchOfBoth();
    const before = engine().memory().numTensors;
    for (const given of [logits, byHead(logits)]) {
      const metrics = both.updateMetrics(both.metrics(), features, given, labels);
      await results(metrics);
      both.loss(labels, given, { features }).dispose();
      for (const mode of ['train', 'eval', 'infer'] as const) {
        const spec = (both as Head).createEstimatorSpec({ mode, features, labels, logits: given, trainOpFn: () => 0 });
        if (spec.mode === 'eval') await results(spec.evalMetricOps);
        spec.dispose();
      }
    }
    expect(engine().memory().numTensors).toBe(before + 2); // the slices of byHead
  });
});
