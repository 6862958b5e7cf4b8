// Sums of products by letters in a compiled step, against sums in doubles.
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '@tfjs-heads/reference';
import { expect, it } from 'vitest';
import { bothWays } from './compiled-support.js';
import { draw } from './support.js';

const SIZES: Readonly<Record<string, number>> = { a: 3, b: 5, c: 4, d: 7, e: 2, f: 1 };

/** Adds up the products of all places that letters can have, and what their sizes come to. */
function einsumInDoubles(equation: string, operands: readonly ArrayLike<number>[]): readonly [number[], number[]] {
  const [terms, output] = equation.replaceAll(' ', '').split('->') as [string, string];
  const letters = [...new Set(terms.replaceAll(',', ''))];
  const placeIn = (term: string, at: ReadonlyMap<string, number>): number =>
    [...term].reduce((place, letter) => place * (SIZES[letter] as number) + (at.get(letter) as number), 0);
  const count = sizeOf([...output].map((letter) => SIZES[letter] as number));
  const [sums, magnitudes] = [Array.from({ length: count }, () => 0), Array.from({ length: count }, () => 0)];
  for (let index = 0; index < sizeOf(letters.map((letter) => SIZES[letter] as number)); index++) {
    let left = index;
    const at = new Map<string, number>();
    for (const letter of letters) {
      const size = SIZES[letter] as number;
      at.set(letter, left % size);
      left = Math.floor(left / size);
    }
    const product = terms.split(',').reduce((made, term, i) => made * (operands[i]?.[placeIn(term, at)] as number), 1);
    const place = placeIn(output, at);
    sums[place] = (sums[place] as number) + product;
    magnitudes[place] = (magnitudes[place] as number) + Math.abs(product);
  }
  return [sums, magnitudes];
}

it.each([
  // Attention: projections, scores, what is looked at, and the way back.
  'abc,cde->abde',
  'aecd,abcd->acbe',
  'acbe,aecd->abcd',
  'abcd,cde->abe',
  // Their gradients.
  'abde,cde->abc',
  'abde,abc->cde',
  'acbe,abcd->aecd',
  'acbe,aecd->abcd',
  'abcd,aecd->acbe',
  'abcd,acbe->aecd',
  'abe,cde->abcd',
  'abe,abcd->cde',
  // Matrices of any kind.
  'ab,bc->ac',
  'ab,bc->ca',
  'ba,cb->ac',
  'abd,acd->abc',
  'adb,dac->cab',
  'a b, b c -> a c',
  // Nothing that is summed up, nothing that is left, one column, axes of one.
  'a,b->ab',
  'ab,ab->ab',
  'ab,ba->a',
  'ab,ab->',
  'ab,b->a',
  'afb,fbd->afd',
  'af,fb->ba',
  // What one operand alone has.
  'a,ab->b',
  // One operand.
  'ab->ba',
  'abc->b',
  'abc->',
  'abc->cab',
])('sums up %s', (equation) => {
  const terms = (equation.replaceAll(' ', '').split('->')[0] as string).split(',');
  const given = terms.map((term, i) =>
    draw(
      [...term].map((letter) => SIZES[letter] as number),
      i + 1,
    ),
  );
  const run = (...tensors: tf.Tensor[]): tf.Tensor => tf.einsum(equation, ...tensors);
  const [compiled] = bothWays(run, given).compiled as [ArrayLike<number>];
  const [sums, magnitudes] = einsumInDoubles(
    equation,
    given.map((tensor) => tensor.dataSync()),
  );
  expect(compiled).toHaveLength(sums.length);
  for (const [place, sum] of sums.entries())
    expect(Math.abs((compiled[place] as number) - sum)).toBeLessThan(1e-6 * (magnitudes[place] as number) + 1e-37);
  tf.dispose(given);
});

it('computes what it is given of: numbers, what is transposed or turned round, and what becomes of it', () => {
  const given = [draw([6, 9], 1), draw([9, 4], 2)] as [tf.Tensor2D, tf.Tensor2D];
  const runs: readonly ((a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor)[] = [
    (a, b) => tf.relu(tf.add(tf.einsum('ij,jk->ik', tf.mul(a, 2), tf.reverse(b, 0)), 1)),
    (a, b) => tf.einsum('ji,jk->ki', tf.transpose(a), tf.exp(b)),
    (a) => tf.einsum('ij,j->i', a, tf.fill([9], 0.5)),
    (a, b) => tf.sum(tf.einsum('ij,jk->ki', a, b), 0),
  ];
  for (const run of runs) {
    const { eager, compiled } = bothWays(run as never, given);
    const [is, should] = [compiled[0], eager[0]] as [ArrayLike<number>, ArrayLike<number>];
    expect(is).toHaveLength(should.length);
    for (let i = 0; i < should.length; i++)
      expect(Math.abs((is[i] as number) - (should[i] as number))).toBeLessThan(1e-5);
  }
  tf.dispose(given);
});

it('leaves to kernels what tfjs computes without one of the operands', () => {
  const given = [draw([4, 4], 1), draw([3], 2)];
  const run = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.einsum('ij,k->kj', a, b);
  expect(() => bothWays(run as never, given)).toThrow(/an operand out/);
  tf.dispose(given);
});
