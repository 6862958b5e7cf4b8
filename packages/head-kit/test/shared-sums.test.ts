import { dispose, engine, exp, getBackend, memory, mul, neg, sigmoid, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type Accumulator,
  BaseHead,
  classIds,
  equalTo,
  fromEach,
  Mean,
  mean,
  meanMetric,
  type MetricDefinition,
  type Quantities,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  type ReadBefore,
  StreamingMetric,
  updateTogether,
  LabelRange,
} from '../src/index.js';

afterEach(() => vi.restoreAllMocks());

const isDevice = ['webgl', 'webgpu', 'tensorflow'].includes(getBackend());
/** A tensor whose values are where the backend computes. */
const computed = (values: number[], shape: number[]): Tensor =>
  tidy(() =>
    neg(
      tensor(
        values.map((value) => -value),
        shape,
      ),
    ),
  );
const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));

class BinaryHead extends BaseHead {
  protected override readonly labelRange = new LabelRange({ min: 0, max: 1 });
  protected readonly elementLoss = sigmoidCrossEntropy;
  readonly #definitions: readonly MetricDefinition[];
  readonly #quantities: Quantities;
  constructor(name: string, definitions: readonly MetricDefinition[], quantities: Quantities = {}) {
    super({ logitsDimension: 1, name, weightColumn: 'weight' });
    this.#definitions = definitions;
    this.#quantities = quantities;
  }
  protected predictors(logits: Tensor): Record<string, () => Tensor> {
    return { logistic: () => sigmoid(logits) };
  }
  protected override quantities(): Quantities {
    return this.#quantities;
  }
  protected metricDefinitions(): readonly MetricDefinition[] {
    return this.#definitions;
  }
}

const batchOf = (rows: number): { logits: Tensor; labels: Tensor; features: { weight: Tensor } } => ({
  logits: computed(
    Array.from({ length: rows }, (_, i) => (i % 7) - 3),
    [rows, 1],
  ),
  labels: tensor(
    Array.from({ length: rows }, (_, i) => i % 2),
    [rows, 1],
  ),
  features: {
    weight: computed(
      Array.from({ length: rows }, (_, i) => 1 + (i % 3)),
      [rows, 1],
    ),
  },
});

function countReads(): () => number {
  const reads = vi.spyOn(engine().backend, 'read');
  return () => reads.mock.calls.length;
}

describe('metrics of one head', () => {
  it('walk a batch once for each accumulator, and compute a quantity once', async () => {
    const walks: string[] = [];
    const counted = (accumulator: Accumulator): Accumulator => ({
      ...accumulator,
      add: (batch, sums) => {
        walks.push(accumulator.id);
        accumulator.add(batch, sums);
      },
    });
    let evaluations = 0;
    const quantities = {
      logistic: fromEach('logits', (x) => {
        evaluations++;
        return sigmoidOf(x);
      }),
      unused: { make: () => expect.fail('nobody asked for it') },
    };
    const twice = (key: string, quantity: string): MetricDefinition[] =>
      [key, `${key}_again`].map((name) => ({ ...meanMetric(name, quantity), accumulator: counted(mean(quantity)) }));
    const head = new BinaryHead('', [...twice('prediction', 'logistic'), ...twice('label', 'labels')], quantities);
    const { logits, labels, features } = batchOf(6);
    const metrics = head.updateMetrics(head.metrics(), features, logits, labels);
    const results = await Promise.all(Object.values(metrics).map((metric) => metric.result()));
    expect(walks).toEqual(['mean(logistic,weights)', 'mean(labels,weights)']);
    expect(evaluations).toBe(6);
    expect(results[0]).toBe(results[1]);
    expect(results[2]).toBeCloseTo(6 / 12, 12);
    // The sums are each metric's own: one of them may be reset or merged.
    metrics['label_again']?.reset();
    expect(await Promise.all([metrics['label']?.result(), metrics['label_again']?.result()])).toEqual([results[2], 0]);
    dispose([logits, labels, features.weight]);
  });

  it('a metric that needs what no batch has is an error that names it', () => {
    const head = new BinaryHead('', [meanMetric('x', 'probabilities')]);
    const { logits, labels, features } = batchOf(2);
    expect(() => head.updateMetrics(head.metrics(), features, logits, labels)).toThrow(
      expect.objectContaining({
        code: 'METRIC_INPUT_INVALID',
        message: expect.stringMatching(/'probabilities'.*labels, logits, weights, losses/),
      }),
    );
    dispose([logits, labels, features.weight]);
  });

  it('takes a Mean in the place of a metric, too', async () => {
    const head = new BinaryHead('', [meanMetric('average_loss', 'losses')]);
    const { logits, labels, features } = batchOf(5);
    const mine = new Mean();
    head.updateMetrics({ average_loss: mine }, features, logits, labels);
    const theirs = head.updateMetrics(head.metrics(), features, logits, labels);
    expect(await mine.result()).toBe(await theirs['average_loss']?.result());
    dispose([logits, labels, features.weight]);
  });
});

