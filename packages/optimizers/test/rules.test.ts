import { tensorflowRule } from '@tfjs-heads/reference';
import { expect, it } from 'vitest';
import { type OptimizerCase, optimizerCases } from '../src/conformance-cases.js';
import { type Course, drawCourse, expectAllWithin, follow } from './run.js';

const STEPS = 100;

/** In doubles. */
function expected(
  { start, gradients }: Course,
  { rule: name, rate, settings, weightDecay = 0 }: OptimizerCase,
): { variable: number[]; state: Record<string, number[]> } {
  const rule = tensorflowRule(name, settings);
  const states = start.map(() => ({ ...rule.start }));
  const variable = start.map((first, i) =>
    gradients.reduce(
      (x, g, step) =>
        rule.update(x - x * weightDecay * rate, g[i] as number, states[i] as Record<string, number>, { step, rate }),
      first,
    ),
  );
  const state = Object.keys(rule.start).map((slot) => [slot, states.map((one) => one[slot] as number)]);
  return { variable, state: Object.fromEntries(state) };
}

it.each(Object.entries(optimizerCases))(
  'line 79: %s follows the formula in doubles for a hundred steps',
  async (_, given) => {
    const course = drawCourse(STEPS, 13);
    const actual = await follow(given.make(), course);
    const { variable, state } = expected(course, given);
    // A rounding a step, of numbers of about 1.
    expectAllWithin(actual.variable, variable, STEPS, 1, 'the variable');
    expect(Object.keys(actual.state).toSorted()).toEqual(Object.keys(state).toSorted());
    for (const [slot, values] of Object.entries(state))
      expectAllWithin(actual.state[slot] ?? [], values, STEPS, 1, slot);
  },
);
