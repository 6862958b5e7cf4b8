import * as tf from '@tensorflow/tfjs-core';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { random } from '@tfjs-heads/reference';
import { describe, expect, it } from 'vitest';
import { theEngine } from '../src/engine.js';
import type { Node } from '../src/program.js';
import { type OwnWasm, ownWasm, productKernel } from '../src/wasm/own-kernels.js';
import { sameAs } from '../src/wasm/proof.js';
import { orderOf } from '../src/wasm/replacements.js';
import { expectSameSteps, variable } from './support.js';

const { fround } = Math;
const { backend } = theEngine();
const wasm = ownWasm(backend) as OwnWasm;

function heapTensor(values: Float32Array, shape: number[]): TensorInfo {
  return { dataId: backend.write(values, shape, 'float32'), shape, dtype: 'float32' };
}

/** What a kernel gives for tensors of numbers, by name. */
function run(
  kernel: KernelFunc,
  tensors: Readonly<Record<string, { readonly values: Float32Array; readonly shape: number[] }>>,
  attrs: object = {},
): Float32Array {
  const inputs = Object.fromEntries(
    Object.entries(tensors).map(([name, { values, shape }]) => [name, heapTensor(values, shape)]),
  );
  const out = kernel({ inputs, attrs: attrs as tf.NamedAttrMap, backend }) as TensorInfo;
  const values = backend.readSync(out.dataId) as Float32Array;
  for (const { dataId } of [...Object.values(inputs), out]) backend.disposeData(dataId);
  return values;
}

/** Element for element, each sum in float32 and in its order. */
function plainProduct(
  at: (row: number, column: number) => readonly [number, number],
  [m, k, n]: readonly [number, number, number],
  order: number,
): Float32Array {
  const block = order === 0 ? k : order;
  return Float32Array.from({ length: m * n }, (_, index) => {
    let total = 0;
    for (let from = 0; from < k; from += block) {
      let sum = 0;
      for (let i = from; i < Math.min(from + block, k); i++) {
        const [a, b] = at(index, i);
        sum = fround(sum + fround(a * b));
      }
      total = fround(total + sum);
    }
    return total;
  });
}

describe('a product of ours', () => {
  const next = random(3);
  const upTo = (limit: number): number => 1 + Math.floor(next() * limit);
  const draw = (length: number): Float32Array =>
    Float32Array.from({ length }, () => (next() < 0.1 ? -0 : (next() - 0.5) * 10 ** (4 * next() - 2)));
  const shapes = Array.from({ length: 60 }, (_, i): [number, number, number] => {
    if (i === 0) return [60 + upTo(90), 250 + upTo(300), 10 + upTo(30)]; // of several blocks
    if (i % 4 === 0) return [upTo(9), upTo(600), upTo(9)];
    return [upTo(70), upTo(70), i % 4 === 1 ? 1 : upTo(70)];
  });
  const variants = [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({ transposeA, transposeB })),
  );

  it.each(variants)('sums in the order that it is told, %o', ({ transposeA, transposeB }) => {
    for (const [m, k, n] of shapes)
      for (const order of [0, 48]) {
        const [a, b] = [draw(m * k), draw(k * n)];
        const expected = plainProduct(
          (index, i) => {
            const [row, column] = [Math.floor(index / n), index % n];
            return [
              a[transposeA ? i * m + row : row * k + i] as number,
              b[transposeB ? column * k + i : i * n + column] as number,
            ];
          },
          [m, k, n],
          order,
        );
        const kernel = productKernel(wasm, { m, k, n, transposeA, transposeB }, order, {
          shape: [m, n],
          dtype: 'float32',
        });
        const actual = run(kernel, { a: { values: a, shape: [m, k] }, b: { values: b, shape: [k, n] } });
        expect(actual, `[${m}, ${k}] x [${k}, ${n}], ${order}`).toEqual(expected);
      }
  });

  it.each(variants)('stands for any of the backend, %o', ({ transposeA, transposeB }) => {
    const kernel = tf.getKernel('BatchMatMul', 'wasm')?.kernelFunc as KernelFunc;
    for (const [m, k, n] of shapes.slice(0, 30)) {
      const [a, b] = [transposeA ? [1, k, m] : [1, m, k], transposeB ? [1, n, k] : [1, k, n]];
      const node = {
        inputs: { a: { value: 0, shape: a, dtype: 'float32' }, b: { value: 1, shape: b, dtype: 'float32' } },
        attributes: { transposeA, transposeB },
        outputs: [{ value: 2, shape: [1, m, n], dtype: 'float32' }],
      } as unknown as Node;
      expect(orderOf(wasm, { node, kernel }, { m, k, n, transposeA, transposeB }), `[${a}] x [${b}]`).toBeDefined();
    }
  });

  it('is not taken for one that sums in another order', () => {
    const [m, k, n] = [5, 100, 7];
    const of = (order: number): KernelFunc =>
      productKernel(wasm, { m, k, n, transposeA: false, transposeB: false }, order, {
        shape: [m, n],
        dtype: 'float32',
      });
    const described = { a: { shape: [m, k], dtype: 'float32' }, b: { shape: [k, n], dtype: 'float32' } } as const;
    const trial = { kernel: of(48), key: 'test', inputs: described, attributes: {} };
    expect(sameAs(backend, trial, [of(0)])).toBe(-1);
    expect(sameAs(backend, { ...trial, key: 'both' }, [of(0), of(48)])).toBe(1);
  });
});

