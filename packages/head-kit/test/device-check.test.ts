import {
  abs,
  customGrad,
  engine,
  getBackend,
  getKernel,
  grad,
  memory,
  mul,
  onesLike,
  reshape,
  scalar,
  squaredDifference,
  sum,
  tensor,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  BaseHead,
  copyOf,
  customLoss,
  createSpec,
  deviceCheck,
  headError,
  Mean,
  meanMetric,
  reduceLoss,
  rejectReads,
  replaceSpec,
  sigmoidCrossEntropy,
  sumOfScalars,
  updateTogether,
  weightedSum,
  LabelRange,
} from '../src/index.js';
import type { MetricDefinition } from '../src/index.js';

class LogisticHead extends BaseHead {
  protected override readonly labelRange = new LabelRange({ min: 0, max: 1 });
  protected readonly elementLoss = sigmoidCrossEntropy;
  constructor() {
    super({ logitsDimension: 1 });
  }
  protected predictors(logits: Tensor): Record<string, () => Tensor> {
    return { predictions: () => logits };
  }
  protected metricDefinitions(regularization: readonly MetricDefinition[]): MetricDefinition[] {
    return [meanMetric('average_loss', 'losses', null), ...regularization];
  }
}

const head = new LogisticHead();
const named = { name: 'HeadError', code: 'LABELS_RANGE' };

/** What the kit makes of a value, and what is read of it. */
const makers: Readonly<
  Record<string, (loss: Scalar) => { readonly read: () => Promise<unknown>; readonly dispose: () => void }>
> = {
  'a sum': (loss) => made(sumOfScalars([scalar(1), loss])),
  'a sum of itself alone': (loss) => made(sumOfScalars([loss])),
  'a sum of a sum': (loss) => made(sumOfScalars([sumOfScalars([loss, loss]), scalar(2)])),
  'a weighted sum': (loss) => made(weightedSum([loss, scalar(1)], [0.5, 2])),
  'a copy of a copy': (loss) => made(copyOf(copyOf(loss))),
  'a reduction': (loss) => made(reduceLoss(loss, undefined, 'sum')),
  'a spec': (loss) => {
    const spec = createSpec({ mode: 'eval', loss: copyOf(loss) });
    return { read: () => spec.loss.array(), dispose: () => spec.dispose() };
  },
  'a spec of a loss of one element': (loss) => {
    const spec = createSpec({ mode: 'eval', loss: rejectReads(reshape(loss, [1, 1]), checksIn(loss)) });
    return { read: () => spec.loss.data(), dispose: () => spec.dispose() };
  },
  'a spec with another field': (loss) => {
    const spec = createSpec({ mode: 'train', loss: copyOf(loss), trainOp: () => undefined });
    const other = replaceSpec(spec, { trainOp: () => 1 });
    return {
      read: () => (other.mode === 'train' ? other.loss.data() : Promise.reject(new Error(other.mode))),
      dispose: () => other.dispose(),
    };
  },
  'the regularization losses of another loss': (loss) => {
    const [labels, logits] = [tensor([[1]]), tensor([[2]])];
    return made(head.loss(labels, logits, { regularizationLosses: [loss] }));
  },
};

function made(tensor_: Tensor): { read: () => Promise<unknown>; dispose: () => void } {
  return { read: () => tensor_.data(), dispose: () => tensor_.dispose() };
}

/** The checks of a value, as another copy of the kit would find them. */
function checksIn(loss: Tensor): [] {
  return (loss as unknown as Record<symbol, []>)[Symbol.for('tfjs-heads.deviceChecks/1')] as [];
}

beforeEach(() => {
  engine().startScope();
  return () => engine().endScope();
});

