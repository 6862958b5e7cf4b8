import { expect, test } from 'vitest';
import { goldens } from '../src/index.js';

// The goldens' values once more, in doubles and in plain arithmetic.
const logits = [
  [0.5, -1, 2],
  [1.5, 0.25, -0.75],
  [-2, 1, 0.5],
  [0, 0.125, -0.5],
  [3, -1.25, 1],
];
const classes = [2, 0, 1, 2, 0];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const range = [0, 1, 2];

const reference: Readonly<Record<string, () => number[]>> = {
  loss: () => [
    logits.reduce(
      (sum, row, i) =>
        sum + Math.log(row.reduce((total, x) => total + Math.exp(x), 0)) - (row[classes[i] as number] as number),
      0,
    ) / 5,
  ],
  gradient: () =>
    range.flatMap((i) =>
      range.map((j) =>
        logits.reduce((sum, row, n) => {
          const input = row.map(sigmoid);
          return sum + (input[i] as number) * (sigmoid(input[j] as number) - (classes[n] === j ? 1 : 0)) * 0.25;
        }, 0),
      ),
    ),
  'embedding gradient': () =>
    logits.flatMap((row, i) => row.map((x) => 2 * x * [3, 0, 3, 1, 3].filter((id) => id === i).length)),
  'training step': () => [1, -2, 0.5].map((weight) => weight - (0.125 * 2 ** -10) / (2 ** -10 + 1e-7)),
  'large sum': () => [Math.fround(0.1)],
  'fused product': () => [1, 2, -60].map((bias) => Math.max(0, 101 * 0.5 + bias)),
  'reshaped operand': () => [0, 1, 2, 3].map((weight) => weight - (0 + 1 + 2 + 3)),
  'chosen bools': () => [1, 0].map((chosen) => (chosen === 1 ? 1 : 0)),
};

test.each(goldens)('$name', ({ name, expected }) => {
  const values = reference[name]?.() ?? [];
  expect(values).toHaveLength(expected.length);
  values.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 11));
});
