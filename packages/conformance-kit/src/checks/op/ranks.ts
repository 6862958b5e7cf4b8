import { add, batchToSpaceND, cumprod, cumsum, gather, gatherND, greater, grad, matMul, mirrorPad, mul, pad, reshape, reverse, scatterND, spaceToBatchND, stridedSlice, sub, sum, tensor1d, tensor2d, tile, type Tensor, where } from '@tensorflow/tfjs-core';
import { drawn, mapValues, matMul as matMulInDoubles, sizeOf, ULPS, type Values } from '@tfjs-heads/reference';
import { tensorOf } from '../../batch.js';
import type { Check } from '../check.js';
import { gives, type OpCase, opTable } from './table.js';

type Places = readonly number[];
type Pads = [before: number, after: number][];

/** All places of a shape, row-major. */
function placesOf(shape: Places): number[][] {
  return shape.reduce<number[][]>((all, size) => all.flatMap((place) => Array.from({ length: size }, (_, at) => [...place, at])), [[]]);
}

const valueAt = ({ shape, values }: Values, place: Places): number =>
  values[place.reduce((index, at, axis) => index * (shape[axis] as number) + at, 0)] as number;

/** What has at each place what `at` says. */
const made = (shape: Places, at: (place: Places) => number): Values => ({ shape, values: placesOf(shape).map(at) });

const x5 = drawn([2, 3, 2, 3, 2], 131);
const y5 = drawn([2, 3, 2, 3, 2], 130);
const x6 = drawn([2, 3, 2, 2, 3, 2], 132);

const wider = ({ shape }: Values, pads: Pads): number[] => shape.map((size, axis) => size + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0));

function padded(x: Values, pads: Pads, value: number): Values {
  return made(wider(x, pads), (place) => {
    const from = place.map((at, axis) => at - (pads[axis]?.[0] ?? 0));
    return from.every((at, axis) => at >= 0 && at < (x.shape[axis] as number)) ? valueAt(x, from) : value;
  });
}

/** Whether the number at the edge is mirrored, too. */
function mirrored(x: Values, pads: Pads, mode: 'reflect' | 'symmetric'): Values {
  const edge = mode === 'symmetric' ? 1 : 0;
  return made(wider(x, pads), (place) =>
    valueAt(
      x,
      place.map((to, axis) => {
        const [size, at] = [x.shape[axis] as number, to - (pads[axis]?.[0] ?? 0)];
        return at < 0 ? -at - edge : at >= size ? 2 * (size - 1) - at + edge : at;
      }),
    ),
  );
}

const turned = (x: Values, axes: Places): Values =>
  made(x.shape, (place) => valueAt(x, place.map((at, axis) => (axes.includes(axis) ? (x.shape[axis] as number) - 1 - at : at))));

/** All numbers up to each along an axis, from the end if `isBackwards`. */
function soFar(x: Values, axis: number, isBackwards: boolean, combine: (all: number, value: number) => number): Values {
  return made(x.shape, (place) => {
    const ats = Array.from({ length: x.shape[axis] as number }, (_, at) => at).filter((at) => (isBackwards ? at >= (place[axis] as number) : at <= (place[axis] as number)));
    return ats.map((at) => valueAt(x, place.with(axis, at))).reduce(combine);
  });
}

/** The gradient of the sum of what `f` gives, each number times another one; `from` tells where each came from. */
function slopeOf(x: Values, f: (x: Tensor) => Tensor, shape: Places, from: (place: Places) => Places | undefined): OpCase {
  const slopes = drawn(shape, 133);
  return gives(() => grad((of) => sum(reshape(mul(f(of), tensorOf(slopes)), [-1])))(tensorOf(x)), () => {
    const values = Array.from({ length: x.values.length }, () => 0);
    const indices: Values = { shape: x.shape, values: values.map((_, index) => index) };
    for (const place of placesOf(shape)) {
      const of = from(place);
      if (of !== undefined) values[valueAt(indices, of)] = (values[valueAt(indices, of)] as number) + valueAt(slopes, place);
    }
    return { shape: x.shape, values, k: ULPS.REDUCE, scale: 3 * Math.ceil(sizeOf(shape) / x.values.length) };
  });
}

