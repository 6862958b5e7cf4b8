// What a compiled step may be off by before it is trusted: roundings, and what an adaptive optimizer makes of them.
import { expect, it } from 'vitest';
import { agreeButForNoise, agreeOnChange } from '../src/native/agreement.js';

const before = Float32Array.of(1, 2, 3, 4);
/** A step of 0.01 each; the gradient of the last number is next to nothing. */
const after = Float32Array.of(1.01, 2.01, 3.01, 4.01);
const slots = [Float32Array.of(0.5, -0.4, 0.3, 1e-7)];
const agreed = (values: readonly number[], of = slots): boolean =>
  agreeButForNoise(Float32Array.from(values), after, before, { slots: of, roundings: 8 });

it('lets a step go the other way where its gradient is a rounding', () => {
  expect(agreeOnChange(Float32Array.of(1.01, 2.01, 3.01, 3.99), after, before, 8)).toBe(false);
  expect(agreed([1.01, 2.01, 3.01, 3.99])).toBe(true);
});

it.each([
  ['a number with a gradient to speak of', [1.01, 2.01, 3.005, 4.01], slots],
  ['more than two steps', [1.01, 2.01, 3.01, 3.9], slots],
  ['no number', [1.01, 2.01, 3.01, NaN], slots],
  ['a number less', [1.01, 2.01, 3.01], slots],
  ['no slot that tells', [1.01, 2.01, 3.01, 3.99], []],
])('refuses %s', (_, values, of) => expect(agreed(values, of)).toBe(false));
