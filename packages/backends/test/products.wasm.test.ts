import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { repairWasmTransposedMatMul } from '../src/repairs/wasm-transposed-matmul.js';
import { planProduct } from '../src/wasm/plan-product.js';
import { largestDifference, random } from './support.js';

// Small and large, thin and flat: some are transposed first, some are left as they are.
const sizes = [
  [1, 1, 1],
  [2, 3, 5],
  [33, 65, 17],
  [64, 64, 64],
  [1, 100, 64],
  [64, 100, 1],
  [100, 1, 64],
  [257, 20, 3],
  [3, 500, 70],
  [128, 256, 33],
] as const;
const batches: readonly (readonly [number[], number[]])[] = [
  [[], []],
  [[1], [1]],
  [[3], []],
  [[], [3]],
  [[3], [3]],
  [[3], [1]],
  [[1], [3]],
  [[2, 3], [3]],
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 1], [1]],
  [[2, 3], []],
  [[3], [1, 1]],
  [[2], [1, 1, 1]],
  [[], [1, 1, 1]],
];
const orientations = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

beforeAll(async () => {
  const report = await repairWasmTransposedMatMul();
  console.log(report.detail);
  expect(report.outcome).toBe('applied');
  expect((await repairWasmTransposedMatMul()).outcome).toBe('not needed');
});

test.each(orientations)('equal those of doubles, transposed %s and %s', async (transposeA, transposeB) => {
  let transposedFirst = 0;
  for (const [m, k, n] of sizes) {
    for (const [batchA, batchB] of batches) {
      const a = random([...batchA, ...(transposeA ? [k, m] : [m, k])], 1);
      const b = random([...batchB, ...(transposeB ? [n, k] : [k, n])], 2);
      if (planProduct(a.shape, b.shape, transposeA, transposeB)) transposedFirst++;
      const product = tf.matMul(a, b, transposeA, transposeB);
      const expected = productOf(a, b, transposeA, transposeB);
      expect(product.shape).toEqual([...tf.backend_util.assertAndGetBroadcastShape(batchA, batchB), m, n]);
      expect(largestDifference(Array.from(await product.data()), expected)).toBeLessThan(1e-5 * Math.sqrt(k));
      tf.dispose([a, b, product]);
    }
  }
  expect(transposedFirst).toBeGreaterThan(5);
});

test.each(orientations)('fused ones too, transposed %s and %s', async (transposeA, transposeB) => {
  for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'] as const) {
    for (const [m, k, n] of sizes) {
      for (const batch of [[], [3]]) {
        const a = random([...batch, ...(transposeA ? [k, m] : [m, k])], 1);
        const b = random([...batch, ...(transposeB ? [n, k] : [k, n])], 2);
        const bias = random([n], 3);
        const preluActivationWeights = activation === 'prelu' ? tf.fill([n], 0.25) : undefined;
        const product = tf.fused.matMul({
          a,
          b,
          transposeA,
          transposeB,
          bias,
          activation,
          leakyreluAlpha: 0.5,
          ...(preluActivationWeights && { preluActivationWeights }),
        });
        const biases = await bias.data();
        const expected = productOf(a, b, transposeA, transposeB).map((value, i) =>
          activate(activation, value + (biases[i % n] as number)),
        );
        expect(largestDifference(Array.from(await product.data()), expected)).toBeLessThan(1e-5 * Math.sqrt(k));
        tf.dispose([a, b, bias, product, preluActivationWeights ?? []]);
      }
    }
  }
});

test('the same memory in two shapes, as both operands', async () => {
  const x = random([96, 64], 1);
  for (const shape of [
    [96, 64],
    [64, 96],
    [32, 192],
    [1, 6144],
    [6144, 1],
  ] as const) {
    const y = tf.reshape(x, [...shape]);
    for (const [transposeA, transposeB] of [
      [true, false],
      [false, true],
    ] as const) {
      const product = tf.matMul(y, y, transposeA, transposeB);
      if (product.size < 1e6) {
        expect(
          largestDifference(Array.from(await product.data()), productOf(y, y, transposeA, transposeB)),
        ).toBeLessThan(1e-3);
      }
      product.dispose();
    }
    y.dispose();
  }
  x.dispose();
});

test('shapes that do not fit are refused as before', () => {
  const [a, b] = [tf.ones([64, 64]), tf.ones([65, 64])];
  expect(() => tf.matMul(a, b, true)).toThrow('must match');
  tf.dispose([a, b]);
});

test('nothing is left behind', async () => {
  const [a, b, bias] = [random([64, 65], 1), random([64, 65], 2), tf.ones([64])];
  const before = [tf.memory().numTensors, tf.backend().numDataIds()];
  for (let i = 0; i < 3; i++) {
    tf.tidy(() => {
      tf.matMul(a, b, true);
      tf.matMul(a, b, false, true);
      tf.matMul(tf.reshape(a, [65, 64]), b, true, true);
      tf.fused.matMul({ a, b, transposeB: true, bias: bias as tf.Tensor1D, activation: 'relu' });
    });
  }
  expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  tf.dispose([a, b, bias]);
});

test('a product is turned round where that moves less', () => {
  // [1, 1000] x [1000, 1000]T: transposing the matrix would cost more than the product.
  expect(planProduct([1, 1000], [1000, 1000], false, true)).toMatchObject({ swap: true });
  expect(planProduct([1024, 64], [1024, 64], true, false)).toMatchObject({ swap: false, m: 64, k: 1024, n: 64 });
  expect(planProduct([2, 2], [2, 2], true, false)).toBeUndefined();
  expect(planProduct([64, 64], [64, 64], false, false)).toBeUndefined();
});

/** The product in doubles. The batch dimensions of one operand are those of the other, ones, or fewer. */
function productOf(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): number[] {
  const [aRows = 1, aColumns = 1] = a.shape.slice(-2);
  const [bRows = 1, bColumns = 1] = b.shape.slice(-2);
  const [m, k, n] = transposeA
    ? [aColumns, aRows, transposeB ? bRows : bColumns]
    : [aRows, aColumns, transposeB ? bRows : bColumns];
  const [aValues, bValues] = [a.dataSync(), b.dataSync()];
  const [aBatch, bBatch] = [a.size / (m * k), b.size / (k * n)];
  const product: number[] = [];
  for (let batch = 0; batch < Math.max(aBatch, bBatch); batch++) {
    const aStart = (batch % aBatch) * m * k;
    const bStart = (batch % bBatch) * k * n;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          sum +=
            (aValues[aStart + (transposeA ? l * m + i : i * k + l)] as number) *
            (bValues[bStart + (transposeB ? j * k + l : l * n + j)] as number);
        }
        product.push(sum);
      }
    }
  }
  return product;
}

function activate(activation: string, x: number): number {
  switch (activation) {
    case 'relu':
      return Math.max(0, x);
    case 'relu6':
      return Math.min(6, Math.max(0, x));
    case 'elu':
      return x >= 0 ? x : Math.expm1(x);
    case 'sigmoid':
      return 1 / (1 + Math.exp(-x));
    case 'prelu':
      return x >= 0 ? x : x * 0.25;
    case 'leakyrelu':
      return x >= 0 ? x : x * 0.5;
    default:
      return x;
  }
}
