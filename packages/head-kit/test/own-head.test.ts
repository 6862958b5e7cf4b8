import { dispose, grad, memory, mul, sub, sum, tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // the gradients of the ops that the custom loss is made of
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { BaseHead, type LossFn, meanMetric, type MetricDefinition } from '../src/index.js';
import { expectAllWithin, expectWithin } from './tolerance.js';

/** A head as a user would write one: half the squared error, from tfjs ops alone. */
class HalfSquareHead extends BaseHead<Tensor, { readonly doubled: Tensor }> {
  protected readonly elementLoss: LossFn = ({ labels, logits }) => {
    const difference = sub(logits, labels);
    return mul(mul(difference, difference), 0.5);
  };
  constructor() {
    super({ logitsDimension: 2, weightColumn: 'weight', name: 'half' });
  }
  protected predictors(logits: Tensor) {
    return { doubled: () => mul(logits, 2) };
  }
  protected metricDefinitions(): readonly MetricDefinition[] {
    return [meanMetric('average_loss', 'losses')];
  }
}

describe("line 7: a head of the user's own", () => {
  const head = new HalfSquareHead();
  const labels = tensor([
    [1, 2],
    [3, 4],
  ]);
  const logits = tensor([
    [2, 2],
    [3, 8],
  ]);
  const features = { weight: tensor([1, 3]) };

  it('has a loss, a gradient, predictions, metrics and exports', async () => {
    const before = memory().numTensors;
    const loss = head.loss(labels, logits, { features });
    expectWithin((await loss.data())[0] as number, (0.5 + 3 * 8) / 4, 16);
    const gradient = grad((x) => head.loss(labels, x, { features }))(logits);
    expectAllWithin(await gradient.data(), [0.25, 0, 0, 3], 16);
    const metrics = head.updateMetrics(head.metrics(), features, logits, labels);
    expectWithin((await metrics['average_loss/half']?.result()) as number, (0.5 + 24) / 8, 16);
    const spec = head.createEstimatorSpec({ mode: 'infer', logits });
    expect(spec.mode === 'infer' && Object.keys(spec.exportOutputs)).toEqual(['serving_default', 'predict']);
    expect(Object.keys(spec.predictions)).toEqual(['doubled']);
    expect(await spec.predictions.doubled.array()).toEqual([
      [4, 4],
      [6, 16],
    ]);
    spec.dispose();
    dispose([loss, gradient]);
    expect(memory().numTensors).toBe(before);
  });

  it('line 6: names what a subclass in JavaScript has left out', () => {
    class Unfinished extends (BaseHead as unknown as new (options: object) => HalfSquareHead) {}
    const unfinished = new Unfinished({ logitsDimension: 2 });
    for (const call of [
      () => unfinished.loss(labels, logits),
      () => unfinished.metrics(),
      () => unfinished.predictions(logits),
    ]) {
      expect(call).toThrow(
        expect.objectContaining({ code: 'NOT_IMPLEMENTED', message: expect.stringContaining('Unfinished') }),
      );
    }
  });

  it.each([{ min: 0, max: 1 }, null])('is refused with a range of labels that is none: %j', (range) => {
    class Ranged extends HalfSquareHead {
      protected override readonly labelRange = range as never;
    }
    expect(() => new Ranged().loss(labels, logits, { features })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('labelRange must be a LabelRange'),
      }),
    );
  });

  it('line 6: passes on what its own code throws', () => {
    class Failing extends HalfSquareHead {
      protected override readonly elementLoss: LossFn = () => {
        throw new RangeError('mine');
      };
    }
    expect(() => new Failing().loss(labels, logits, { features })).toThrow(new RangeError('mine'));
  });

  it('line 17: is refused when its loss has the wrong shape', () => {
    const before = memory().numTensors;
    class Summed extends HalfSquareHead {
      protected override readonly elementLoss: LossFn = ({ logits: x }) => sum(x, -1);
    }
    class NoTensor extends HalfSquareHead {
      protected override readonly elementLoss: LossFn = () => 3 as unknown as Tensor;
    }
    for (const wrong of [new NoTensor(), new Summed()]) {
      expect(() => wrong.loss(labels, logits, { features })).toThrow(
        expect.objectContaining({ code: 'LOSS_FN_SHAPE', message: expect.stringContaining('[2,2]') }),
      );
    }
    expect(memory().numTensors).toBe(before);
  });
});
