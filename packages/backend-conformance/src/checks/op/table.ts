import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import type { Check, CheckContext } from '../check.js';

/** One case: computes on the backend under test and judges what came. Its tensors are released afterwards. */
export type OpCase = (context: CheckContext) => void | Promise<void>;

/** What must come out of an op: from doubles, never from tfjs. */
export interface Expected {
  /** Row-major. */
  readonly values: ArrayLike<number>;
  /** Default: one dimension. */
  readonly shape?: readonly number[];
  /** Default: float32. */
  readonly dtype?: DataType;
  /** How many rounding units. Default: 0, the same numbers. */
  readonly k?: number;
  /** The magnitude of what was combined, as the judge takes it. */
  readonly scale?: number | ArrayLike<number>;
}

/** A check whose cases are a table: each is named by the parameter `case`. */
export function tableOf(states: string, table: Readonly<Record<string, OpCase>>): Check {
  return {
    states,
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
    const { values, shape = [values.length], dtype = 'float32', k = 0, scale = 0 } = typeof expected === 'function' ? expected() : expected;
    const actual = await make();
    judge.equal('the shape', actual.shape, shape);
    judge.equal('the dtype', actual.dtype, dtype);
    judge.near('the result', await actual.data(), values, { k, scale });
  };
}