describe.each(Object.entries(makers))('an error that only the device knows survives %s', (_, make) => {
  it('that is made of its value', async () => {
    const error = headError('LABELS_RANGE', 'Labels must be in range [0, 1].');
    const loss = rejectReads(scalar(1), [deviceCheck({ valid: scalar(false, 'bool'), error: () => error })]);
    const { read, dispose: end } = make(loss);
    await expect(read()).rejects.toBe(error);
    end();
  });

  it('and is none where all is well', async () => {
    let asked = 0;
    const of = scalar(0);
    const loss = rejectReads(scalar(1), [
      deviceCheck({
        valid: scalar(true, 'bool'),
        error: () => headError('LABELS_RANGE', ''),
        of: scalar(0),
        known: { has: () => false, add: () => void asked++ },
      }),
    ]);
    const { read, dispose: end } = make(loss);
    await expect(read()).resolves.toBeDefined();
    expect(asked).toBe(1);
    of.dispose();
    end();
  });

  const isOnGpu = ['webgl', 'webgpu'].includes(getBackend());
  if (isOnGpu)
    it('that is the loss of labels which a device has made', async () => {
      const [labels, logits] = [mul(tensor([[0], [0.75]]), 2), tensor([[1], [2]])];
      const { read, dispose: end } = make(head.loss(labels, logits));
      await expect(read()).rejects.toMatchObject(named);
      end();
    });
});

it('the losses of rows reject, too, where a device knows that a label is out of range', async () => {
  const isOnGpu = ['webgl', 'webgpu'].includes(getBackend());
  const [labels, logits] = [mul(tensor([[0], [0.75]]), 2), tensor([[1], [2]])];
  if (isOnGpu) await expect(head.rowLosses(labels, logits).data()).rejects.toMatchObject(named);
  else expect(() => head.rowLosses(labels, logits)).toThrow(expect.objectContaining(named));
});

describe.each([
  ['alone', (update: () => void) => update()],
  ['with others', updateTogether],
])('a metric of such a value, updated %s,', (_, together) => {
  const error = headError('LABELS_RANGE', 'Labels must be in range [0, 1].');
  const invalid = (): Scalar =>
    rejectReads(scalar(1), [deviceCheck({ valid: scalar(false, 'bool'), error: () => error })]);

  it('rejects', async () => {
    const [mean, value] = [new Mean(), invalid()];
    together(() => mean.update(value));
    await expect(mean.result()).rejects.toBe(error);
  });

  const isOnGpu = ['webgl', 'webgpu'].includes(getBackend());
  if (isOnGpu)
    it('rejects where it is the loss of labels which a device has made', async () => {
      const [labels, logits] = [mul(tensor([[0], [0.75]]), 2), tensor([[1], [2]])];
      const mean = new Mean();
      together(() => mean.update(head.loss(labels, logits)));
      await expect(mean.result()).rejects.toMatchObject(named);
    });

  it('rejects where somebody has read the value already, too', async () => {
    const [mean, value] = [new Mean(), mul(tensor([[0], [0.75]]), 2)];
    const checked = rejectReads(value, [deviceCheck({ valid: scalar(false, 'bool'), error: () => error })]);
    await expect(checked.data()).rejects.toBe(error);
    together(() => mean.update(checked));
    await expect(mean.result()).rejects.toBe(error);
  });
});

it('the weighted sum of losses is differentiable, with the gradient 0 where it is not valid', async () => {
  const isOnGpu = ['webgl', 'webgpu'].includes(getBackend());
  const [labels, good, logits] = [mul(tensor([[0], [0.75]]), 2), tensor([[0], [1]]), tensor([[1], [2]])];
  const alone = grad((x) => weightedSum([head.loss(good, x), head.loss(good, x)], [0.5, 2]))(logits);
  const once = grad((x) => head.loss(good, x))(logits);
  const [sums, ones] = [await alone.data(), await once.data()];
  sums.forEach((value, i) => expect(value).toBeCloseTo(2.5 * (ones[i] as number), 5));
  if (!isOnGpu) return;
  const both = grad((x) => weightedSum([head.loss(labels, x), head.loss(labels, x)], [0.5, 2]))(logits);
  expect(Array.from(await abs(both).data())).toEqual([0, 0]);
});

