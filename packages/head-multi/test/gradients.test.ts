// Line 59 of the feature checklist: gradients through the parts of logits.
import {
  fill,
  getBackend,
  getGradient,
  getKernelsForBackend,
  grad,
  grads,
  ones,
  profile,
  registerGradient,
  slice,
  tensor,
  unregisterGradient,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, it } from 'vitest';
import { NumberHead } from '../src/conformance-heads.js';
import { MultiHead } from '../src/index.js';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { batchOfBoth, both, LOGITS } from './support/heads.js';
import { releaseTensors } from './support/release.js';

releaseTensors();

// Nothing registers any gradient for users; other tests of this program may have, and tfjs-node does.
const registered = getKernelsForBackend(getBackend())
  .filter(({ kernelName }) => !kernelName.startsWith('TfjsHeads.'))
  .flatMap(({ kernelName }) => getGradient(kernelName) ?? []);
beforeAll(() => registered.forEach(({ kernelName }) => unregisterGradient(kernelName)));
afterAll(() => registered.forEach(registerGradient));

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

it('line 59: a tensor of logits has gradients of first and second order', async () => {
  expect(getGradient('Slice')).toBeUndefined();
  const { logits, labels, features } = batchOfBoth();
  const lossOf = (x: Tensor): Scalar => both.loss(labels, x, { features });
  const [weights, z] = [
    [1, 0, 2],
    [1, 0, 0.5],
  ];
  const y = [
    [0, 2],
    [1, 1],
    [2, 0],
  ];
  const rows = LOGITS.map(([x0 = 0, x1 = 0, x2 = 0], row) => {
    const [y0 = 0, y1 = 0] = y[row] ?? [];
    const share = (0.5 * 2 * (weights?.[row] ?? 0)) / 6;
    const first = [share * (x0 - y0), share * (x1 - y1), sigmoid(x2) - (z?.[row] ?? 0)];
    return { first, second: [share, share, sigmoid(x2) * (1 - sigmoid(x2))] };
  });
  const first = rows.flatMap((row) => row.first);
  expect(await grad(lossOf)(logits).data()).toBeNear(first);
  // Of the sum of the first: each logit has a part of its own in it.
  const second = await grad((x) => grad(lossOf)(x))(logits, ones([3, 3])).data();
  expect(second).toBeNear(rows.flatMap((row) => row.second));

  const parts = [slice(logits, [0, 0], [3, 2]), slice(logits, [0, 2], [3, 1])];
  const ofParts = grads((a, b) => both.loss(labels, { two: a as Tensor, chance: b as Tensor }, { features }))(parts);
  expect(await ofParts[0]?.data()).toBeNear(first.filter((_, i) => i % 3 < 2));
  expect(await ofParts[1]?.data()).toBeNear(first.filter((_, i) => i % 3 === 2));
});

it('line 59: so have logits of five dimensions', async () => {
  const head = new MultiHead({ heads: [new NumberHead({ name: 'a' }), new NumberHead({ name: 'b' })] });
  const logits = tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 2, 1, 2]);
  const labels = { a: fill([2, 1, 2, 1], 0), b: fill([2, 1, 2, 1, 1], 0) };
  const gradient = grad((x) => head.loss(labels, x))(logits);
  expect(gradient.shape).toEqual(logits.shape);
  expect(await gradient.data()).toBeNear([1, 2, 3, 4, 5, 6, 7, 8].map((x) => x / 2));
});

if (['cpu', 'wasm'].includes(getBackend()))
  it('line 59: logits are cut, and their gradients joined, with no kernel of tfjs where the data are at hand', async () => {
    const { logits, labels, features } = batchOfBoth();
    const lossOf = (x: Tensor): Scalar => both.loss(labels, x, { features });
    const { kernels } = await profile(() => grad((x) => grad(lossOf)(x))(logits, ones([3, 3])));
    const names = new Set(kernels.map(({ name }) => name));
    expect([...names]).toEqual(expect.arrayContaining(['TfjsHeads.Split/1', 'TfjsHeads.Join/1']));
    expect(['Slice', 'SplitV', 'Concat'].filter((name) => names.has(name))).toEqual([]);
  });
