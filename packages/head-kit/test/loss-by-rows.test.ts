import {
  add,
  customGrad,
  dispose,
  div,
  engine,
  grad,
  log,
  mul,
  profile,
  square,
  sub,
  sum,
  tensor,
  tidy,
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  BaseHead,
  type Loss,
  type LossBase,
  type LossForm,
  meanMetric,
  meanOverRow,
  type MetricDefinition,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  squaredError,
  weightedLoss,
} from '../src/index.js';
import { uniform } from './random.js';
import { expectAllWithin, expectWithin } from './tolerance.js';

/** A stranger's loss, with no walk: `log(1 + |x - z|^2)` of a row. */
const cauchy: LossBase = {
  name: 'cauchy',
  labelsPerRow: (k) => k,
  lossesPerRow: () => 1,
  compose(logits, labels) {
    const difference = sub(logits, labels);
    const total = add(sum(square(difference), -1, true), 1);
    return {
      losses: log(total),
      gradient: () => div(mul(difference, 2), total),
      hessianTimes(vector) {
        const along = sum(mul(difference, vector), -1, true);
        return sub(div(mul(vector, 2), total), mul(difference, div(mul(along, 4), square(total))));
      },
    };
  },
};

interface Case {
  readonly loss: Loss;
  /** The loss of a row, in doubles. */
  readonly formula: (x: readonly number[], z: readonly number[]) => number;
  readonly labels: (rows: number, k: number) => number[];
}

const real = (rows: number, k: number): number[] => Array.from(uniform(rows * k, -2, 2, 5));
const binary = (rows: number, k: number): number[] => Array.from(uniform(rows * k, 0, 1, 6), Math.round);
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const totalOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const meanOf =
  (of: (x: number, z: number) => number) =>
  (x: readonly number[], z: readonly number[]): number =>
    totalOf(x.map((logit, j) => of(logit, z[j] as number))) / x.length;

const cases: readonly Case[] = [
  {
    loss: softmaxCrossEntropy,
    formula: (x, [id]) => Math.log(totalOf(x.map((logit) => Math.exp(logit - (x[id as number] as number))))),
    labels: (rows, k) => Array.from({ length: rows }, (_, row) => (row * 7 + 1) % k),
  },
  { loss: meanOverRow(sigmoidCrossEntropy), formula: meanOf((x, z) => softplus(x) - x * z), labels: binary },
  { loss: meanOverRow(squaredError), formula: meanOf((x, z) => (x - z) ** 2), labels: real },
  {
    loss: cauchy,
    formula: (x, z) => Math.log1p(totalOf(x.map((logit, j) => (logit - (z[j] as number)) ** 2))),
    labels: real,
  },
];

/** `sum(x * v)`, differentiable with no registered gradient. */
function dot(x: Tensor, v: Tensor): Tensor {
  return customGrad((a) => ({ value: sum(mul(a as Tensor, v)), gradFunc: (dy: Tensor) => mul(v, dy) }))(x);
}

/** What the formula says of weighted rows, and its first and second derivatives by central differences in doubles. */
function expected(
  { formula }: Case,
  k: number,
  x: readonly number[],
  z: readonly number[],
  w: readonly number[],
  v: readonly number[],
  divisor: number,
) {
  const rows = x.length / k;
  const perRow = z.length / rows;
  const ofRow = (row: number): { logits: number[]; along: number[]; at: (logits: readonly number[]) => number } => ({
    logits: x.slice(row * k, (row + 1) * k),
    along: v.slice(row * k, (row + 1) * k),
    at: (logits) => (formula(logits, z.slice(row * perRow, (row + 1) * perRow)) * (w[row] as number)) / divisor,
  });
  const moved = (logits: readonly number[], by: number, where: (j: number) => number): number[] =>
    logits.map((logit, j) => logit + by * where(j));
  const slope = (
    at: (logits: readonly number[]) => number,
    logits: readonly number[],
    j: number,
    h: number,
  ): number => {
    const where = (other: number): number => Number(other === j);
    return (at(moved(logits, h, where)) - at(moved(logits, -h, where))) / (2 * h);
  };
  const ofLogits = (value: (row: number, j: number) => number): number[] =>
    x.map((_, i) => value(Math.floor(i / k), i % k));
  return {
    loss: totalOf(Array.from({ length: rows }, (_, row) => ofRow(row).at(ofRow(row).logits))),
    gradient: ofLogits((row, j) => slope(ofRow(row).at, ofRow(row).logits, j, 1e-5)),
    product: ofLogits((row, j) => {
      const { at, logits, along } = ofRow(row);
      const where = (other: number): number => along[other] as number;
      return (slope(at, moved(logits, 1e-4, where), j, 1e-4) - slope(at, moved(logits, -1e-4, where), j, 1e-4)) / 2e-4;
    }),
  };
}