const dense = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b);
/** Which sign a NaN of two others has is nobody's to say, and a relu of tfjs depends on it: the only NaN here are of infinities. */
const SPECIAL = [Infinity, -Infinity, 0, -0, 1e-42, -3e38];

/** What a step computes of a matrix of these rows and columns, and which of our kernels that takes. */
const passes: Readonly<
  Record<string, readonly [(x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => tf.Tensor, readonly string[]]>
> = {
  'a product with its bias and relu': [(x, w, b) => tf.relu(dense(x, w, b)), ['Product']],
  'a product whose sum others have, too': [
    (x, w, b) => {
      const h = dense(x, w, b);
      return tf.add(tf.relu(h), tf.exp(h));
    },
    ['Product', 'Relu'],
  ],
  'a product that is the bias of another': [
    (x, w) =>
      tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), tf.sum(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), 0)),
    ['Product', 'SumOfRows'],
  ],
  'a bias and a relu of no product': [
    (x, w) => tf.relu(tf.add(tf.square(x), tf.reshape(tf.slice(w as tf.Tensor2D, [0, 0], [5, 1]), [5]))),
    ['AddBias', 'Relu'],
  ],
  'a bias before what it is added to': [
    (x, w, b) => tf.add(b, tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)),
    ['Product'],
  ],
  'a gradient of a relu': [(x) => tf.mul(tf.exp(x), tf.step(x)), ['TimesStep']],
  'a step with a slope is none': [(x) => tf.mul(tf.exp(x), tf.step(x, 0.5)), []],
  'sums of columns': [(x) => tf.sum(x, 0), ['SumOfRows']],
  'sums of all': [(x) => tf.sum(x), ['SumOfRows']],
  'sums of rows are none': [(x) => tf.sum(x, 1), []],
  'a product of many matrices by one': [
    (x, w) => tf.matMul(tf.reshape(x, [2, -1, x.shape[1] as number]), tf.expandDims(w, 0)),
    ['Product'],
  ],
  'products of many by many are none': [
    (x) => {
      const halves = tf.reshape(x, [2, -1, 5]) as tf.Tensor3D;
      return tf.matMul(halves, halves, true);
    },
    [],
  ],
};

describe.each([4, 34, 600])('of %i rows, numbers that are none included', (rows) => {
  it.each(Object.entries(passes))('%s', async (_name, [compute, kernels]) => {
    const next = random(rows);
    const make = () => {
      const [w, b] = [variable([5, 9], 1), variable([9], 2)];
      const step = ({ x }: { x: tf.Tensor }) => compute(x, w, b);
      return { variables: [w, b], step };
    };
    const batch = (index: number): [{ x: tf.Tensor }] => {
      const values = Array.from({ length: rows * 5 }, () => {
        const isSpecial = index > 5 && next() < 0.05;
        return isSpecial ? (SPECIAL[Math.floor(next() * SPECIAL.length)] as number) : next() * 2 - 1;
      });
      return [{ x: tf.tensor2d(values, [rows, 5]) }];
    };
    const { trace, replayed } = await expectSameSteps(make, batch);
    expect(replayed).toBeGreaterThan(6);
    expect(ownKernels(String(trace))).toEqual(kernels);
    trace.dispose();
    tf.disposeVariables();
  });
});

/** Which there are, by the first line of a trace. */
function ownKernels(text: string): string[] {
  const [line = ''] = text.split('\n');
  return [...line.matchAll(/\d+ ([A-Z]\w+)/g)].map(([, name]) => name as string).toSorted();
}

it('computes on where the memory has grown in between', async () => {
  const make = () => {
    const [w, b] = [variable([5, 9], 1), variable([9], 2)];
    const optimizer = tf.train.sgd(0.1);
    const step = ({ x }: { x: tf.Tensor }) =>
      optimizer.minimize(() => tf.mean(tf.square(tf.relu(dense(x, w, b)))) as tf.Scalar, true, [w, b]) as tf.Scalar;
    return { variables: [w, b], step };
  };
  const held: tf.Tensor[] = [];
  const { trace } = await expectSameSteps(make, (index): [{ x: tf.Tensor }] => {
    if (index > 5 && held.length < 4) held.push(tf.keep(tf.zeros([5_000_000])));
    return [{ x: tf.randomUniform([16, 5], -1, 1, 'float32', index) }];
  });
  expect(ownKernels(String(trace))).toContain('Product');
  trace.dispose();
  for (const tensor of held) tensor.dispose();
  tf.disposeVariables();
});
