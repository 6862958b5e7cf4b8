// Lines 75 to 78 of the checklist: what estimators train by traced steps is what their models come to step by step.
import '@tensorflow/tfjs-layers'; // registers gradients
import { dispose, tensor } from '@tensorflow/tfjs-core';
import { type Features, type Labels, ModeKeys, type SessionRunContext } from '@tfjs-heads/head-api';
import { expect, it } from 'vitest';
import {
  type Batch,
  DNNClassifier,
  DNNLinearCombinedRegressor,
  embeddingColumn,
  type Estimator,
  indicatorColumn,
  VariableStore,
} from '../src/index.js';
import { bucketized, city, crossed, originalFeatures, pair, tags, weighted } from './batch.js';
import { quiet } from './models.js';
import golden from './original.json' with { type: 'json' };

const wide = [pair, bucketized, city, weighted, crossed];
const deep = [pair, indicatorColumn(city), embeddingColumn(tags, { dimension: 2 })];
const config = quiet({ tfRandomSeed: 5 });
const STEPS = 6;

const classifier = (dropout?: number): Estimator =>
  new DNNClassifier({ nClasses: 3, featureColumns: deep, hiddenUnits: [4], dropout, batchNorm: true, config });
const regressor = (dnnDropout?: number): Estimator =>
  new DNNLinearCombinedRegressor({
    linearFeatureColumns: wide,
    dnnFeatureColumns: deep,
    dnnHiddenUnits: [4],
    dnnDropout,
    config,
  });

it.each([
  ['DNNClassifier', classifier, () => tensor(golden.classes, undefined, 'int32')],
  ['DNNLinearCombinedRegressor', regressor, () => tensor(golden.labels)],
] as const)('%s draws its dropout anew in each traced step (lines 75, 77, 78)', async (_, make, labelsOf) => {
  const batches = function* (count: number): Generator<Batch, void, void> {
    for (let i = 0; i < count; i++) yield [originalFeatures(), labelsOf()];
  };
  const traced = make(0.5);
  const losses: number[] = [];
  const afterRun = async ({ loss }: SessionRunContext): Promise<void> =>
    void losses.push((await loss?.()) ?? Number.NaN);
  await traced.train(() => batches(STEPS), { hooks: [{ afterRun }] });
  const expected = await stepByStep(make(0.5), labelsOf());
  const plain = await stepByStep(make(), labelsOf());
  losses.forEach((loss, i) => expect(loss).toBeCloseTo(expected[i] as number, 5));
  expect(losses).toHaveLength(STEPS);
  expected.forEach((loss, i) => expect(Math.abs(loss - (plain[i] as number))).toBeGreaterThan(1e-3));

  const { global_step: step, average_loss: loss } = await traced.evaluate(() => batches(1));
  const again = await traced.evaluate(() => batches(2));
  expect([step, again['global_step']]).toEqual([STEPS, STEPS]);
  expect(again['average_loss']).toBeCloseTo(loss as number, 6); // No dropout, and moving averages.
  const predicted = [];
  for await (const one of traced.predict(() => batches(1))) predicted.push(one);
  expect(predicted).toHaveLength(golden.labels.length);
  traced.dispose();
});

/** The losses of the steps of a model, none of them traced. */
async function stepByStep({ modelFn, config: ofModel, options }: Estimator, labels: Labels): Promise<number[]> {
  const features = originalFeatures();
  const prepared = (await options.prepare?.(features)) as Features;
  const store = new VariableStore(ofModel.tfRandomSeed);
  const losses: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const spec = modelFn({
      features: prepared,
      labels,
      mode: ModeKeys.TRAIN,
      params: undefined,
      config: ofModel,
      store,
    });
    if (spec.mode !== ModeKeys.TRAIN) throw new Error(spec.mode);
    spec.trainOp();
    losses.push(...(await spec.loss.data()));
    spec.dispose();
  }
  store.dispose();
  dispose({ ...features, ...prepared, labels } as never);
  return losses;
}
