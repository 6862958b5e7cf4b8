// Functions that a compiled step has of its own, against those of JavaScript in doubles.
import * as tf from '@tensorflow/tfjs-core';
import { sigmoidCrossEntropy, softmaxCrossEntropy, weightedLoss } from '@tfjs-heads/head-kit';
import { expect, it } from 'vitest';
import { apply, cast, leaf, number, wholeView } from '../src/compiled/expression.js';
import { Writer } from '../src/compiled/lowering.js';
import { moduleOf } from '../src/compiled/module.js';
import { bothWays } from './compiled-support.js';

/** Numbers that a float32 can be: all exponents, and many between. */
function floats(count: number, from: number, to: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));
}

/** The compiled function of numbers, and the largest distance from the exact one, in units of the last place of float32; which are rounded otherwise than it. */
function distance(
  run: (x: tf.Tensor) => tf.Tensor,
  exact: (x: number) => number,
  x: Float32Array,
): { readonly units: number; readonly otherwise: number } {
  const given = tf.tensor1d(x);
  const [compiled] = bothWays(run as never, [given]).compiled as [ArrayLike<number>];
  given.dispose();
  let [units, otherwise] = [0, 0];
  x.forEach((value, index) => {
    const [is, should] = [compiled[index] as number, exact(value)];
    const rounded = Math.fround(should);
    if (Object.is(is, rounded)) return;
    otherwise++;
    const unit = 2 ** Math.max(Math.floor(Math.log2(Math.abs(should))) - 23, -149);
    units = Math.max(units, Number.isFinite(should) && Number.isFinite(is) ? Math.abs(is - should) / unit : Infinity);
  });
  return { units, otherwise };
}

const special = Float32Array.of(
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  88.8,
  89,
  -87.4,
  -103.9,
  -104,
  -200,
  1e-30,
  -1e-30,
  3,
);

it('has exponentials with the last bit of float32', () => {
  for (const x of [special, floats(200_001, -104, 89), floats(100_001, -1, 1), floats(99_999, -1e-3, 1e-3)]) {
    const { units, otherwise } = distance(tf.exp, Math.exp, x);
    expect(units).toBeLessThan(0.5001);
    expect(otherwise).toBeLessThanOrEqual(x.length / 1e5);
  }
});

/** Floats of all exponents from the smallest one that a float32 can have, of one sign. */
const ofAllSizes = (sign: number): Float32Array =>
  new Float32Array(Uint32Array.from({ length: 200_001 }, (_, index) => 1 + 10_690 * index).buffer).map((x) => sign * x);

/** Its name, what tfjs and JavaScript have of it, and where it is looked at closely. */
type Case = readonly [string, (x: tf.Tensor) => tf.Tensor, (x: number) => number, readonly Float32Array[]];

it.each<Case>([
  ['logarithms', tf.log, Math.log, [floats(100_001, 0.5, 2), floats(99_999, 0.999, 1.001)]],
  ['logarithms of what is added to 1', tf.log1p, Math.log1p, [floats(100_001, -1, 1), floats(99_999, -1e-3, 1e-3)]],
  ['exponentials less 1', tf.expm1, Math.expm1, [floats(200_001, -104, 89), floats(99_999, -1, 1)]],
  ['hyperbolic tangents', tf.tanh, Math.tanh, [floats(100_001, -10, 10), floats(99_999, -1e-3, 1e-3)]],
])('has %s with the last bit of float32', (_, run, exact, ranges) => {
  for (const x of [special, ofAllSizes(1), ofAllSizes(-1), ...ranges]) {
    const { units, otherwise } = distance(run, exact, x);
    expect(units).toBeLessThan(0.5001);
    expect(otherwise).toBeLessThanOrEqual(x.length / 1e5);
  }
});

