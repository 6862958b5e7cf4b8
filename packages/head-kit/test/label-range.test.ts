// Labels out of range are refused at once wherever their values can be had, else by whatever is made of them.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectHeld, held, isOnGpu } from './memory.js';
import { logisticHead, results } from './toy-head.js';

const head = logisticHead({ weightColumn: 'w' });
const named = { name: 'HeadError', code: 'LABELS_RANGE' };

let before: ReturnType<typeof held>;
let logits: tf.Tensor;
let features: { w: tf.Tensor };
beforeEach(() => {
  before = held();
  [logits, features] = [tf.tensor2d([[1], [-2], [0.5]]), { w: tf.tensor1d([1, 2, 3]) }];
});
afterEach(async () => {
  tf.dispose([logits, features.w]);
  await expectHeld(before);
});

/** Runs something with labels that an op has made, so that a GPU alone knows them. */
async function withMade(labels: readonly number[], run: (labels: tf.Tensor) => Promise<void> | void): Promise<void> {
  const made = tf.tidy(() =>
    tf.mul(
      tf.tensor2d(
        labels.map((label) => label / 2),
        [3, 1],
      ),
      2,
    ),
  );
  await run(made);
  made.dispose();
}

describe('line 16: labels from the host that are out of range', () => {
  it.each([
    { what: 'above 1', values: [0, 1.5, 1], got: '1.5 at index 1' },
    { what: 'just above 1', values: [0, 1 + 2 ** -23, 1], got: '1.0000001' },
    { what: 'below 0', values: [0, 1, -0.25], got: '-0.25 at index 2' },
    { what: 'just below 0', values: [0, 1, -(2 ** -149)], got: '-1.4' },
    { what: 'NaN', values: [NaN, 0, 1], got: 'NaN at index 0' },
    { what: 'infinite', values: [0, Infinity, 1], got: 'Infinity' },
    { what: 'both, of which the upper end is told first', values: [-1, 0, 2], got: '2 at index 2' },
    {
      what: 'NaN after one below 0, since NaN is tested at the upper end',
      values: [-1, 0, NaN],
      got: 'NaN at index 2',
    },
  ])('$what', ({ values, got }) => {
    const labels = tf.tensor2d(values, [3, 1]);
    const fragments = ['Labels must be in range [0, 1]', 'labels', '[3,1]', got];
    expect(() => head.loss(labels, logits, { features })).toThrowCoded('LABELS_RANGE', fragments);
    expect(() => head.updateMetrics(head.metrics(), features, logits, labels)).toThrowCoded('LABELS_RANGE', fragments);
    labels.dispose();
  });

  it('of dtype int32, which leave metrics as they were', async () => {
    const [good, bad] = [tf.tensor1d([0, 1, 1], 'int32'), tf.tensor1d([0, 2, 1], 'int32')];
    const metrics = head.updateMetrics(head.metrics(), features, logits, good);
    const seen = await results(metrics);
    expect(() => head.updateMetrics(metrics, features, logits, bad)).toThrowCoded('LABELS_RANGE', [
      '2 at index 1',
      '[3]',
    ]);
    expect(await results(metrics)).toEqual(seen);
    tf.dispose([good, bad]);
  });

  it('are not looked at to predict', () => {
    const labels = tf.tensor1d([0, 2, 1]);
    const spec = head.createEstimatorSpec({ mode: 'infer', logits, labels });
    expect(spec.mode).toBe('infer');
    spec.dispose();
    labels.dispose();
  });

  it.each([0, 1, 0.5, -0, 2 ** -149, 1 - 2 ** -24])('unlike %d, at its ends or between them', async (label) => {
    const [labels, zero] = [tf.tensor2d([[label]]), tf.zeros([1, 1])];
    const loss = logisticHead().loss(labels, zero);
    expect(await loss.array()).toBeCloseTo(Math.LN2, 6);
    tf.dispose([labels, zero, loss]);
  });
});

