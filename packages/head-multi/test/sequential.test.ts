// Lines 66 to 68 of the feature checklist: what a SequentialHeadWrapper computes.
import '@tensorflow/tfjs-layers';
import {
  engine,
  expandDims,
  getBackend,
  grad,
  mul,
  ones,
  onesLike,
  profile,
  scalar,
  slice,
  tensor,
  tensor1d,
  tensor2d,
  train,
  variable,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Head, SparseTensor } from '@tfjs-heads/head-api';
import { describe, it } from 'vitest';
import { NumberHead, ProbabilityHead } from '../src/conformance-heads.js';
import { MultiHead, SequentialHeadWrapper } from '../src/index.js';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { strangeHead } from './support/heads.js';
import { results } from './support/metrics.js';
import { releaseTensors } from './support/release.js';

releaseTensors();

const numbers = new NumberHead({ name: 'n', logitsDimension: 2, weightColumn: 'weight' });
const wrapper = new SequentialHeadWrapper({ staticHead: numbers, featureColumns: ['weight'] });

/** Two sequences of three steps, the first of two and the second of one. Behind them stands what must not count. */
function batch(made: (values: Tensor) => Tensor = (values) => values) {
  return {
    logits: made(tensor([1, 2, 3, 4, 99, 99, 5, 6, 99, 99, 99, 99], [2, 3, 2])),
    labels: made(tensor([0, 0, 1, 1, -9, -9, 2, 2, -9, -9, -9, -9], [2, 3, 2])),
    features: {
      sequence_length_mask: made(tensor([1, 1, 0, 1, 0, 0], [2, 3])),
      weight: made(tensor([1, 2, 50, 3, 50, 50], [2, 3])),
      other: made(tensor([1, 1, 1, 1, 1, 1], [2, 3])),
    },
  };
}
/** Squared errors 1, 4 | 4, 9 | 9, 16 with the weights 1, 2, 3. */
const SUM = 5 + 2 * 13 + 3 * 25;
const LOSS = SUM / 6;
const GRADIENT = [1, 2, 2 * 2, 2 * 3, 0, 0, 3 * 3, 3 * 4, 0, 0, 0, 0].map((share) => share / 3);
if (['cpu', 'wasm'].includes(getBackend()))
  it('line 66: steps are picked with no kernel of tfjs where the data are at hand', async () => {
    const { logits, labels, features } = batch();
    const { kernels } = await profile(() => grad((x) => wrapper.loss(labels, x, { features }))(logits));
    const names = new Set(kernels.map(({ name }) => name));
    expect(names).toContain('TfjsHeads.Rows/1');
    expect(['GatherV2', 'PadV2', 'Concat'].filter((name) => names.has(name))).toEqual([]);
  });

/** The same values as the result of an op: a device alone knows them. */
const onDevice = (values: Tensor): Tensor => mul(values, scalar(1));

describe.each([
  ['of values', undefined],
  ['that a device has made', onDevice],
])('line 67: with a mask %s', (_name, made) => {
  it('the loss is that of the real steps', async () => {
    const { logits, labels, features } = batch(made);
    expect(await wrapper.loss(labels, logits, { features }).data()).toBeNear([LOSS]);
    const regularizationLosses = [scalar(1), scalar(0.5)];
    expect(await wrapper.loss(labels, logits, { features, regularizationLosses }).data()).toBeNear([LOSS + 1.5]);
    const summed = new NumberHead({ logitsDimension: 2, weightColumn: 'weight', lossReduction: 'sum' });
    const sum = new SequentialHeadWrapper({ staticHead: summed, featureColumns: 'weight' });
    expect(await sum.loss(labels, logits, { features }).data()).toBeNear([SUM]);
  });

  it('the gradient is 0 for all others', async () => {
    const { logits, labels, features } = batch(made);
    const gradient = grad((x) => wrapper.loss(labels, x, { features }))(logits);
    expect(gradient.shape).toEqual([2, 3, 2]);
    expect(await gradient.data()).toBeNear(GRADIENT);
  });

  it('the metrics are those of the real steps, over several batches', async () => {
    const { logits, labels, features } = batch(made);
    const metrics = wrapper.metrics({ regularizationLosses: [] });
    for (let count = 0; count < 2; count++)
      wrapper.updateMetrics(metrics, features, logits, labels, { regularizationLosses: [scalar(2)] });
    const all = await results(metrics);
    expect(Object.keys(all)).toEqual(['average_loss/n', 'prediction/mean/n', 'label/mean/n', 'regularization_loss/n']);
    expect(all['average_loss/n']).toBeCloseTo(SUM / 12, 12);
    expect(all['prediction/mean/n']).toBeCloseTo((3 + 2 * 7 + 3 * 11) / 12, 12);
    expect(all['label/mean/n']).toBeCloseTo((0 + 2 * 2 + 3 * 4) / 12, 12);
    expect(all['regularization_loss/n']).toBe(2);
  });

  it('labels that are not real may be of any value', async () => {
    const chance = new SequentialHeadWrapper({ staticHead: new ProbabilityHead() });
    const { labels, features } = batch(made);
    const [x, y] = [ones([2, 3, 1]), mul(slice(labels, [0, 0, 0], [2, 3, 1]), scalar(0.5))]; // 0, 0.5, -4.5, 1, ...
    const expected = Math.log1p(Math.exp(1)) - 1.5 / 3;
    expect(await chance.loss(y, x, { features }).data()).toBeNear([expected]);
    const { average_loss: average } = await results(chance.updateMetrics(chance.metrics(), features, x, y));
    expect([average as number]).toBeNear([expected]);
  });

  it('a spec trains on the real steps', async () => {
    const { logits, labels, features } = batch(made);
    const weights = variable(scalar(1));
    const spec = wrapper.createEstimatorSpec({
      mode: 'train',
      features,
      labels,
      // Which takes the mask to the device, if it was not there.
      logits: () => mul(mul(logits, weights), onesLike(expandDims(mul(features.sequence_length_mask, scalar(1)), -1))),
      optimizer: train.sgd(0.1),
      trainableVariables: [weights],
    });
    expect(await spec.loss.data()).toBeNear([LOSS]);
    expect(Object.keys(spec.summaries)).toEqual(['loss/n']);
    expect(spec.trainOp()).toBe(spec.loss);
    const slope = [1, 2, 3, 4, 0, 0, 5, 6].reduce((sum, x, i) => sum + x * (GRADIENT[i] ?? 0), 0);
    expect(await weights.data()).toBeNear([1 - 0.1 * slope]);
    // How many are real nobody knows without waiting for the device.
    const isKnown = made === undefined || ['cpu', 'wasm'].includes(getBackend());
    expect(spec.predictions.predictions.shape).toEqual(isKnown ? [3, 2] : [2, 3, 2]);
    spec.dispose();
    weights.dispose();
  });

  it('a spec evaluates the real steps', async () => {
    const { logits, labels, features } = batch(made);
    const spec = wrapper.createEstimatorSpec({ mode: 'eval', features, labels, logits });
    expect(await spec.loss.data()).toBeNear([LOSS]);
    expect((await results(spec.evalMetricOps))['average_loss/n']).toBeCloseTo(SUM / 12, 12);
    spec.dispose();
  });
});

