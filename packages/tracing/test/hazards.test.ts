// What a recording could get wrong: each ends in the numbers of the eager step or in a coded error.
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceStep } from '../src/index.js';
import { draw, variable } from './support.js';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const x = (): tf.Tensor => draw([2, 3], 1);

async function numbers(tensor: tf.Tensor): Promise<number[]> {
  return Array.from(await tensor.data());
}

/** Calls a traced step and the step itself one after the other, and expects the same numbers. */
async function expectEager(
  step: (given: tf.Tensor) => tf.Tensor,
  args: (index: number) => tf.Tensor,
  reason: RegExp,
  calls = 6,
): Promise<void> {
  const trace = traceStep(step, { variables: [] });
  for (let index = 0; index < calls; index++) {
    const given = args(index);
    expect(await numbers(trace(given))).toEqual(await numbers(step(given)));
  }
  expect(trace.reason).toMatch(reason);
}

/** A step that has been trusted. */
function trusted<F extends (given: tf.Tensor) => unknown>(
  step: F,
  variables: tf.Variable[] = [],
): ReturnType<typeof traceStep<F>> {
  const trace = traceStep(step, { variables });
  for (let index = 0; index < 4; index++) trace(...([x()] as Parameters<F>));
  expect(trace.reason).toBeUndefined();
  return trace;
}

const coded = (code: string): unknown => expect.objectContaining({ code });