it('the weighted sum of losses has the gradient that it has where a device has answered that all is well, NaN too', async () => {
  const [labels, logits] = [mul(tensor([[0], [0.5]]), 2), tensor([[1], [2]])]; // valid, which on a GPU only it knows
  const broken = customGrad((x) => ({ value: scalar(NaN), gradFunc: (dy: Tensor) => mul(onesLike(x as Tensor), dy) }));
  const slope = grad((x) => weightedSum([head.loss(labels, x), broken(x) as Scalar], [0, 3]))(logits);
  expect(Array.from(await slope.data())).toEqual([3, 3]);
});

it('a weighted sum leaves nothing behind where an error follows on the tape', async () => {
  const part = scalar(1);
  const before = memory().numTensors;
  const fails = grad((x) => {
    const valid = tensor(true, [], 'bool');
    const checked = rejectReads(x as Scalar, [deviceCheck({ valid, error: () => headError('LABELS_RANGE', 'mine') })]);
    weightedSum([checked, checked], [1, 1]);
    throw new Error('mine');
  });
  for (let i = 0; i < 3; i++) expect(() => fails(part)).toThrow('mine');
  await expect.poll(() => memory().numTensors).toBe(before);
});

it.each([[[1]], [[1, 2, 3]], [['1', 2]]])('weights %j for two scalars are refused', (weights) => {
  expect(() => weightedSum([scalar(1), scalar(2)], weights as number[])).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
});

/** The sum, differentiable with no registered gradient. */
const summed = (x: Tensor): Tensor =>
  customGrad((a) => ({ value: sum(a as Tensor), gradFunc: (dy: Tensor) => mul(dy, onesLike(x)) }))(x);

/** Any differentiable function of logits and labels. */
class SquareHead extends LogisticHead {
  protected override readonly elementLoss = customLoss(({ labels, logits }) =>
    squaredDifference(logits, labels),
  ) as never;
}

type Recorded = Parameters<ReturnType<typeof engine>['runKernel']>;

/** Runs something with every call of a kernel written down. */
function recorded(run: () => unknown): readonly Recorded[] {
  const calls: Recorded[] = [];
  const spy = vi.spyOn(engine(), 'runKernel').mockImplementation(function (this: unknown, ...call: Recorded) {
    calls.push(call);
    return original.apply(engine(), call);
  } as never);
  const original = engine().constructor.prototype.runKernel as (...call: Recorded) => Tensor;
  try {
    run();
    return calls;
  } finally {
    spy.mockRestore();
  }
}

const hasRangeKernel = ['cpu', 'wasm'].includes(getBackend());
if (hasRangeKernel)
  it.each([
    ['the loss', (labels: Tensor, logits: Tensor) => head.loss(labels, logits)],
    ['the loss with its gradient', (labels: Tensor, logits: Tensor) => grad((x) => head.loss(labels, x))(logits)],
    [
      'the loss under two gradients',
      (labels: Tensor, logits: Tensor) => grad((y) => summed(grad((x) => head.loss(labels, x))(y)))(logits),
    ],
    ['the losses of rows', (labels: Tensor, logits: Tensor) => head.rowLosses(labels, logits)],
    ['a custom loss', (labels: Tensor, logits: Tensor) => new SquareHead().loss(labels, logits)],
  ])('%s looks at its labels in a kernel, so that a recorded step throws when it is run with others', (_, run) => {
    const [labels, logits, others] = [tensor([[0], [1]]), tensor([[1], [2]]), tensor([[0], [1.5]])];
    const calls = recorded(() => run(labels, logits));
    const withOthers = ([name, inputs, attributes]: Recorded): unknown => {
      const { kernelFunc } = getKernel(name, getBackend());
      const replaced = Array.isArray(inputs)
        ? inputs.map((one) => (one === labels ? others : one))
        : Object.fromEntries(Object.entries(inputs).map(([key, one]) => [key, one === labels ? others : one]));
      return kernelFunc({ inputs: replaced as never, attrs: attributes as never, backend: engine().backend });
    };
    expect(() => calls.map(withOthers)).toThrow(expect.objectContaining(named));
  });
