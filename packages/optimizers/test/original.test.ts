// What TensorFlow's own optimizers made of two variables, as `npm run goldens:optimizers` recorded it.
import { dispose, getBackend, tensor, tidy, variable, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as ours from '../src/index.js';
import golden from './original.json' with { type: 'json' };
import { expectAllWithin } from './run.js';

type Both = Record<'kernel' | 'bias', number[]>;
const NAMES = ['kernel', 'bias'] as const;
const STEPS = golden.gradients.length;

/** An optimizer or a schedule by the name of its class and its configuration. */
function fromConfig(className: string, config: object): ours.BaseOptimizer & ours.LearningRateSchedule {
  const make = (ours as unknown as Record<string, typeof ours.SGD>)[className] as typeof ours.SGD;
  return make.fromConfig(make as never, config as never);
}

const all = (of: Both): number[] => [...of.kernel, ...of.bias];

it('names where it comes from', () => {
  expect(golden.format).toBe('tfjs-heads-optimizers/1');
  expect(golden.versions).toMatchObject({ 'tensorflow-cpu': '2.15.1', keras: '2.15.0' });
  expect(new Set(golden.cases.map(({ optimizer }) => optimizer)).size).toBe(9);
});

// The programs of a GPU take their time to compile, and the rules are held to doubles there, too: one case of each class will do.
const isOnGpu = ['webgl', 'webgpu'].includes(getBackend());
const cases = golden.cases.filter(
  ({ optimizer, exact }, i) =>
    !isOnGpu ||
    i === golden.cases.findIndex((other) => other.optimizer === optimizer && other.exact === exact && exact),
);

it.each(cases.map((one) => [`${one.optimizer} ${JSON.stringify(one.options)}`, one.source, one] as const))(
  'line 79: %s is %s',
  async (_, _source, { optimizer: className, options, exact, steps }) => {
    const recorded = new Map(Object.entries(steps as Record<string, Both>));
    const optimizer = fromConfig(className, options);
    const variables = NAMES.map((name) => tidy(() => variable(tensor(golden.start[name]), true, name)));
    let moved = all(golden.start).map(() => 0);
    let before = all(golden.start);
    for (const [i, gradients] of golden.gradients.entries()) {
      const tensors = NAMES.map((name): [string, Tensor] => [name, tensor(gradients[name])]);
      optimizer.applyGradients(Object.fromEntries(tensors));
      dispose(tensors.map(([, one]) => one));
      const expected = recorded.get(String(i + 1));
      if (expected === undefined) continue;
      const actual = (await Promise.all(variables.map(async (one) => Array.from(await one.data())))).flat();
      const wanted = all(expected);
      moved = moved.map((so, at) => so + Math.abs((wanted[at] as number) - (before[at] as number)));
      before = wanted;
      // Keras keeps defaults in float32, where 1 - 0.999 is 1.3e-5 of itself off, and so the way that was gone.
      if (exact) expectAllWithin(actual, wanted, STEPS, 1, `step ${i + 1}`);
      else
        actual.forEach((value, at) =>
          expect(Math.abs(value - (wanted[at] as number))).toBeLessThan(1e-4 * (moved[at] as number) + 2e-6),
        );
    }
    dispose(variables);
    optimizer.dispose();
  },
);

describe('schedules', () => {
  it.each(golden.schedules.map((one) => [`${one.schedule} ${JSON.stringify(one.options)}`, one] as const))(
    '%s is that of Keras',
    (_, { schedule: className, options, rates }) => {
      const schedule = fromConfig(className, options);
      for (const [step, rate] of Object.entries(rates)) {
        expect(Math.abs(schedule.rateAt(Number(step)) - rate), step).toBeLessThanOrEqual(2 ** -21 * 0.5); // Keras' is float32
      }
    },
  );
});