describe('runs eagerly', () => {
  // Nothing reads a GPU synchronously here.
  it.skipIf(['webgl', 'webgpu'].includes(tf.getBackend()))('what decides by a value', () =>
    expectEager(
      (given) => ((tf.sum(given).dataSync()[0] as number) > 0 ? tf.relu(given) : tf.neg(given)),
      (index) => tf.mul(x(), index % 2 === 0 ? 1 : -1),
      /it reads values/,
    ),
  );

  it('what waits for a value', async () => {
    const step = async (given: tf.Tensor): Promise<number> => {
      const [value] = await tf.sum(given).data();
      return value as number;
    };
    const trace = traceStep(step, { variables: [] });
    for (let index = 0; index < 6; index++) {
      const given = tf.mul(x(), index);
      expect(await trace(given)).toBe(await step(given));
    }
    expect(trace.reason).toMatch(/it reads values|it is asynchronous/);
  });

  it('a counter of its closure', async () => {
    let [count, counted] = [0, 0];
    const trace = traceStep((given: tf.Tensor) => tf.mul(given, ++count), { variables: [] });
    for (let index = 0; index < 6; index++)
      expect(await numbers(trace(x()))).toEqual(await numbers(tf.mul(x(), ++counted)));
    expect(trace.reason).toMatch(/a tensor of shape \[\] that it makes of numbers differs/);
  });

  it('a dropout that JavaScript draws', () => {
    const trace = traceStep((given: tf.Tensor) => tf.dropout(given, 0.5), { variables: [] });
    for (let index = 0; index < 6; index++) trace(x());
    expect(trace.reason).toMatch(/it draws numbers in JavaScript/);
  });

  it('what seldom takes another branch, by chance', async () => {
    const { random } = Math;
    try {
      let draws = 0;
      Math.random = () => (draws++ === 7 ? 0.05 : 0.5);
      const step = (given: tf.Tensor): tf.Tensor => (Math.random() < 0.1 ? tf.neg(given) : tf.mul(given, 1));
      const trace = traceStep(step, { variables: [] });
      for (let index = 0; index < 12; index++)
        expect(await numbers(trace(x()))).toEqual(await numbers(tf.mul(x(), index === 7 ? -1 : 1)));
      expect(trace.reason).toMatch(/it draws numbers in JavaScript/);
    } finally {
      Math.random = random;
    }
  });

  it('an optimizer of another copy of tfjs-core, which counts its steps, beside one of this one', async () => {
    class OtherOptimizer {
      iterations = 0;
      applyGradients(gradients: tf.NamedTensorMap): void {
        for (const [name, gradient] of Object.entries(gradients)) {
          const weight = tf.engine().registeredVariables[name] as tf.Variable;
          tf.tidy(() => weight.assign(tf.sub(weight, tf.mul(gradient, 0.1))));
        }
        this.iterations++;
      }
    }
    const [w, v] = [variable([3], 1), variable([3], 2)];
    const [other, sgd] = [new OtherOptimizer(), tf.train.sgd(0.1)];
    const trace = traceStep(
      (given: tf.Tensor) => {
        sgd.minimize(() => tf.sum(tf.mul(v, given)) as tf.Scalar, false, [v]);
        other.applyGradients(tf.variableGrads(() => tf.sum(tf.mul(w, given)) as tf.Scalar, [w]).grads);
      },
      { variables: [w, v] },
    );
    const given = tf.ones([3]);
    for (let index = 0; index < 6; index++) trace(given);
    expect(trace.reason).toMatch(/an optimizer trains in it whose class/);
    expect(other.iterations).toBe(6);
    expect(sgd.iterations).toBe(6);
    given.dispose();
  });

  it.each<[string, () => number]>([
    ['crypto.getRandomValues', () => crypto.getRandomValues(new Uint32Array(1))[0] as number],
    ['crypto.randomUUID', () => Number.parseInt(crypto.randomUUID().slice(0, 6), 16)],
    ['Date.now', () => Date.now() % 1000],
    ['new Date()', () => new Date().getMilliseconds()],
    ['performance.now', () => performance.now()],
  ])('what differs from call to call by %s', async (name, ask) => {
    let last = 0;
    const trace = traceStep((given: tf.Tensor) => tf.mul(given, (last = ask())), { variables: [] });
    for (let index = 0; index < 6; index++) expect(await numbers(trace(x()))).toEqual(await numbers(tf.mul(x(), last)));
    expect(trace.reason).toContain(`by ${name}, which a replay would not`);
  });

  it('nothing that was replaced stays, and times that are given are no question', () => {
    const before = [Math.random, Date, Date.now, performance.now, crypto.getRandomValues];
    const trace = traceStep((given: tf.Tensor) => tf.mul(given, new Date(5).getTime()), { variables: [] });
    for (let index = 0; index < 6; index++) trace(x());
    expect(trace.reason).toBeUndefined();
    expect([Math.random, Date, Date.now, performance.now, crypto.getRandomValues]).toEqual(before);
    expect(Object.hasOwn(crypto, 'getRandomValues')).toBe(false);
  });

  it('all where draws cannot be seen', () => {
    const own = Object.getOwnPropertyDescriptor(Math, 'random') as PropertyDescriptor;
    Object.defineProperty(Math, 'random', { writable: false });
    try {
      const trace = traceStep((given: tf.Tensor) => tf.neg(given), { variables: [] });
      for (let index = 0; index < 6; index++) trace(x());
      expect(trace.reason).toMatch(/Math\.random cannot be replaced/);
    } finally {
      Object.defineProperty(Math, 'random', own);
    }
  });

  it('a string tensor', () => {
    const trace = traceStep((words: tf.Tensor) => tf.reshape(words, [2]), { variables: [] });
    for (let index = 0; index < 6; index++) expect(trace(tf.tensor2d(['a', 'b'], [2, 1])).shape).toEqual([2]);
    expect(trace.reason).toMatch(/strings/);
  });

  it('what disposes of its argument, or keeps a tensor', () => {
    const kept: tf.Tensor[] = [];
    const taking = traceStep((given: tf.Tensor) => (given.dispose(), tf.scalar(1)), { variables: [] });
    const keeping = traceStep((given: tf.Tensor) => (kept.push(tf.keep(tf.neg(given))), tf.relu(given)), {
      variables: [],
    });
    for (let index = 0; index < 6; index++) {
      taking(x());
      keeping(x());
    }
    expect(taking.reason).toMatch(/it disposes of its argument 0/);
    expect(keeping.reason).toMatch(/it keeps a tensor of shape \[2,3\] that it does not return/);
    expect(kept.filter(({ isDisposed }) => !isDisposed)).toHaveLength(6);
    tf.dispose(kept);
  });

  it('what keeps a tensor that it is given', () => {
    const trace = traceStep((given: tf.Tensor) => tf.neg(tf.keep(given)), { variables: [] });
    const given = Array.from({ length: 6 }, () =>
      tf.tidy(() => {
        const tensor = x();
        trace(tensor);
        return [tensor];
      }),
    ).flat();
    expect(trace.reason).toMatch(/it keeps a tensor of shape \[2,3\] that it was given/);
    tf.dispose(given);
  });

  it('what is called under a gradient', async () => {
    const trace = trusted((given: tf.Tensor) => tf.square(given));
    const gradient = tf.grad((given) => tf.sum(trace(given)))(x());
    expect(await numbers(gradient)).toEqual(await numbers(tf.mul(x(), 2)));
    expect(trace.reason).toMatch(/under a gradient/);
  });

  it('an argument that is neither a tensor nor plain', async () => {
    class Batch {
      readonly tensor: tf.Tensor;
      constructor(tensor: tf.Tensor) {
        this.tensor = tensor;
      }
    }
    const trace = traceStep((batch: Batch) => tf.neg(batch.tensor), { variables: [] });
    for (let index = 0; index < 4; index++) {
      const given = tf.mul(x(), index);
      expect(await numbers(trace(new Batch(given)))).toEqual(await numbers(tf.neg(given)));
    }
    expect(trace.reason).toMatch(/0 is an object of the class Batch/);
  });
});

