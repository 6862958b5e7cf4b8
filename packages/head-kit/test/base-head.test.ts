// What a head does with its options and its arguments, beyond what the laws say of any.
import * as tf from '@tensorflow/tfjs-core';
import { ModeKeys, type HeadErrorCode, type Reduction, type RegularizationLosses } from '@tfjs-heads/head-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { headError, type MetricDefinition } from '../src/index.js';
import { held, releaseTensors } from './memory.js';
import { logisticHead, results, ToyHead } from './toy-head.js';

releaseTensors();

const labels = (): tf.Tensor => tf.zeros([2, 1]);
const logits = (): tf.Tensor => tf.tensor2d([[1], [3]]);

describe('lines 2, 5: the options of a head', () => {
  it.each(['none', 'SUM', 'Sum', 'mean', '', 7, null, {}])('have no reduction %j', (lossReduction) => {
    const message = ['Invalid loss_reduction', 'lossReduction', 'auto, sum, sum_over_batch_size'];
    expect(() => new ToyHead({ lossReduction: lossReduction as Reduction })).toThrowCoded(
      'LOSS_REDUCTION_INVALID',
      message,
    );
  });

  it.each<[object | null, HeadErrorCode, string[]]>([
    [{ name: 7 }, 'INVALID_ARGUMENT', ['name', '7']],
    [{ weightColum: 'w' }, 'INVALID_ARGUMENT', ["'weightColum'", "did you mean 'weightColumn'?"]],
    [{ loss_reduction: 'sum' }, 'INVALID_ARGUMENT', ["did you mean 'lossReduction'?"]],
    [{ lossFunction: 1 }, 'INVALID_ARGUMENT', ["'lossFunction'", 'weightColumn']],
    [null, 'INVALID_ARGUMENT', ['ToyHead', 'null']],
  ])('are not %j', (options, code, says) => {
    expect(() => new ToyHead(options as object)).toThrowCoded(code, says);
  });

  it('may be an empty name, which ends no key', () => {
    expect(Object.keys(new ToyHead({ name: '' }).metrics({ regularizationLosses: [] }))).toEqual([
      'average_loss',
      'label/mean',
      'regularization_loss',
    ]);
  });
});

describe('line 8: the arguments of the methods', () => {
  it('are labels, logits for loss; features, logits, labels for updateMetrics', () => {
    // Those that may be logits alone stand where labels do. All are new: a GPU must not have them yet.
    const [one, other] = [(): tf.Tensor => tf.tensor2d([[0], [1]]), (): tf.Tensor => tf.tensor2d([[1], [3]])];
    const head = logisticHead();
    expect(() => head.loss(other(), one())).toThrowCoded('LABELS_RANGE');
    expect(() => head.updateMetrics(head.metrics(), {}, one(), other())).toThrowCoded('LABELS_RANGE');
    expect(() => [head.loss(one(), other()), head.updateMetrics(head.metrics(), {}, other(), one())]).not.toThrow();
  });

  it('have defaults, and a mode that does not matter', async () => {
    const head = new ToyHead();
    for (const options of [undefined, {}, ...Object.values(ModeKeys).map((mode) => ({ mode }))]) {
      expect(await head.loss(labels(), logits(), options).array()).toBe(5);
      expect(await results(head.updateMetrics(head.metrics(options), undefined, logits(), labels(), options))).toEqual({
        average_loss: 5,
        'label/mean': 0,
      });
    }
  });
});

describe('metrics', () => {
  it('take negative weights, which are not rejected, and are 0 where weights sum to 0', async () => {
    const head = new ToyHead({ weightColumn: 'w' });
    const measured = (w: number[]): Promise<Record<string, number>> =>
      results(head.updateMetrics(head.metrics(), { w: tf.tensor1d(w) }, logits(), tf.ones([2, 1])));
    expect(await measured([2, -1])).toEqual({ average_loss: -4, 'label/mean': 1 });
    expect(await measured([2, -2])).toEqual({ average_loss: 0, 'label/mean': 0 });
  });

  it('show values that are not finite', async () => {
    const metrics = new ToyHead().metrics();
    new ToyHead().updateMetrics(metrics, {}, logits(), tf.tensor2d([[-Infinity], [1]]));
    expect(await results(metrics)).toEqual({ average_loss: Infinity, 'label/mean': -Infinity });
  });

  it('add a batch whole or not at all', async () => {
    /** Its last metric cannot take the batch. */
    class Failing extends ToyHead {
      protected override metricDefinitions(): MetricDefinition[] {
        const refuse = (): never => {
          throw headError('METRIC_INPUT_INVALID', 'It cannot take the labels.');
        };
        return [
          ...super.metricDefinitions([]),
          {
            key: 'last',
            accumulator: { id: 'last', kind: 'last', size: 1, reads: ['labels'], add: refuse },
            result: () => 0,
          },
        ];
      }
    }
    const head = new Failing();
    const metrics = head.metrics();
    const update = async (): Promise<unknown> => results(head.updateMetrics(metrics, {}, logits(), tf.ones([2, 1])));
    await expect(update()).rejects.toMatchObject({ code: 'METRIC_INPUT_INVALID' });
    // Each metric has what it had, or says what is wrong.
    const values = Object.values(metrics).map((metric) => metric.result().catch(() => 0));
    expect(await Promise.all(values)).toEqual([0, 0, 0]);
  });

  // Their results would not show it: a batch that counts twice has the same means.
  it('of an eval spec are updated once', async () => {
    const features = { w: tf.tensor1d([2, 3]) };
    const spec = new ToyHead({ weightColumn: 'w' }).createEstimatorSpec({
      features,
      logits: logits(),
      labels: labels(),
      mode: 'eval',
    });
    const states = await Promise.all(Object.values(spec.evalMetricOps).map((metric) => metric.state()));
    expect(states.map(({ sums }) => sums[1])).toEqual([5, 5]);
    spec.dispose();
  });
});

