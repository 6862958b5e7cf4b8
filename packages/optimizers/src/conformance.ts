import { dispose, memory, tensor, tidy, variable } from '@tensorflow/tfjs-core';
import { exact, random, tensorflowRule } from '@tfjs-heads/reference';
import type { BaseOptimizer } from './base-optimizer.js';
import { type OptimizerCase, optimizerCases } from './conformance-cases.js';

export { type OptimizerCase, optimizerCases };

// Plain data that conformance-kit takes for checks. It is not imported, or every user of the optimizers would install it.

/** What a check may ask for. */
interface Judge {
  near(
    what: string,
    actual: ArrayLike<number>,
    expected: readonly number[],
    options: { k: number; scale: number },
  ): void;
  same(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void;
  equal(what: string, actual: unknown, expected: unknown): void;
}

/** A check about the backend, whose cases are the optimizers. */
interface OptimizerCheck {
  readonly states: string;
  readonly about: 'backend';
  cases(): readonly { readonly optimizer: string }[];
  run(context: { readonly judge: Judge }, parameters: { readonly optimizer: string }): Promise<void>;
}

const SIZE = 7;
const STEPS = 100;

/** By names that a query can hold: `Adam-amsgrad`. */
const byName: ReadonlyMap<string, OptimizerCase> = new Map(
  Object.entries(optimizerCases).map(([name, one]) => [name.replaceAll(/\W+/g, '-'), one]),
);

function check(states: string, run: (judge: Judge, given: OptimizerCase) => Promise<void>): OptimizerCheck {
  return {
    states,
    about: 'backend',
    cases: () => [...byName.keys()].map((optimizer) => ({ optimizer })),
    run: ({ judge }, { optimizer }) => run(judge, byName.get(optimizer) as OptimizerCase),
  };
}

function draw(seed: number): number[] {
  const next = random(seed);
  return Array.from({ length: SIZE }, () => exact(next, -1, 1));
}

/** Steps of an optimizer on one variable, from a step to another. */
function steps(optimizer: BaseOptimizer, name: string, from: number, to: number): void {
  for (let step = from; step < to; step++) tidy(() => optimizer.applyGradients({ [name]: tensor(draw(step + 1)) }));
}

const started = (): ReturnType<typeof variable> => tidy(() => variable(tensor(draw(0))));

const formula = check(
  'A hundred steps follow the formula in doubles within a rounding a step.',
  async (judge, { make, rule: name, rate, settings, weightDecay = 0 }) => {
    const [x, optimizer] = [started(), make()];
    steps(optimizer, x.name, 0, STEPS);
    const rule = tensorflowRule(name, settings);
    const states = draw(0).map((value) => ({ x: value, state: { ...rule.start } as Record<string, number> }));
    for (let step = 0; step < STEPS; step++) {
      const gradient = draw(step + 1);
      states.forEach((one, i) => {
        one.x = rule.update(one.x - one.x * weightDecay * rate, gradient[i] as number, one.state, { step, rate });
      });
    }
    const expected = states.map((one) => one.x);
    judge.near('the variable', await x.data(), expected, { k: STEPS, scale: 1 });
    optimizer.dispose();
    dispose(x);
  },
);

const resumed = check(
  'Three steps, then three more by an optimizer with the state and the settings of the first, have the bits of six.',
  async (judge, { make }) => {
    const [through, stopped, first, second] = [started(), started(), make(), make()];
    const whole = make();
    steps(whole, through.name, 0, 6);
    steps(first, stopped.name, 0, 3);
    const state = await first.getWeights();
    await second.setWeights(state);
    for (const { tensor: saved } of state) saved.dispose();
    steps(second, stopped.name, 3, 6);
    judge.same('the variable', await stopped.data(), await through.data());
    for (const one of [whole, first, second]) one.dispose();
    dispose([through, stopped]);
  },
);

const noLeak = check(
  'Twenty steps leave as many tensors and buffers as there were, and dispose() those that there were before the first.',
  async (judge, { make }) => {
    const held = (): number[] => [memory().numTensors, memory().numDataBuffers];
    const [x, optimizer] = [started(), make()];
    const before = held();
    steps(optimizer, x.name, 0, 1);
    const after = held();
    steps(optimizer, x.name, 1, 21);
    await x.data();
    judge.equal('tensors and buffers after twenty steps', held(), after);
    optimizer.dispose();
    judge.equal('tensors and buffers after dispose()', held(), before);
    dispose(x);
  },
);

/**
 * A family of the conformance suite about a backend: each optimizer of this package computes right on it.
 *
 * @example
 * npx backend-conformance node_modules/@tfjs-heads/optimizers/dist/conformance.js --backend wasm
 */
export const families: {
  readonly optimizers: {
    readonly formula: OptimizerCheck;
    readonly resumed: OptimizerCheck;
    readonly 'no-leak': OptimizerCheck;
  };
} = { optimizers: { formula, resumed, 'no-leak': noLeak } };
