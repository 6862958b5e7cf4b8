// What a compiled step may be off by before it is trusted: roundings, and what an adaptive optimizer makes of them.
import { expect, it } from 'vitest';
import { type Change, unlikeVariable } from '../src/agreement.js';

const before = Float32Array.of(1, 2, 3, 4);
/** A step of 0.01 each; the gradient of the last number is next to nothing. */
const after = Float32Array.of(1.01, 2.01, 3.01, 4.01);
const slots = [Float32Array.of(0.5, -0.4, 0.3, 1e-7)];
const shape = [4];
const agreed = (values: readonly number[], of = slots): boolean =>
  unlikeVariable([
    { shape, ours: Float32Array.from(values), now: after, before },
    ...of.map((slot): Change => ({ shape, ours: slot, now: slot, before: new Float32Array(4) })),
  ]) < 0;

it('lets a step go the other way where its gradient is a rounding', () => {
  expect(agreed([1.01, 2.01, 3.01, 3.99])).toBe(true);
});

it.each([
  ['a number with a gradient to speak of', [1.01, 2.01, 3.005, 4.01], slots],
  ['more than two steps', [1.01, 2.01, 3.01, 3.9], slots],
  ['no number', [1.01, 2.01, 3.01, NaN], slots],
  ['a number less', [1.01, 2.01, 3.01], slots],
  ['no slot that tells', [1.01, 2.01, 3.01, 3.99], []],
])('refuses %s', (_, values, of) => expect(agreed(values, of)).toBe(false));

it('says which one, and takes no slot of another shape or one that is unlike itself', () => {
  const other = Float32Array.of(1.01, 2.01, 3.01, 3.99);
  const [slot] = slots as [Float32Array];
  const right = { shape, ours: after, now: after, before };
  const wrong = { shape, ours: other, now: after, before };
  const was = new Float32Array(4);
  expect(unlikeVariable([right, wrong, { shape: [2, 2], ours: slot, now: slot, before: was }])).toBe(1);
  expect(unlikeVariable([right, wrong, { shape, ours: was, now: slot, before: was }])).toBe(1);
});