class ClassHead extends BaseHead {
  protected override readonly labelRange = new LabelRange({ min: 0, max: 99, whole: true });
  protected readonly elementLoss = softmaxCrossEntropy;
  readonly #definitions: readonly MetricDefinition[];
  constructor(definitions: readonly MetricDefinition[]) {
    super({ logitsDimension: 100 });
    this.#definitions = definitions;
  }
  protected predictors(logits: Tensor): Record<string, () => Tensor> {
    return { logits: () => logits };
  }
  protected override quantities(logits: Tensor): Quantities {
    return { class_ids: classIds(logits), hits: equalTo('class_ids', 'labels'), largest: fromEach('logits', Math.exp) };
  }
  protected metricDefinitions(): readonly MetricDefinition[] {
    return this.#definitions;
  }
}

describe('a hundred classes', () => {
  const rows = 8;
  const values = Array.from({ length: rows * 100 }, (_, i) => ((i * 37) % 101) / 25);
  const ids = Array.from({ length: rows }, (_, row) =>
    values.slice(row * 100, row * 100 + 100).indexOf(Math.max(...values.slice(row * 100, row * 100 + 100))),
  );
  const labels = ids.map((id, row) => (row % 4 === 0 ? (id + 1) % 100 : id));

  it.each([
    [
      'class ids, losses and labels are read, not all logits',
      [meanMetric('accuracy', 'hits'), meanMetric('average_loss', 'losses')],
      3 * rows,
    ],
    [
      'all logits are, where something else needs them',
      [meanMetric('accuracy', 'hits'), meanMetric('x', 'largest')],
      100 * rows,
    ],
  ])('%s', async (_, definitions, most) => {
    const head = new ClassHead(definitions);
    const [logits, given] = [computed(values, [rows, 100]), tensor(labels, [rows, 1])];
    const read = vi.spyOn(engine().backend, 'read');
    const metrics = head.updateMetrics(head.metrics(), undefined, logits, given);
    expect(await metrics['accuracy']?.result()).toBe(0.75);
    if (metrics['average_loss'] !== undefined) {
      const expected = labels.reduce((sum, label, row) => {
        const own = values.slice(row * 100, row * 100 + 100);
        return sum + Math.log(own.reduce((total, x) => total + Math.exp(x), 0)) - (own[label] as number);
      }, 0);
      expect(await metrics['average_loss'].result()).toBeCloseTo(expected / rows, 5);
    }
    const sizes = await Promise.all(read.mock.results.map(async ({ value }) => ((await value) as Float32Array).length));
    expect(sizes).toHaveLength(isDevice ? 1 : 0);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(most);
    dispose([logits, given]);
  });
});