describe('line 18: regularization losses', () => {
  const head = new ToyHead({ lossReduction: 'sum' });

  it.each([
    { what: 'of one', losses: () => [tf.scalar(3)], sum: 3 },
    { what: 'none', losses: () => [], sum: 0 },
    { what: 'of the same scalar twice', losses: () => Array.from<tf.Scalar>({ length: 2 }).fill(tf.scalar(3)), sum: 6 },
  ])('are a list $what', async ({ losses, sum }) => {
    const options = { regularizationLosses: losses() };
    expect(await head.loss(labels(), logits(), options).array()).toBe(10 + sum);
    const metrics = head.updateMetrics(head.metrics(options), {}, logits(), labels(), options);
    expect((await results(metrics))['regularization_loss']).toBe(sum);
  });

  it('may be a function, which is called once for each loss', () => {
    let calls = 0;
    head.loss(labels(), logits(), { regularizationLosses: () => [tf.scalar(++calls)] });
    expect(calls).toBe(1);
  });

  it('that metrics() alone gets stay 0; those that updateMetrics() alone gets change nothing', async () => {
    const regularizationLosses = [tf.scalar(1)];
    const metrics = head.updateMetrics(head.metrics({ regularizationLosses }), {}, logits(), labels());
    expect(await results(metrics)).toEqual({ average_loss: 5, 'label/mean': 0, regularization_loss: 0 });
    const plain = head.metrics();
    const update = (): unknown => head.updateMetrics(plain, {}, logits(), tf.ones([2, 1]), { regularizationLosses });
    expect(update).toThrowCoded('EVAL_METRICS_INVALID', ['evalMetrics', "'regularization_loss'"]);
    expect(await results(plain)).toEqual({ average_loss: 0, 'label/mean': 0 });
  });

  it.each<[string, () => unknown, string[]]>([
    ['a scalar alone', () => tf.scalar(1), ['must be a list', 'a float32 tensor of shape []']],
    ['numbers', () => [1], ['regularizationLosses[0]', '1']],
    ['tensors of rank 1', () => [tf.scalar(1), tf.tensor1d([1])], ['regularizationLosses[1]', '[1]']],
    ['integers', () => [tf.scalar(1, 'int32')], ['regularizationLosses[0]', 'int32']],
    ['a function that returns no list', () => (): tf.Scalar => tf.scalar(1), ['must be a list']],
  ])('are refused as %s', (_, losses, message) => {
    const options = { regularizationLosses: losses() as RegularizationLosses };
    expect(() => head.loss(labels(), logits(), options)).toThrowCoded('REGULARIZATION_LOSSES_INVALID', message);
    expect(() => head.updateMetrics(head.metrics(options), {}, logits(), labels(), options)).toThrowCoded(
      'REGULARIZATION_LOSSES_INVALID',
      message,
    );
  });
});

describe('line 7: without registered gradients', () => {
  // tfjs-node brings some along, and so may other tests of this program.
  const registered = tf
    .getKernelsForBackend(tf.getBackend())
    .filter(({ kernelName }) => !kernelName.startsWith('TfjsHeads.'))
    .flatMap(({ kernelName }) => tf.getGradient(kernelName) ?? []);
  beforeAll(() => registered.forEach(({ kernelName }) => tf.unregisterGradient(kernelName)));
  afterAll(() => registered.forEach((gradient) => tf.registerGradient(gradient)));

  beforeEach(() => {
    expect(['Multiply', 'Sub', 'Exp', 'Sum', 'Cast', 'Reshape'].filter((kernel) => tf.getGradient(kernel))).toEqual([]);
  });

  it.each([false, true])('a head trains, its labels made by a device: %s', async (isMade) => {
    const head = logisticHead({ weightColumn: 'w' });
    const [given, w] = [isMade ? tf.mul(tf.tensor1d([0, 0.5]), 2) : tf.tensor1d([0, 1]), tf.tensor1d([1, 3])];
    const [variable, optimizer] = [tf.tidy(() => tf.variable(tf.zeros([2, 1]))), tf.train.sgd(1)];
    const options = { features: { w }, regularizationLosses: [tf.scalar(2), tf.scalar(0.5)] };
    const { value, grads } = tf.variableGrads(() => head.loss(given, variable, options), [variable]);
    const inDirection = tf.grad((x) => head.loss(given, x, options))(variable, tf.scalar(-2));
    expect(await value.array()).toBeCloseTo(2 * Math.LN2 + 2.5, 5);
    const before = held();
    const spec = head.createEstimatorSpec({
      ...options,
      mode: 'train',
      labels: given,
      logits: () => variable,
      optimizer,
      trainableVariables: [variable],
    });
    spec.trainOp();
    spec.dispose();
    expect(held()).toEqual(before);
    for (const [tensor, factor] of [
      [grads[variable.name] as tf.Tensor, 1],
      [inDirection, -2],
      [variable, -1],
    ] as const) {
      (await tensor.data()).forEach((slope, i) => expect(slope).toBeCloseTo(factor * ([0.25, -0.75][i] as number), 6));
    }
    variable.dispose();
  });

  afterAll(() => tf.disposeVariables());
});
