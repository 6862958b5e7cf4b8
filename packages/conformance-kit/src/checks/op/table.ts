import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExpectedTensor } from '../../judge.js';
import type { Check, CheckContext } from '../check.js';

/** One case: computes on the backend under test and judges what it got. Its tensors are released afterwards. */
export type OpCase = (context: CheckContext) => void | Promise<void>;

/** What must come out of an op: from doubles, never from tfjs. */
export interface Expected extends Omit<ExpectedTensor, 'shape'> {
  /** Default: one dimension. */
  readonly shape?: readonly number[];
  /** How many rounding units. Default: 0, the same numbers. */
  readonly k?: number;
  /** The magnitude of what was combined, as the judge takes it. */
  readonly scale?: number | ArrayLike<number>;
}

/** A check whose cases are a table: each is named by the parameter `case`. */
export function opTable(states: string, table: Readonly<Record<string, OpCase>>): Check {
  return {
    states,
    about: 'backend',
    cases: () => Object.keys(table).map((name) => ({ case: name })),
    async run(context, parameters) {
      const name = String(parameters['case']);
      const run = table[name];
      if (run === undefined) throw new Error(`There is no case ${name}.`);
      await run(context);
    },
  };
}

/** A case whose result is one tensor. What is expected is worked out only when it runs. */
export function gives(make: () => Tensor | Promise<Tensor>, expected: Expected | (() => Expected)): OpCase {
  return async ({ judge }) => {
    const { k = 0, scale = 0, ...tensor } = typeof expected === 'function' ? expected() : expected;
    await judge.tensorNear('the result', await make(), { shape: [tensor.values.length], ...tensor }, { k, scale });
  };
}