it('a batch has the same metrics before and after its tensors were uploaded', async () => {
  const head = new ClassHead([meanMetric('average_loss', 'losses')]);
  const [logits, labels] = [
    tensor(
      Float32Array.from({ length: 500 }, (_, i) => Math.sin(i)),
      [5, 100],
    ),
    tensor([3, 1, 4, 1, 5], [5, 1]),
  ];
  const measure = async (): Promise<number | undefined> =>
    head.updateMetrics(head.metrics(), undefined, logits, labels)['average_loss']?.result();
  const first = await measure();
  head.loss(labels, logits).dispose();
  expect(await measure()).toBe(first);
  dispose([logits, labels]);
});

function disposed(): Tensor {
  const gone = tensor([1]);
  gone.dispose();
  return gone;
}

describe('several heads', () => {
  it('count what they read without some rows, which is read with it', async () => {
    const metric = new Mean();
    const [values, mask] = [computed([1, 2, 3, 4], [4, 1]), computed([1, 0, 1, 0], [4])];
    const reads = countReads();
    const change: ReadBefore['change'] = (batch, read) =>
      Object.fromEntries(
        Object.entries(batch).map(([name, { values: all }]) => {
          const kept = Array.from(all).filter((_value, row) => read['mask']?.values[row] === 1);
          return [name, { values: kept, shape: [kept.length, 1] }];
        }),
      );
    // One around another: each has its own tensors.
    const none: ReadBefore = { tensors: { mask: values }, change: (batch) => batch };
    updateTogether(() => updateTogether(() => metric.update(values), { tensors: { mask }, change }), none);
    metric.update(values);
    expect(await metric.result()).toBe((1 + 3 + 1 + 2 + 3 + 4) / 6);
    expect(reads()).toBeLessThanOrEqual(2);
    dispose([values, mask]);
  });

  it.each([
    ['no map', { tensors: null, change: () => ({}) }, 'INVALID_ARGUMENT'],
    ['no function', { tensors: {} }, 'INVALID_ARGUMENT'],
    ['no tensor', { tensors: { mask: 1 }, change: () => ({}) }, 'INVALID_ARGUMENT'],
    ['a tensor that is gone', { tensors: { mask: disposed() }, change: () => ({}) }, 'TENSOR_DISPOSED'],
  ])('refuse %s to read before, and leave nothing', async (_, before, code) => {
    const [metric, values] = [new Mean(), tensor([1, 2], [2, 1])];
    const { numTensors } = memory();
    expect(() => updateTogether(() => metric.update(values), before as never)).toThrow(
      expect.objectContaining({ code }),
    );
    expect(memory().numTensors).toBe(numTensors);
    expect(await metric.result()).toBe(0);
    dispose(values);
  });

  it('do not count what was updated by a part that failed, though somebody caught its error', async () => {
    const [metric, values] = [new Mean(), computed([5, 7], [2, 1])];
    const { numTensors } = memory();
    updateTogether(() => {
      const fail = (): never => {
        metric.update(values);
        throw new Error('mine');
      };
      expect(() => updateTogether(fail)).toThrow('mine');
    });
    expect(memory().numTensors).toBe(numTensors);
    expect(metric.updates).toBe(0);
    expect(await metric.result()).toBe(0);
    dispose(values);
  });

  const definitions = [meanMetric('average_loss', 'losses'), meanMetric('label/mean', 'labels')];
  const heads = [new BinaryHead('a', definitions), new BinaryHead('b', definitions)] as const;

  it('are updated with one read', async () => {
    const [first, second] = [batchOf(4), batchOf(6)];
    const before = memory().numTensors;
    const metrics = { ...heads[0].metrics(), ...heads[1].metrics() };
    const reads = countReads();
    updateTogether(() => {
      heads[0].updateMetrics(metrics, first.features, first.logits, first.labels);
      heads[1].updateMetrics(metrics, second.features, second.logits, second.labels);
    });
    const together = await Promise.all(Object.values(metrics).map((metric) => metric.result()));
    expect(reads()).toBe(isDevice ? 1 : 0);
    expect(memory().numTensors).toBe(before);
    const alone = [
      ...Object.values(heads[0].updateMetrics(heads[0].metrics(), first.features, first.logits, first.labels)),
      ...Object.values(heads[1].updateMetrics(heads[1].metrics(), second.features, second.logits, second.labels)),
    ];
    expect(together).toEqual(await Promise.all(alone.map((metric) => metric.result())));
    expect(memory().numTensors).toBe(before);
    dispose([first, second].flatMap(({ logits, labels, features }) => [logits, labels, features.weight]));
  });

  it('count whole or not at all, and leave nothing when one refuses', async () => {
    const { logits, labels, features } = batchOf(4);
    const wrong = tensor([0, 1, 2, 0], [4, 1]);
    const before = memory().numTensors;
    const metrics = { ...heads[0].metrics(), ...heads[1].metrics() };
    expect(() =>
      updateTogether(() => {
        heads[0].updateMetrics(metrics, features, logits, labels);
        heads[1].updateMetrics(metrics, features, logits, wrong);
      }),
    ).toThrow(expect.objectContaining({ code: 'LABELS_RANGE' }));
    expect(memory().numTensors).toBe(before);
    expect(await Promise.all(Object.values(metrics).map((metric) => metric.result()))).toEqual([0, 0, 0, 0]);
    // The next update is not mistaken for a part of what failed.
    heads[0].updateMetrics(metrics, features, logits, labels);
    expect(await metrics['label/mean/a']?.result()).toBeGreaterThan(0);
    dispose([logits, labels, wrong, features.weight]);
  });

  it('may be strangers, heads that change their labels, and trees of heads', async () => {
    const { logits, labels, features } = batchOf(4);
    const before = memory().numTensors;
    const mine = new Mean();
    let strangersCalls = 0;
    const stranger = {
      updateMetrics: (all, _features, x) => {
        strangersCalls++;
        tidy(() => mine.update(exp(x as Tensor)));
        return all;
      },
    } satisfies Pick<Head, 'updateMetrics'>;
    class Halved extends BinaryHead {
      override updateMetrics(
        ...[all, given, x, y, options]: Parameters<BinaryHead['updateMetrics']>
      ): ReturnType<BinaryHead['updateMetrics']> {
        return tidy(() => super.updateMetrics(all, given, x, mul(y as Tensor, 0.5), options) as never);
      }
    }
    const halved = new Halved('halved', definitions);
    const metrics = { ...heads[0].metrics(), ...halved.metrics() };
    const reads = countReads();
    updateTogether(() => {
      stranger.updateMetrics(metrics, features, logits);
      updateTogether(() => {
        heads[0].updateMetrics(metrics, features, logits, labels);
        halved.updateMetrics(metrics, features, logits, labels);
      });
    });
    const [whole, half] = [await metrics['label/mean/a']?.result(), await metrics['label/mean/halved']?.result()];
    expect(half).toBeCloseTo((whole as number) / 2, 12);
    expect(await mine.result()).toBeGreaterThan(0);
    expect([strangersCalls, reads()]).toEqual([1, isDevice ? 1 : 0]);
    expect(memory().numTensors).toBe(before);
    dispose([logits, labels, features.weight]);
  });

  it('cannot be updated by a function that goes on later', () => {
    const before = memory().numTensors;
    expect(() => updateTogether((async () => undefined) as unknown as () => void)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    expect(memory().numTensors).toBe(before);
  });

  it('a metric is read with others, too', async () => {
    const tensors = [computed([1, 2], [2]), computed([5], [1])] as const;
    const metrics = [new Mean(), new StreamingMetric(mean('values', null), (sums) => sums[0] as number)] as const;
    const reads = countReads();
    updateTogether(() => metrics.forEach((metric, index) => metric.update(tensors[index])));
    expect(await Promise.all(metrics.map((metric) => metric.result()))).toEqual([1.5, 5]);
    expect(reads()).toBe(isDevice ? 1 : 0);
    dispose([...tensors]);
  });
});
