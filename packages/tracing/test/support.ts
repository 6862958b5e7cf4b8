import { loadCompiler } from '../src/compiled/compiled-runner.js';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers gradients
import { expect } from 'vitest';
import { type Step, traceStep, type Trace } from '../src/index.js';

/** What can be trained: variables, and a step that trains them. */
export interface Trainee<F extends Step = Step> {
  readonly variables: readonly tf.Variable[];
  readonly step: F;
}

/** Numbers from -1 to 1, the same for the same seed. */
export function draw(shape: number[], seed: number): tf.Tensor {
  return tf.randomUniform(shape, -1, 1, 'float32', seed);
}

/** A variable that two trainees have each for themselves: names are the engine's. */
export function variable(shape: number[], seed: number): tf.Variable {
  return tf.tidy(() => tf.variable(tf.mul(draw(shape, seed), 0.5)));
}

export interface Ran<F extends Step> {
  readonly trace: Trace<F>;
  /** After how many of the steps it had a recording that it trusts. */
  readonly replayed: number;
}

/**
 * Trains two trainees that begin alike, one by its plain step, one by its traced step, and expects the same bits of all that is returned, step for step, and of all
 * variables in the end.
 *
 * @param argsOf The arguments of a step, the same for both.
 * @param options How many steps; whether bits must be the same, or numbers within 1e-4 of the largest one of a tensor.
 */
export async function expectSameSteps<F extends Step>(
  make: () => Trainee<F>,
  argsOf: (index: number) => Parameters<F>,
  { steps = 12, exact = true }: { readonly steps?: number; readonly exact?: boolean } = {},
): Promise<Ran<F>> {
  const eager = make();
  const traced = make();
  const trace = traceStep(traced.step, { variables: traced.variables, exact });
  let replayed = 0;
  for (let index = 0; index < steps; index++) {
    const args = tf.tidy(() => argsOf(index));
    const expected = tf.tidy(() => eager.step(...args) as tf.TensorContainer);
    const actual = trace(...args) as tf.TensorContainer;
    if (trace.reason === undefined) replayed++;
    if (exact) expect(await bits(actual), `step ${index}`).toEqual(await bits(expected));
    else await expectNear(actual, expected, `step ${index}`);
    for (const tensor of tensorsIn([actual, expected, args])) if (!(tensor instanceof tf.Variable)) tensor.dispose();
  }
  for (const [index, { name, shape }] of eager.variables.entries())
    if (!exact)
      await expectNear(traced.variables[index], eager.variables[index], `variable ${name} of shape [${shape}]`);
    else
      expect(await bits(traced.variables[index]), `variable ${name} of shape [${shape}]`).toEqual(
        await bits(eager.variables[index]),
      );
  return { trace, replayed };
}

async function expectNear(actual: unknown, expected: unknown, what: string): Promise<void> {
  const others = tensorsIn(expected);
  for (const [index, tensor] of tensorsIn(actual).entries()) {
    const [a, b] = [await tensor.data(), await (others[index] as tf.Tensor).data()];
    expect(a.length, what).toBe(b.length);
    const largest = Array.from(b).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [at, value] of a.entries())
      expect(Math.abs(value - (b[at] as number)), `${what} at ${at}: ${value}, expected ${b[at]}`).toBeLessThanOrEqual(
        1e-4 * largest,
      );
  }
}

/** The values of all tensors in a structure, by their bits. */
async function bits(container: unknown): Promise<number[][]> {
  return Promise.all(
    tensorsIn(container).map(async (tensor) => {
      const values = await tensor.data();
      return values instanceof Float32Array
        ? Array.from(new Int32Array(values.buffer, values.byteOffset, values.length))
        : Array.from(values as Int32Array);
    }),
  );
}

function tensorsIn(container: unknown): tf.Tensor[] {
  if (container instanceof tf.Tensor) return [container];
  return typeof container === 'object' && container !== null ? Object.values(container).flatMap(tensorsIn) : [];
}

// So that steps are compiled as soon as they can be, and not when it has been loaded.
await loadCompiler();