describe.each(cases.map((one) => [one.loss.name, one] as const))('%s', (_, one) => {
  describe.each<LossForm | undefined>(['host', 'composed', undefined])('in the form %s', (form) => {
    it.each([
      [1, 1],
      [5, 3],
      [33, 2],
      [1201, 4],
    ])('%i rows of %i: value, gradient and second order are those of its formula', async (rows, k) => {
      const [x, v] = [uniform(rows * k, -3, 3, 1), uniform(rows * k, -1, 1, 2)];
      const z = one.labels(rows, k);
      const w = uniform(rows, 0, 2, 3);
      const divisor = rows;
      const inputs = {
        logits: tensor(x, [rows, k]),
        labels: tensor(z, [rows, z.length / rows]),
        weights: tensor(w, [rows, 1]),
        vector: tensor(v, [rows, k]),
      };
      const { logits, labels, weights, vector } = inputs;
      const loss = (logits_: Tensor): Tensor =>
        weightedLoss({ logits: logits_, labels, weights }, { loss: one.loss, divisor, ...(form && { form }) });
      const first = valueAndGrad(loss)(logits);
      const product = grad((logits_) => dot(grad(loss)(logits_), vector))(logits);
      const known = expected(one, k, Array.from(x), z, Array.from(w), Array.from(v), divisor);
      expectWithin((await first.value.data())[0] as number, known.loss, 64, 8);
      expectAllWithin(await first.grad.data(), known.gradient, 256, 8 / rows);
      expectAllWithin(await product.data(), known.product, 1024, 8 / rows);
      dispose([first.value, first.grad, product, ...Object.values(inputs)]);
    });
  });
});

describe('kernel calls for the loss of rows and its gradient', () => {
  it.each(cases.map(({ loss, labels }) => [loss.name, loss, labels] as const))(
    '%s: at most 16 composed',
    async (_, loss, labelsOf) => {
      const inputs = {
        logits: tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        labels: tensor(labelsOf(2, 3), [2, loss.labelsPerRow?.(3) ?? 3]),
      };
      const { kernels } = await profile(() => {
        const { value, grad: gradient } = valueAndGrad((logits) =>
          weightedLoss({ logits, labels: inputs.labels }, { loss, divisor: 2, form: 'composed' }),
        )(inputs.logits);
        dispose([value, gradient]);
        return value;
      });
      dispose(inputs);
      const names = kernels.map(({ name }) => name).filter((name) => !name.startsWith('TfjsHeads.')); // which these make up
      expect(names.length, names.join(' ')).toBeLessThanOrEqual(16);
    },
  );
});

/** Two heads of the kit that differ in their loss alone. */
class RowHead extends BaseHead {
  protected readonly elementLoss: Loss;
  constructor(loss: Loss, lossReduction: 'sum' | 'sum_over_batch_size' = 'sum_over_batch_size') {
    super({ logitsDimension: 3, lossReduction, weightColumn: 'w' });
    this.elementLoss = loss;
  }
  protected predictors(logits: Tensor): Record<string, () => Tensor> {
    return { predictions: () => logits };
  }
  protected metricDefinitions(): MetricDefinition[] {
    return [meanMetric('average_loss', 'losses')];
  }
}

const x = [0.5, -1, 2, 3, 0.25, -0.5];
const w = [1, 3];

describe('a head whose loss is one a row', () => {
  it.each(cases.map((one) => [one.loss.name, one] as const))(
    '%s: divides by the number of rows, or by nothing; the metric has the same',
    async (_, one) => {
      const z = one.labels(2, 3);
      const inputs = { logits: tensor(x, [2, 3]), labels: tensor(z, [2, z.length / 2]), w: tensor(w) };
      const features = { w: inputs.w };
      const { loss: weighted } = expected(one, 3, x, z, w, x, 1);
      for (const [reduction, divisor] of [
        ['sum', 1],
        ['sum_over_batch_size', 2],
      ] as const) {
        const head = new RowHead(one.loss, reduction);
        const loss = head.loss(inputs.labels, inputs.logits, { features });
        expectWithin((await loss.data())[0] as number, weighted / divisor, 32, 4);
        loss.dispose();
        const metrics = head.updateMetrics(head.metrics(), features, inputs.logits, inputs.labels);
        expectWithin((await metrics.average_loss?.result()) as number, weighted / 4, 32, 4);
        const rows = head.rowLosses(inputs.labels, inputs.logits, { features });
        expectWithin(
          ((await rows.data()) as Float32Array).reduce((total, row) => total + row, 0) / 2,
          weighted / divisor,
          32,
          4,
        );
        rows.dispose();
      }
      dispose(inputs);
    },
  );

  it('takes weights for each row alone', () => {
    tidy(() => {
      const [logits, labels, wide] = [tensor(x, [2, 3]), tensor([[1], [0]]), tensor(x, [2, 3])];
      expect(() => new RowHead(softmaxCrossEntropy).loss(labels, logits, { features: { w: wide } })).toThrow(
        expect.objectContaining({ code: 'WEIGHTS_SHAPE' }),
      );
    });
  });

  it('names what a loss gives in a shape that would broadcast', () => {
    const flat: LossBase = {
      ...cauchy,
      name: 'flat',
      compose: (logits, labels) => ({ ...cauchy.compose(logits, labels), losses: sum(square(logits), -1) }),
    };
    const before = engine().memory().numTensors;
    tidy(() => {
      const [logits, labels] = [tensor(x, [2, 3]), tensor(x, [2, 3])];
      expect(() => new RowHead(flat).loss(labels, logits, { features: { w: tensor(w) } })).toThrow(
        expect.objectContaining({
          code: 'LOSS_FN_SHAPE',
          message: "losses of the loss 'flat' must be of shape [2,1], got the shape [2].",
        }),
      );
    });
    expect(engine().memory().numTensors).toBe(before);
  });

  it.each([
    ['nothing of a loss', {}],
    ['two losses for three logits', { ...cauchy, lossesPerRow: () => 2 }],
    ['no compose', { ...squaredError, compose: undefined }],
    ['null', null],
  ])('names %s', (_, loss) => {
    tidy(() => {
      const logits = tensor(x, [2, 3]);
      expect(() => new RowHead(loss as never).loss(logits, logits, { features: { w: tensor(w) } })).toThrow(
        expect.objectContaining({ code: 'LOSS_FN_INVALID' }),
      );
    });
  });
});