describe('records again', () => {
  it('for other plain arguments, and for one tensor in two places', async () => {
    const trace = traceStep((a: tf.Tensor, b: tf.Tensor, by: number) => tf.sub(a, tf.mul(b, by)), { variables: [] });
    for (let index = 0; index < 12; index++) {
      const [a, b] = [x(), draw([2, 3], 2)];
      const args = [a, index % 2 === 0 ? a : b, index % 3] as const;
      expect(await numbers(trace(...args))).toEqual(await numbers(tf.sub(args[0], tf.mul(args[1], args[2]))));
    }
  });

  it('for one tensor in two places, and another dtype, after several calls that were alike', async () => {
    const trace = traceStep((a: tf.Tensor, b: tf.Tensor) => tf.sub(tf.square(a), b), { variables: [] });
    const [a, b] = [tf.tensor1d([2, 3], 'int32'), tf.tensor1d([5, 7], 'int32')];
    const floats = tf.tensor1d([2.5, 3.5]);
    const pairs = [
      [a, b],
      [floats, b],
      [a, b],
      [a, a],
      [floats, floats],
    ] as const;
    for (const [first, second] of pairs)
      for (let index = 0; index < 6; index++) {
        const [made, expected] = [trace(first, second), tf.sub(tf.square(first), second)];
        expect(made.dtype).toBe(expected.dtype);
        expect(await numbers(made)).toEqual(await numbers(expected));
      }
  });

  it('for another tensor in the place of one that its closure has too', async () => {
    const captured = tf.tensor1d([3]);
    const step = (given: tf.Tensor): tf.Tensor[] => [tf.mul(given, captured), captured];
    const trace = traceStep(step, { variables: [] });
    const [five, seven] = [tf.tensor1d([5]), tf.tensor1d([7])];
    const given = [captured, captured, captured, five, seven, seven, captured, five, seven];
    for (const tensor of given) {
      const [product, same] = trace(tensor) as [tf.Tensor, tf.Tensor];
      expect(await numbers(product)).toEqual(await numbers(tf.mul(tensor, 3)));
      expect(same).toBe(captured);
    }
    expect(trace.reason).toBeUndefined();
    // Where the recording would be compared, too.
    for (let index = 0; index < 9; index++) expect(await numbers((trace(captured) as [tf.Tensor])[0])).toEqual([9]);
    expect(trace.reason).toBeUndefined();
  });

  it('for each variable that is an argument', async () => {
    const variables = [tf.variable(tf.tensor1d([1])), tf.variable(tf.tensor1d([10]))] as const;
    const step = traceStep(
      (given: tf.Variable) => {
        given.assign(tf.add(given, 1));
        return [tf.mul(given, 2), given];
      },
      { variables },
    );
    const now = [1, 10];
    for (const index of [0, 0, 1, 0, 1, 0, 1, 1, 0] as const) {
      now[index] = (now[index] as number) + 1;
      const [doubled, same] = step(variables[index]) as [tf.Tensor, tf.Tensor];
      expect(await numbers(doubled)).toEqual([2 * (now[index] as number)]);
      expect(same).toBe(variables[index]);
    }
    expect(step.reason).toBeUndefined();
    expect(await Promise.all(variables.map(numbers))).toEqual(now.map((value) => [value]));
  });

  it('when a tensor that it took from outside is disposed of', async () => {
    let rate = tf.scalar(1);
    const trace = trusted((given: tf.Tensor) => tf.mul(given, rate));
    rate.dispose();
    rate = tf.scalar(3);
    for (let index = 0; index < 3; index++) expect(await numbers(trace(x()))).toEqual(await numbers(tf.mul(x(), 3)));
    expect(trace.reason).toBeUndefined();
  });

  it('when the learning rate of an optimizer of tfjs is set', async () => {
    const [w, v] = [variable([3], 1), variable([3], 1)];
    const [traced, eager] = [tf.train.sgd(0.1), tf.train.sgd(0.1)];
    const stepOf = (weights: tf.Variable, optimizer: tf.SGDOptimizer) => (given: tf.Tensor) =>
      optimizer.minimize(() => tf.sum(tf.square(tf.mul(given, weights))), true, [weights]) as tf.Scalar;
    const trace = traceStep(stepOf(w, traced), { variables: [w] });
    const step = stepOf(v, eager);
    for (let index = 0; index < 9; index++) {
      if (index === 5) for (const optimizer of [traced, eager]) optimizer.setLearningRate(0.01);
      trace(x());
      step(x());
    }
    expect(await numbers(w)).toEqual(await numbers(v));
    expect(trace.reason).toBeUndefined();
  });
});