it('line 16: labels that a device has made are as good as others while they are in range, in five dimensions, too', () =>
  withMade([0.25, 0, 1], async (labels) => {
    const same = tf.tensor2d([[0.25], [0], [1]]);
    const once = (given: tf.Tensor, x: tf.Tensor) => tf.valueAndGrad((y) => logisticHead().loss(given, y))(x);
    const [five, logitsOfFive] = [tf.reshape(labels, [1, 1, 3, 1, 1]), tf.reshape(logits, [1, 1, 3, 1, 1])]; // `where` of webgl and webgpu takes four
    const [expected, ...actual] = [once(same, logits), once(labels, logits), once(five, logitsOfFive)];
    for (const { value, grad } of actual) {
      expect(await value.array()).toBeCloseTo((await expected?.value.array()) as number, 6);
      const right = await expected?.grad.data();
      (await grad.data()).forEach((slope, i) => expect(slope).toBeCloseTo(right?.[i] as number, 6));
      tf.dispose([value, grad]);
    }
    const metrics = [same, labels].map((given) => results(head.updateMetrics(head.metrics(), features, logits, given)));
    const [right, made] = (await Promise.all(metrics)) as [Record<string, number>, Record<string, number>];
    expect(made['average_loss']).toBeCloseTo(right['average_loss'] as number, 6);
    tf.dispose([same, five, logitsOfFive, expected?.value as tf.Tensor, expected?.grad as tf.Tensor]);
  }));

describe.each([1.5, -0.5, NaN])(
  'line 16: a label of %d that only the device knows, or that is found out at once,',
  (bad) => {
    /** What must throw at once where no GPU has the labels; else what it makes is looked at. */
    const refused = <T>(run: (labels: tf.Tensor) => T, look: (made: T) => Promise<void>): Promise<void> =>
      withMade([0, bad, 1], async (labels) => {
        if (isOnGpu) await look(run(labels));
        else expect(() => run(labels)).toThrowCoded('LABELS_RANGE', ['[3,1]', 'at index 1']);
      });

    it('makes reads of the loss reject, which is NaN in what is computed from it', () =>
      refused(
        (labels) => head.loss(labels, logits, { features }),
        async (loss) => {
          await expect(loss.data()).rejects.toMatchObject(named);
          await expect(loss.array()).rejects.toThrow(/Labels must be in range \[0, 1\].*labels of shape \[3,1\]/);
          const more = tf.add(loss, 1);
          expect(await more.array()).toBeNaN();
          tf.dispose([loss, more]);
        },
      ));

    it('makes gradients 0, and the loss that comes with them reject', () =>
      refused(
        (labels) => tf.valueAndGrad((x) => head.loss(labels, x, { features }))(logits),
        async ({ value, grad }) => {
          expect(Array.from(await grad.data(), Math.abs)).toEqual([0, 0, 0]);
          await expect(value.data()).rejects.toMatchObject(named);
          tf.dispose([value, grad]);
        },
      ));

    it('makes gradients of second order 0', () =>
      refused(
        (labels) => tf.grad((y) => tf.sum(tf.grad((x) => head.loss(labels, x, { features }))(y)))(logits),
        async (second) => {
          expect(Array.from(await second.data(), Math.abs)).toEqual([0, 0, 0]);
          second.dispose();
        },
      ));

    it('makes metrics reject, and a reset makes them well again', () =>
      refused(
        (labels) => head.updateMetrics(head.metrics(), features, logits, labels),
        async (metrics) => {
          for (const metric of Object.values(metrics)) {
            await expect(metric.result()).rejects.toMatchObject(named);
            await expect(metric.state()).rejects.toThrow(/Labels must be in range \[0, 1\]/);
            metric.reset();
            expect(await metric.result()).toBe(0);
          }
        },
      ));

    it('leaves the variables of a training step as they were', async () => {
      const [optimizer, variable] = [tf.train.sgd(1), tf.tidy(() => tf.variable(tf.tensor1d([0.5])))];
      const network = (): tf.Tensor => tf.add(logits, variable);
      await refused(
        (labels) =>
          head.createEstimatorSpec({
            mode: 'train',
            labels,
            features,
            logits: network,
            optimizer,
            trainableVariables: [variable],
          }),
        async (spec) => {
          const loss = spec.trainOp() as tf.Scalar;
          await expect(loss.data()).rejects.toMatchObject(named);
          await expect(spec.summaries['loss']?.data()).rejects.toMatchObject(named);
          spec.dispose();
        },
      );
      expect(await variable.array()).toEqual([0.5]);
      variable.dispose();
      optimizer.dispose();
    });
  },
);