it('has 0 in the place of probabilities, and of gradients, that a float32 has not all digits of', () => {
  // The first class is left at last: of most others nearly nothing.
  const z = tf.tensor2d([0, -1, -50, -80, -86, -88, -90, -95, -100, -103, -104, -200], [1, 12]);
  const labels = tf.tensor2d([0], [1, 1]);
  const gradient = (logits: tf.Tensor): tf.Tensor =>
    tf.grad((x) => weightedLoss({ logits: x, labels }, { loss: softmaxCrossEntropy, divisor: 1 }))(logits);
  for (const run of [(logits: tf.Tensor): tf.Tensor => tf.softmax(logits as tf.Tensor2D), gradient]) {
    const { compiled, eager } = bothWays(run as never, [z]);
    const [ours, theirs] = [compiled[0], eager[0]] as [ArrayLike<number>, ArrayLike<number>];
    for (let index = 0; index < 12; index++) {
      const [is, should] = [ours[index] as number, theirs[index] as number];
      if (Math.abs(should) < 2 ** -126) expect(is).toBe(0);
      else expect(Math.abs(is / should - 1)).toBeLessThan(1e-6);
    }
  }
  tf.dispose([z, labels]);
});

it('has softplus with the last bits of float32', () => {
  const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  for (const x of [special, floats(200_001, -100, 100), floats(100_001, -2, 2)]) {
    const { units } = distance(tf.softplus, softplus, x);
    expect(units).toBeLessThan(1.6);
  }
});

it('has the relu of each number, of NaN and -0 too, wherever in a vector it is', () => {
  for (let from = 0; from < special.length; from++) {
    const { units, otherwise } = distance(tf.relu, (x) => Math.max(x, 0), special.slice(from));
    expect([units, otherwise]).toEqual([0, 0]);
  }
});

it('has the error function of the kernel, which is 0 at 0, where its polynomial is not', () => {
  for (const x of [special, floats(10_001, -4, 4)]) {
    const given = tf.tensor1d(x);
    const { eager, compiled } = bothWays(tf.erf as never, [given]);
    given.dispose();
    const [is, should] = [compiled[0], eager[0]] as [ArrayLike<number>, ArrayLike<number>];
    const isSame = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) <= 2 ** -24 * Math.abs(b);
    expect(x.filter((_, index) => !isSame(is[index] as number, should[index] as number))).toHaveLength(0);
    expect(is[x.indexOf(0)]).toBe(0);
  }
});

it('gives a number of doubles the same bits beside another one and alone', () => {
  const [z, y] = [floats(7, -3, 4), Float32Array.of(1, 0, 1, 0.25, 1, 0, 1)];
  const slopes = (from: number, to: number): ArrayLike<number> => {
    const given = [z, y].map((all) => tf.tensor2d(all.slice(from, to), [to - from, 1])) as [tf.Tensor, tf.Tensor];
    const options = { loss: sigmoidCrossEntropy, divisor: 7 };
    const gradient = (logits: tf.Tensor, labels: tf.Tensor): tf.Tensor =>
      tf.grad((x) => weightedLoss({ logits: x, labels }, options))(logits);
    const { compiled } = bothWays(gradient as never, given);
    tf.dispose(given);
    return compiled[0] as ArrayLike<number>;
  };
  const all = slopes(0, 7);
  for (let index = 0; index < 7; index++) {
    expect(slopes(index, index + 1)[0]).toBe(all[index]);
    expect(
      Math.abs((all[index] as number) - (1 / (1 + Math.exp(-(z[index] as number))) - (y[index] as number)) / 7),
    ).toBeLessThan(1e-8);
  }
});

it('compares doubles, two at a time, and counts', () => {
  const writer = new Writer();
  const size = 5;
  const [x, to] = [wholeView(writer.buffer('f64', size), [size]), wholeView(writer.buffer('i32', size), [size])];
  const [positive, small] = [
    apply('greater', 'i32', leaf(x), number(0, 'f64')),
    apply('less', 'i32', leaf(x), number(2, 'f64')),
  ];
  // Twice the first one and the second one, and through a double.
  const sum = apply('add', 'i32', apply('add', 'i32', positive, positive), small);
  writer.store([cast(cast(sum, 'f64'), 'i32')], [to]);
  writer.buffers.forEach((buffer, index) => (buffer.address = 1024 * (index + 1)));
  const { bodies, operations } = writer.loops;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  new Float64Array(memory.buffer, 1024, size).set([3, -1, 1, NaN, 0]);
  const bytes = moduleOf({ imports: [], own: operations.own, bodies, pages: 1, backup: [] });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { memory } });
  (exports['step'] as () => void)();
  expect(Array.from(new Int32Array(memory.buffer, 2048, size))).toEqual([2, 1, 3, 0, 1]);
});
