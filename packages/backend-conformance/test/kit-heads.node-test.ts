// What the two classification heads of `other-heads` owe to the kit, under plain Node with no gradients registered.
import '@tensorflow/tfjs-backend-cpu';
import {
  customGrad,
  dispose,
  getGradient,
  grad,
  mul,
  profile,
  setBackend,
  sum,
  tensor,
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { ClassHead } from './other-heads/class-head.js';
import { MultiLabelHead } from './other-heads/multi-label-head.js';

const K = 3;
const logits = [0.5, -1, 2, 3, 0.25, -0.5, -2, 1.5, 0.125, 1, 1, -1];
const weights = [1, 0.5, 2, 3];
const direction = [1, -1, 0.5, -0.25, 2, 1, -1, -1, 0.5, 1, -2, 0.25];

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const total = (values: readonly number[]): number => values.reduce((soFar, value) => soFar + value, 0);

interface Case {
  readonly create: (options: object) => Head;
  readonly labels: readonly number[];
  /** The loss of a row, as the original has it. */
  readonly row: (x: readonly number[], z: readonly number[]) => number;
}

const cases: Readonly<Record<string, Case>> = {
  ClassHead: {
    create: (options) => new ClassHead(options),
    labels: [2, 0, 1, 1],
    row: (x, [id]) => Math.log(total(x.map(Math.exp))) - (x[id as number] as number),
  },
  MultiLabelHead: {
    create: (options) => new MultiLabelHead(options),
    labels: [1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0],
    row: (x, z) => total(x.map((logit, j) => softplus(logit) - logit * (z[j] as number))) / x.length,
  },
};

beforeAll(() => setBackend('cpu'));

it('no gradients are registered', () => {
  expect(['Sub', 'Multiply', 'Sum', 'Identity', 'Max'].filter((name) => getGradient(name) !== undefined)).toEqual([]);
});

describe.each(Object.entries(cases))('%s', (_, { create, labels, row }) => {
  const perRow = labels.length / weights.length;
  const lossOf = (x: readonly number[]): number =>
    total(
      weights.map((weight, i) => weight * row(x.slice(i * K, (i + 1) * K), labels.slice(i * perRow, (i + 1) * perRow))),
    );
  const moved = (x: readonly number[], by: (i: number) => number): number[] => x.map((logit, i) => logit + by(i));
  const slopes = (x: readonly number[]): number[] =>
    x.map((__, place) => {
      const at = (h: number): number => lossOf(moved(x, (i) => (i === place ? h : 0)));
      return (at(1e-4) - at(-1e-4)) / 2e-4;
    });
  const along = (h: number): number[] => slopes(moved(logits, (i) => h * (direction[i] as number)));

  it.each([
    ['sum', 1],
    ['sum_over_batch_size', weights.length],
  ] as const)('reduces by %s as the original, and has its first and second order', async (lossReduction, divisor) => {
    const head = create({ lossReduction, weightColumn: 'w' });
    const inputs = {
      x: tensor(logits, [4, K]),
      z: tensor([...labels], [4, perRow], 'int32'),
      w: tensor(weights),
      v: tensor(direction, [4, K]),
    };
    const loss = (x: Tensor): Tensor => head.loss(inputs.z, x, { features: { w: inputs.w } });
    const dot = (x: Tensor): Tensor =>
      customGrad((a) => ({ value: sum(mul(a as Tensor, inputs.v)), gradFunc: (dy: Tensor) => mul(dy, inputs.v) }))(x);
    const { value, grad: first } = valueAndGrad(loss)(inputs.x);
    const second = grad((x) => dot(grad(loss)(x)))(inputs.x);
    expect((await value.data())[0]).toBeCloseTo(lossOf(logits) / divisor, 5);
    near(await first.data(), slopes(logits), divisor);
    const [behind, ahead] = [along(-1e-3), along(1e-3)];
    near(
      await second.data(),
      ahead.map((slope, i) => (slope - (behind[i] as number)) / 2e-3),
      divisor,
    );
    dispose([value, first, second, ...Object.values(inputs)]);
  });

  it('takes at most 3 kernels in the host form', async () => {
    const head = create({});
    const inputs = { x: tensor(logits, [4, K]), z: tensor([...labels], [4, perRow], 'int32') };
    const { kernels } = await profile(() => {
      const { value, grad: first } = valueAndGrad((x: Tensor) => head.loss(inputs.z, x))(inputs.x);
      dispose([value, first]);
      return value;
    });
    const names = kernels.map(({ name }) => name);
    expect(names.length, names.join(' ')).toBeLessThanOrEqual(3);
    dispose(inputs);
  });
});

function near(actual: ArrayLike<number>, expected: readonly number[], divisor: number): void {
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value / divisor, 4));
}