it.each<[string, () => tf.Optimizer]>([
  ['Adam of tfjs', () => tf.train.adam(0.1)],
  ['a class of its own', () => new (class extends tf.SGDOptimizer {})(0.1)],
])('counts the steps that an optimizer takes: %s', (_, make) => {
  const [w, optimizer] = [variable([3], 1), make()];
  const trace = traceStep(
    (given: tf.Tensor) => optimizer.minimize(() => tf.sum(tf.square(tf.mul(given, w))), true, [w]) as tf.Scalar,
    { variables: [w] },
  );
  for (let index = 1; index <= 11; index++) {
    trace(x());
    expect(optimizer.iterations).toBe(index);
  }
  expect(trace.reason).toBeUndefined();
});

describe('variables', () => {
  it('are read anew, and may be assigned between steps', async () => {
    const w = variable([3], 1);
    const trace = trusted(
      (given: tf.Tensor) => {
        w.assign(tf.add(w, 1) as tf.Tensor1D);
        return tf.mul(given, w);
      },
      [w],
    );
    w.assign(tf.zeros([3]));
    expect(await numbers(trace(x()))).toEqual(await numbers(x()));
    expect(await numbers(w)).toEqual([1, 1, 1]);
  });

  it.each<[string, (w: tf.Variable) => tf.Tensor]>([
    ['a copy', (w) => tf.clone(w)],
    ['a reshape', (w) => tf.reshape(w, [1, 1])],
  ])('are returned as they were before they are assigned: by %s', async (_, old) => {
    const w = tf.variable(tf.tensor1d([0])) as tf.Variable;
    const step = (given: tf.Tensor): tf.Tensor => {
      const before = old(w);
      w.assign(tf.add(w, given));
      return before;
    };
    const trace = traceStep(step, { variables: [w] });
    const seen: number[] = [];
    for (let index = 0; index < 6; index++) seen.push(...(await numbers(trace(tf.tensor1d([1])))));
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    expect(trace.reason).toBeUndefined();
  });

  it('are shared by two traces', async () => {
    const w = tf.variable(tf.scalar(1));
    const double = trusted((by: tf.Tensor) => (w.assign(tf.mul(w, 2)), tf.add(w, tf.mul(tf.sum(by), 0))), [w]);
    const increment = trusted((by: tf.Tensor) => (w.assign(tf.add(w, 1)), tf.add(w, tf.mul(tf.sum(by), 0))), [w]);
    w.assign(tf.scalar(1));
    const seen: number[] = [];
    for (let index = 0; index < 3; index++)
      seen.push(...(await numbers(double(x()))), ...(await numbers(increment(x()))));
    expect(seen).toEqual([2, 3, 6, 7, 14, 15]);
  });

  it('may swap their values', async () => {
    const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(2))];
    const trace = traceStep(
      (given: tf.Tensor) => {
        const old = tf.clone(a);
        a.assign(b);
        b.assign(old as tf.Scalar);
        return tf.add(given, a);
      },
      { variables: [a, b] },
    );
    for (let index = 1; index <= 5; index++) {
      trace(x());
      expect([await numbers(a), await numbers(b)]).toEqual(index % 2 === 1 ? [[2], [1]] : [[1], [2]]);
    }
    expect(trace.reason).toBeUndefined();
  });

  it('that are disposed of are named', () => {
    const w = variable([3], 1);
    const trace = trusted((given: tf.Tensor) => tf.mul(given, w), [w]);
    w.dispose();
    expect(() => trace(x())).toThrow(coded('TENSOR_DISPOSED'));
    expect(() => traceStep((given: tf.Tensor) => given, { variables: [w] })).toThrow(coded('INVALID_ARGUMENT'));
  });
});