const all: Pads = [[1, 0], [0, 2], [1, 1], [2, 0], [0, 1]];
const around: Pads = [[0, 0], [1, 1], [1, 0], [0, 2], [0, 0]];
const mirror: Pads = [[0, 0], [1, 2], [0, 1], [2, 0], [1, 0]];
const repetitions = [1, 2, 3, 1, 2];

/** Along two of the axes behind the first; what is padded there, or cropped. */
const blocks = [2, 1, 2];
const cut: Pads = [[1, 0], [0, 0], [0, 1]];
const x8 = drawn([8, 2, 2, 2, 2], 142);

/** Places in tensors of six axes; of five, without their last number. */
const places = [[0, 2, 1, 1, 0, 1], [1, 0, 0, 1, 1, 0], [1, 2, 1, 0, 1, 1]];
const pairs = [[2, 0], [1, 2]];
const of7 = [2, 2, 2, 2, 2, 3, 2];
const from7 = ([first, row, column, ...others]: Places): Places => [first as number, pairs[row as number]?.[column as number] as number, ...others];

/** The products of the matrices of each place, of which operands with one have that one. */
function productsOf(a: Values, b: Values): OpCase {
  return gives(() => matMul(tensorOf(a), tensorOf(b)), () => {
    const batch = a.shape.slice(0, -2).map((size, axis) => Math.max(size, b.shape[axis] as number));
    const at = (of: Values, place: Places): Values => {
      const shape = of.shape.slice(-2);
      return made(shape, (inner) => valueAt(of, [...place.map((to, axis) => (of.shape[axis] === 1 ? 0 : to)), ...inner]));
    };
    const products = placesOf(batch).map((place) => matMulInDoubles(at(a, place), at(b, place)));
    return {
      shape: [...batch, a.shape.at(-2) as number, b.shape.at(-1) as number],
      values: products.flatMap(({ values }) => values),
      scale: products.flatMap(({ scale }) => scale),
      k: ULPS.REDUCE,
    };
  });
}

