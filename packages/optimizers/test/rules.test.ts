import { tensorflowRule, type TensorflowOptimizer } from '@tfjs-heads/reference';
import { expect, it } from 'vitest';
import { Adam, type BaseOptimizer, SGD } from '../src/index.js';
import { type Course, drawCourse, expectAllWithin, follow } from './run.js';

type Numbers = Readonly<Record<string, number | boolean>>;

/** An optimizer, and the rule that it must follow. */
const cases: readonly (readonly [string, () => BaseOptimizer, TensorflowOptimizer, rate: number, Numbers])[] = [
  ['SGD', () => new SGD({ learningRate: 0.1 }), 'sgd', 0.1, { momentum: 0, nesterov: false }],
  [
    'SGD, momentum',
    () => new SGD({ learningRate: 0.1, momentum: 0.9 }),
    'sgd',
    0.1,
    { momentum: 0.9, nesterov: false },
  ],
  [
    'SGD, nesterov',
    () => new SGD({ learningRate: 0.1, momentum: 0.5, nesterov: true }),
    'sgd',
    0.1,
    { momentum: 0.5, nesterov: true },
  ],
  ['Adam', () => new Adam(), 'adam', 0.001, { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false }],
  [
    'Adam, large epsilon',
    () => new Adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 0.5 }),
    'adam',
    0.1,
    { beta1: 0.5, beta2: 0.75, epsilon: 0.5, amsgrad: false },
  ],
];

const STEPS = 100;

/** In doubles. */
function expected(
  { start, gradients }: Course,
  name: TensorflowOptimizer,
  rate: number,
  settings: Numbers,
): { variable: number[]; state: Record<string, number[]> } {
  const rule = tensorflowRule(name, settings);
  const states = start.map(() => ({ ...rule.start }));
  const variable = start.map((first, i) =>
    gradients.reduce(
      (x, g, step) => rule.update(x, g[i] as number, states[i] as Record<string, number>, { step, rate }),
      first,
    ),
  );
  const state = Object.fromEntries(
    Object.keys(rule.start).map((slot) => [slot, states.map((one) => (one as Record<string, number>)[slot] as number)]),
  );
  return { variable, state };
}

it.each(cases)('%s follows the formula in doubles for a hundred steps', async (_, make, name, rate, settings) => {
  const course = drawCourse(STEPS, 13);
  const actual = await follow(make(), course);
  const { variable, state } = expected(course, name, rate, settings);
  // A rounding a step, of a variable of about 1.
  expectAllWithin(actual.variable, variable, STEPS, 1, 'the variable');
  expect(Object.keys(actual.state)).toEqual(Object.keys(state));
  for (const [slot, values] of Object.entries(state)) expectAllWithin(actual.state[slot] ?? [], values, STEPS, 1, slot);
});