it('refuses a disposed argument, and a call after dispose()', () => {
  const trace = trusted((given: tf.Tensor) => tf.neg(given));
  const gone = x();
  gone.dispose();
  expect(() => trace(gone)).toThrow(coded('TENSOR_DISPOSED'));
  trace.dispose();
  expect(() => trace(x())).toThrow(coded('TRACE_DISPOSED'));
});

it('says that a step has changed since it was trusted', async () => {
  let factor = 1;
  const trace = trusted((given: tf.Tensor) => tf.mul(given, factor));
  factor = 2;
  const calls = (): void => {
    for (let index = 0; index < 16; index++) trace(x());
  };
  expect(calls).toThrow(coded('TRACE_CHANGED'));
  expect(await numbers(trace(x()))).toEqual(await numbers(tf.mul(x(), 2)));
  expect(trace.reason).toMatch(/differs/);
});

it('leaves alone what is not its own when a step has changed', async () => {
  let factor = 1;
  const captured = tf.tensor1d([7]);
  const trace = trusted((given: tf.Tensor) => [tf.mul(given, factor), given, captured]);
  const [given, { numTensors }] = [x(), tf.memory()];
  factor = 2;
  const calls = (): void => {
    for (let index = 0; index < 16; index++) (trace(given) as tf.Tensor[])[0]?.dispose();
  };
  expect(calls).toThrow(coded('TRACE_CHANGED'));
  expect(await numbers(given)).toEqual(await numbers(x()));
  expect(await numbers(captured)).toEqual([7]);
  expect(tf.memory().numTensors).toBeLessThanOrEqual(numTensors + 1); // the x() of this test; the recording has gone
});

// A GPU finds no index out of range.
it.skipIf(['webgl', 'webgpu'].includes(tf.getBackend()))(
  'fails half-way as the step does, and changes nothing',
  async () => {
    const w = variable([3], 1);
    const step = (ids: tf.Tensor): tf.Tensor => {
      const rows = tf.gather(tf.reshape(w, [3, 1]), ids as tf.Tensor1D);
      w.assign(tf.add(w, 1) as tf.Tensor1D);
      return rows;
    };
    const trace = traceStep(step, { variables: [w] });
    for (let index = 0; index < 4; index++) trace(tf.tensor1d([0, 2], 'int32'));
    expect(trace.reason).toBeUndefined();
    const before = await numbers(w);
    const { numTensors } = tf.memory();
    expect(() => trace(tf.tensor1d([0, 7], 'int32'))).toThrow(/\b7\b|index|indices/i);
    expect(await numbers(w)).toEqual(before);
    expect(tf.memory().numTensors).toBe(numTensors + 1); // the argument
    expect(await numbers(trace(tf.tensor1d([1, 1], 'int32')))).toEqual([before[1], before[1]]);
    expect(trace.reason).toBeUndefined();
  },
);

it('returns one tensor in two places as one', async () => {
  const step = (given: tf.Tensor) => {
    const y = tf.neg(given);
    return { a: y, list: [y, tf.clone(y)], given };
  };
  const trace = trusted(step);
  const given = x();
  const before = tf.memory().numTensors;
  const { a, list, given: same } = trace(given);
  expect(list[0]).toBe(a);
  expect(list[1]).not.toBe(a);
  expect(same).toBe(given);
  expect(tf.memory().numTensors).toBe(before + 2);
  tf.dispose([a, list]);
  expect(tf.memory().numTensors).toBe(before);
});

it.each([true, false])('keeps of what it returns what the step keeps: %s', (keeps) => {
  const trace = trusted((given: tf.Tensor) => (keeps ? tf.keep(tf.neg(given)) : tf.neg(given)));
  const returned: tf.Tensor[] = [];
  tf.tidy(() => void returned.push(trace(x())));
  expect(returned.map(({ isDisposed }) => isDisposed)).toEqual([!keeps]);
  if (keeps) tf.dispose(returned);
});