export const ranks: Check = opTable('Tensors of five axes and more, and products of batches with several, are computed as those of fewer are.', {
  // webgl's shaders do not compile (#6167).
  'pad-volumes': gives(() => pad(tensorOf(x5), around, 1.5), () => padded(x5, around, 1.5)),
  'pad-all-of-five': gives(() => pad(tensorOf(x5), all, -1), () => padded(x5, all, -1)),
  'pad-six': gives(() => pad(tensorOf(x6), [...all, [1, 1]]), () => padded(x6, [...all, [1, 1]], 0)),
  'slope-of-pad': slopeOf(x5, (x) => pad(x, all), wider(x5, all), (place) => {
    const from = place.map((at, axis) => at - (all[axis]?.[0] ?? 0));
    return from.every((at, axis) => at >= 0 && at < (x5.shape[axis] as number)) ? from : undefined;
  }),
  'mirror-without-edges': gives(() => mirrorPad(tensorOf(x5), [[0, 0], [1, 2], [0, 1], [2, 0], [1, 0]], 'reflect'), () => mirrored(x5, mirror, 'reflect')),
  'mirror-with-edges': gives(() => mirrorPad(tensorOf(x5), [[1, 0], [0, 3], [0, 1], [0, 0], [2, 2]], 'symmetric'), () =>
    mirrored(x5, [[1, 0], [0, 3], [0, 1], [0, 0], [2, 2]], 'symmetric')),
  // webgl: "Reverse of rank-5 tensor is not yet supported".
  'reverse-two-of-five': gives(() => reverse(tensorOf(x5), [1, 3]), () => turned(x5, [1, 3])),
  'reverse-six': gives(() => reverse(tensorOf(x6)), () => turned(x6, [0, 1, 2, 3, 4, 5])),
  'strided-slice-of-six': gives(() => stridedSlice(tensorOf(x6), [0, 2, 0, 1, 0, 0], [2, -4, 2, 2, 3, 2], [1, -2, 1, 1, 2, 1], 0, 0, 0, 0, 8), () => ({
    ...made([2, 2, 2, 2, 2], ([a, b, c, d, e]) => valueAt(x6, [a as number, 2 - 2 * (b as number), c as number, 1, 2 * (d as number), e as number])),
  })),
  'sums-so-far': gives(() => cumsum(tensorOf(x5), 1), () => ({ ...soFar(x5, 1, false, (a, b) => a + b), k: ULPS.REDUCE, scale: 12 })),
  'products-so-far': gives(() => cumprod(tensorOf(x5), 3, false, true), () => ({ ...soFar(x5, 3, true, (a, b) => a * b), k: ULPS.REDUCE })),
  'choice-of-five': gives(() => where(greater(tensorOf(x5), 0), tensorOf(x5), tensorOf(y5)), () =>
    mapValues(x5, (value, at) => (value > 0 ? value : (y5.values[at] as number)))),
  // tfjs-core: "Gradient for tile operation is not implemented for rank-5 tensors yet."
  'slope-of-tile': slopeOf(x5, (x) => tile(x, repetitions), x5.shape.map((size, axis) => size * (repetitions[axis] as number)), (place) =>
    place.map((at, axis) => at % (x5.shape[axis] as number))),
  // webgpu looks up the last of more than four coordinates as if they were a vector.
  'numbers-for-the-last-of-five': gives(() => add(tensorOf(x5), tensor1d([10, -10])), () => ({
    ...mapValues(x5, (value, at) => value + (at % 2 === 0 ? 10 : -10)), k: ULPS.ELEMENT, scale: 10,
  })),
  'numbers-before-the-last-of-six': gives(() => sub(tensor1d([10, -10]), tensorOf(x6)), () => ({
    ...mapValues(x6, (value, at) => (at % 2 === 0 ? 10 : -10) - value), k: ULPS.ELEMENT, scale: 10,
  })),
  // And so the strides of more than four numbers of a place.
  'numbers-from-places-in-five': gives(() => gatherND(tensorOf(x5), tensor2d(places.map((place) => place.slice(0, 5)), [3, 5], 'int32')), () => ({
    values: places.map((place) => valueAt(x5, place.slice(0, 5))),
  })),
  'numbers-to-places-in-six': gives(() => scatterND(tensor2d(places, [3, 6], 'int32'), tensor1d([1, 2, 3]), [...x6.shape]), () =>
    made(x6.shape, (place) => 1 + places.findIndex((to) => to.join() === place.join()))),
  // "not implemented yet" on webgl and webgpu.
  'space-to-batches-of-five': gives(() => spaceToBatchND(tensorOf(x5), blocks, cut), () => {
    const whole = padded(x5, [[0, 0], ...cut, [0, 0]], 0);
    return made([8, 2, 2, 2, 2], ([n, i, j, k, c]) => {
      const [row, column, batch] = [Math.floor((n as number) / 4), Math.floor((n as number) / 2) % 2, (n as number) % 2];
      return valueAt(whole, [batch, (i as number) * 2 + row, j as number, (k as number) * 2 + column, c as number]);
    });
  }),
  'batches-of-five-to-space': gives(() => batchToSpaceND(tensorOf(x8), blocks, cut), () =>
    made([2, 3, 2, 3, 2], ([b, i, j, k, c]) => {
      const [row, column] = [(i as number) + 1, k as number];
      return valueAt(x8, [(row % 2) * 4 + (column % 2) * 2 + (b as number), Math.floor(row / 2), j as number, Math.floor(column / 2), c as number]);
    })),
  // What comes of a matrix of places in six axes has seven, which wasm does not add or multiply: that is memory of others.
  'numbers-for-all-of-seven': gives(() => add(gather(tensorOf(x6), tensor2d(pairs, [2, 2], 'int32'), 1), tensor1d([10, -10])), () => ({
    ...made(of7, (place) => valueAt(x6, from7(place)) + (place.at(-1) === 0 ? 10 : -10)), k: ULPS.ELEMENT, scale: 10,
  })),
  'slope-of-places-in-six': slopeOf(x6, (x) => gather(x, tensor2d(pairs, [2, 2], 'int32'), 1), of7, from7),
  // All but tensorflow take the matrices of other places.
  'heads-that-share': productsOf(drawn([2, 1, 3, 4], 134), drawn([2, 3, 4, 2], 135)),
  'heads-that-share-with-those-behind': productsOf(drawn([2, 3, 3, 4], 136), drawn([2, 1, 4, 5], 137)),
  'products-of-each-with-each': productsOf(drawn([2, 1, 3, 4], 138), drawn([1, 3, 4, 2], 139)),
  'products-in-five-axes': productsOf(drawn([2, 1, 2, 3, 4], 140), drawn([1, 3, 2, 4, 2], 141)),
});