const sparse = (indices: number[][], values: number[], denseShape: number[]): SparseTensor => ({
  indices: tensor2d(indices, [indices.length, denseShape.length], 'int32'),
  values: tensor1d(values),
  denseShape,
});

describe('line 66: flattening', () => {
  const one = new SequentialHeadWrapper({ staticHead: new NumberHead(), sequenceLengthMask: 'mask' });
  const features = () => ({ mask: tensor([true, false, true, true], [2, 2], 'bool') });
  const logits = () => tensor([1, 99, 2, 3], [2, 2]);

  it('gives what is [batch, time] a last dimension', async () => {
    expect(await one.loss(tensor([0, 9, 0, 1], [2, 2]), logits(), { features: features() }).data()).toBeNear([9 / 3]);
    const whole = { mask: ones([2, 2], 'int32') };
    expect(await one.loss(tensor([0, 99, 0, 1], [2, 2]), logits(), { features: whole }).data()).toBeNear([9 / 4]);
  });

  it('takes the values of sparse labels, as many as there are steps, in the order of their places', async () => {
    const labels = sparse([[1, 1], [0, 0], [1, 0]], [1, 0, 0], [2, 2]); // prettier-ignore
    expect(await one.loss(labels, logits(), { features: features() }).data()).toBeNear([(1 + 4 + 4) / 3]);
    const metrics = one.updateMetrics(one.metrics(), features(), logits(), labels);
    expect((await results(metrics))['average_loss']).toBeCloseTo(3, 12);
  });

  it('takes sparse logits, with their gradient, and sparse features', async () => {
    const given = sparse([[0, 0], [1, 0], [1, 1]], [1, 2, 3], [2, 2]); // prettier-ignore
    const labels = tensor([0, 9, 0, 0], [2, 2]);
    const weighted = new SequentialHeadWrapper({
      staticHead: new NumberHead({ weightColumn: 'w' }),
      sequenceLengthMask: 'mask',
      featureColumns: new Set(['w']),
    });
    const w = sparse([[0, 0], [1, 0], [1, 1]], [1, 0, 2], [2, 2]); // prettier-ignore
    expect(await weighted.loss(labels, given, { features: { ...features(), w } }).data()).toBeNear([(1 + 18) / 3]);
    const gradient = grad((values) =>
      one.loss(labels, { ...given, values: values as Tensor1D }, { features: features() }),
    );
    expect(await gradient(given.values).data()).toBeNear([2 / 3, 4 / 3, 2]);
  });

  it('takes the values of sparse labels of three dimensions, row by row, wherever they stand', async () => {
    const pair = new SequentialHeadWrapper({
      staticHead: new NumberHead({ logitsDimension: 2 }),
      sequenceLengthMask: 'mask',
    });
    const places = [[1, 1, 1], [0, 0, 0], [0, 0, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0]]; // prettier-ignore
    const labels = sparse(places, [6, 1, 2, 3, 4, 5], [2, 2, 2]);
    const x = tensor([1, 2, 99, 99, 3, 4, 5, 6], [2, 2, 2]);
    expect(await pair.loss(labels, x, { features: features() }).data()).toBeNear([0]);
  });

  it('picks strings, too', async () => {
    const seen: string[] = [];
    const staticHead = strangeHead('strange', {
      loss: (labels) => {
        seen.push(...((labels as Tensor).dataSync() as unknown as string[]));
        return scalar(0);
      },
    });
    const head = new SequentialHeadWrapper({ staticHead, sequenceLengthMask: 'mask' });
    head.loss(tensor(['a', '', 'b', 'c'], [2, 2], 'string'), logits(), { features: features() });
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('has gradients of second order', async () => {
    const lossOf = (x: Tensor): Scalar => one.loss(tensor([0, 0, 0, 0], [2, 2]), x, { features: features() });
    const second = await grad((x) => grad(lossOf)(x))(logits(), ones([2, 2])).data();
    expect(second).toBeNear([2 / 3, 0, 2 / 3, 2 / 3]);
  });
});

describe('line 67: the static head', () => {
  it('gets the listed features and no others, and the mode', () => {
    const given: unknown[] = [];
    const staticHead = strangeHead('s', {
      loss: (labels, logits, options) => {
        given.push(
          (labels as Tensor).shape,
          (logits as Tensor).shape,
          Object.keys(options?.features ?? {}),
          options?.mode,
        );
        return scalar(0);
      },
    });
    const { logits, labels, features } = batch();
    const head = new SequentialHeadWrapper({ staticHead, featureColumns: ['other', 'weight'] });
    head.loss(labels, logits, { features, mode: 'eval' });
    expect(given).toEqual([[3, 2], [3, 2], ['other', 'weight'], 'eval']);
  });

  it('is one of a MultiHead’s, too', async () => {
    const { logits, labels, features } = batch();
    const head = new MultiHead({ heads: [wrapper] });
    expect(head.name).toBe('n_sequential');
    expect(await head.loss({ n_sequential: labels }, logits, { features }).data()).toBeNear([LOSS]);
    const all = await results(head.updateMetrics(head.metrics(), features, logits, { n_sequential: labels }));
    expect(all['loss/n_sequential']).toBeCloseTo(LOSS, 4);
    expect(all['average_loss/n']).toBeCloseTo(SUM / 12, 12);
  });

  it('may compute its loss again, for a trainOpFn, as long as its spec lives', async () => {
    const { logits, labels, features } = batch();
    const before = engine().memory().numTensors;
    const spec = wrapper.createEstimatorSpec({
      mode: 'train',
      features,
      labels,
      logits,
      trainOpFn: (_, recompute) => recompute(),
    });
    const again = spec.trainOp() as Scalar;
    expect(await again.data()).toBeNear([LOSS]);
    again.dispose();
    expect(spec.predictions.predictions.shape).toEqual([3, 2]);
    spec.dispose();
    expect(engine().memory().numTensors).toBe(before);
  });
});

describe('line 68: to predict', () => {
  it('nothing is flattened, and the mask stands beside the predictions, not among the exports', async () => {
    const { logits, features } = batch();
    const before = engine().memory().numTensors;
    const spec = wrapper.createEstimatorSpec({ mode: 'infer', features, logits });
    const { predictions, exportOutputs } = spec;
    expect(Object.keys(predictions)).toEqual(['predictions', 'sequence_length_mask']);
    expect(predictions.predictions.shape).toEqual([2, 3, 2]);
    expect(await predictions.sequence_length_mask.data()).toBeNear([1, 1, 0, 1, 0, 0]);
    expect(exportOutputs['predict']).toMatchObject({ outputs: { predictions: predictions.predictions } });
    expect(Object.keys((exportOutputs['predict'] as { outputs: object }).outputs)).toEqual(['predictions']);
    spec.dispose();
    expect(features.sequence_length_mask.isDisposed).toBe(false);
    expect(engine().memory().numTensors).toBe(before);
  });

  it('predictions pass through, with their keys', () => {
    const chance: Head = new SequentialHeadWrapper({ staticHead: new ProbabilityHead() });
    expect(Object.keys(chance.predictions(ones([2, 3, 1])))).toEqual(['predictions', 'logits']);
    expect(Object.keys(chance.predictions(ones([2, 3, 1]), ['logits']))).toEqual(['logits']);
  });
});

it('a head for sequences leaves nothing behind', async () => {
  for (const made of [undefined, onDevice]) {
    const { logits, labels, features } = batch(made);
    const before = engine().memory().numTensors;
    wrapper.loss(labels, logits, { features }).dispose();
    await results(wrapper.updateMetrics(wrapper.metrics(), features, logits, labels));
    for (const mode of ['train', 'eval', 'infer'] as const) {
      const spec = (wrapper as Head).createEstimatorSpec({ mode, features, labels, logits, trainOpFn: () => 0 });
      if (spec.mode === 'eval') await results(spec.evalMetricOps);
      spec.dispose();
    }
    await expect.poll(() => engine().memory().numTensors).toBe(before);
  }
});