/** A kernel that has no memory left when it is told so. */
function limited(): { take: (given: tf.Tensor) => tf.Tensor; fails: (call: number) => boolean; calls: number } {
  const memory = { calls: 0, fails: (_call: number): boolean => false, take };
  const name = 'Limited';
  tf.registerKernel({
    kernelName: name,
    backendName: tf.getBackend(),
    kernelFunc({ inputs: { x: taken }, backend }) {
      if (memory.fails(memory.calls++)) throw new RangeError('Array buffer allocation failed');
      (backend as unknown as { incRef(dataId: object): void }).incRef((taken as tf.TensorInfo).dataId);
      return taken as tf.TensorInfo;
    },
  });
  function take(given: tf.Tensor): tf.Tensor {
    return tf.engine().runKernel(name, { x: given });
  }
  return memory;
}

it('ends for want of memory as the step does, and goes on when there is some', async () => {
  const memory = limited();
  const [w, v] = [variable([3], 1), variable([3], 1)];
  const stepOf = (weights: tf.Variable) => (given: tf.Tensor) => {
    const next = memory.take(tf.add(weights, tf.mean(given)));
    weights.assign(next);
    return tf.mul(given, weights);
  };
  const trace = trusted(stepOf(w), [w]);
  for (let index = 0; index < 4; index++) tf.tidy(() => void stepOf(v)(x()));
  const given = x();
  const { numTensors } = tf.memory();
  memory.fails = () => true;
  for (let index = 0; index < 3; index++) expect(() => trace(given)).toThrow('Array buffer allocation failed');
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(await numbers(w)).toEqual(await numbers(v));
  memory.fails = () => false;
  for (let index = 0; index < 3; index++)
    expect(await numbers(trace(given))).toEqual(await numbers(tf.tidy(() => stepOf(v)(given))));
  expect(trace.reason).toBeUndefined();
  // Where it is the replay alone that finds none, the step is run.
  const { calls } = memory;
  memory.fails = (call) => call === calls;
  expect(await numbers(trace(given))).toEqual(await numbers(tf.tidy(() => stepOf(v)(given))));
  expect(trace.reason).toMatch(/a kernel failed that does not fail in the step \(Array buffer allocation failed\)/);
  expect(await numbers(w)).toEqual(await numbers(v));
});

it('may call itself', async () => {
  const power = (given: tf.Tensor, by: number, self: (x: tf.Tensor, by: number) => tf.Tensor): tf.Tensor =>
    by === 0 ? tf.onesLike(given) : tf.mul(given, self(given, by - 1));
  const eager = (given: tf.Tensor, by: number): tf.Tensor => power(given, by, eager);
  const trace: ReturnType<typeof traceStep<typeof eager>> = traceStep(
    (given: tf.Tensor, by: number): tf.Tensor => power(given, by, trace),
    { variables: [] },
  );
  for (let index = 0; index < 12; index++)
    expect(await numbers(trace(x(), index % 4))).toEqual(await numbers(eager(x(), index % 4)));
  expect(trace.reason).toBeUndefined();
});

it('fails as the step does while it is recorded, and leaves nothing behind', () => {
  const error = new Error('of the step');
  const trace = traceStep(
    (given: tf.Tensor) => {
      tf.mul(given, 2);
      throw error;
    },
    { variables: [] },
  );
  const given = x();
  const before = tf.memory().numTensors;
  for (let index = 0; index < 3; index++) expect(() => trace(given)).toThrow(error);
  expect(tf.memory().numTensors).toBe(before);
  expect(Object.keys(tf.engine())).not.toContain('runKernel');
});

it('is a part of the step that calls it', async () => {
  const inner = traceStep((given: tf.Tensor) => tf.square(given), { variables: [] });
  const outer = traceStep((given: tf.Tensor) => tf.add(inner(given), inner(tf.neg(given))), { variables: [] });
  for (let index = 0; index < 5; index++) {
    const given = tf.mul(x(), index);
    expect(await numbers(outer(given))).toEqual(await numbers(tf.add(tf.square(given), tf.square(given))));
  }
  expect(outer.reason).toBeUndefined();
  expect(outer.program?.nodes.map(({ kernel }) => kernel)).toEqual(['Square', 'Neg', 'Square', 'Add']);
});

it('runs eagerly what gives a shape that follows from values', async () => {
  if (tf.getBackend() === 'webgpu') return; // has no Unique
  const values = [1, 1, 2, 2, 3, 3];
  await expectEager(
    (given) => tf.unique(tf.reshape(given, [6])).values,
    (index) => tf.tensor2d(index < 3 ? values : values.map((_, place) => place), [2, 3]),
    /the shape of what Unique gives/,
  );
});
