// The family that the package `tracing` brings, on the backends that Node has, and tracers and an optimizer that fail it.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { type Families, parseQuery, runCases, startForSuite, suiteOf } from '@tfjs-heads/conformance-kit';
import { Adam } from '@tfjs-heads/optimizers';
import { type Step, type Trace, traceStep } from '@tfjs-heads/tracing';
import { families, familiesOf, type TracingFamilies } from '@tfjs-heads/tracing/conformance';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => void vi.restoreAllMocks());

/** What fails, and how much there was. */
async function failures(given: TracingFamilies, query: string, on = 'cpu'): Promise<{ failed: string[]; all: number }> {
  const started = await startForSuite(on);
  if ('unavailable' in started) throw new Error(started.unavailable);
  const suite = await suiteOf({}, { families: given as unknown as Families });
  // Elsewhere than on cpu one formula of each optimizer, for the sake of time: `RMSprop`, not `RMSprop-centered`.
  const cases = suite.cases
    .filter(parseQuery(query))
    .filter(({ parameters: { optimizer } }) => on === 'cpu' || !String(optimizer).includes('-'));
  const failed: string[] = [];
  for await (const result of runCases({ suite, cases, backend: started.record, expectations: [] }))
    if (result.status !== 'pass') failed.push(`${result.query}: ${result.message}`);
  return { failed, all: cases.length };
}

it.each<[backend: string, query: string, cases: number]>([
  ['cpu', '*:tracing', 95],
  ['wasm', '*:tracing:same-as-eager', 9],
  ['wasm', '*:tracing:label-range', 3],
  ['tensorflow', '*:tracing:same-as-eager', 9],
  ['tensorflow', '*:tracing:near-eager', 9],
  ['tensorflow', '*:tracing:label-range', 3],
])('holds on %s: %s', async (backend, query, cases) => {
  expect(await failures(families, query, backend)).toEqual({ failed: [], all: cases });
});

/** A tracer that does something to each call of a traced step that has been replayed. */
function tracerThat(
  spoil: (replayed: () => unknown, trace: Trace, args: readonly unknown[]) => unknown,
): typeof traceStep {
  return ((step: Step, options: Parameters<typeof traceStep>[1]) => {
    const trace = traceStep(step, options);
    const spoilt = (...args: unknown[]): unknown => {
      const run = (): unknown => trace(...(args as never[]));
      return trace.reason === undefined ? spoil(run, trace, args) : run();
    };
    return Object.defineProperties(spoilt, {
      reason: { get: () => trace.reason },
      dispose: { value: () => trace.dispose() },
    });
  }) as typeof traceStep;
}

const nextFloat = (loss: tf.Scalar): tf.Scalar => tf.tidy(() => tf.mul(loss, 1 + 2 ** -23));

it.each<[string, string, typeof traceStep, RegExp]>([
  [
    'is off by one rounding',
    'same-as-eager',
    tracerThat((run) => nextFloat(run() as tf.Scalar)),
    /the loss of step \d/,
  ],
  [
    'is off by more than rounding',
    'near-eager',
    tracerThat((run) => tf.tidy(() => tf.mul(run() as tf.Scalar, 1 + 3e-5))),
    /the loss of step \d/,
  ],
  ['leaves a tensor behind', 'no-leak', tracerThat((run) => (tf.keep(tf.scalar(1)), run())), /after the steps/],
  [
    'does not see what is assigned',
    'assigned-is-seen',
    (() => {
      const last = new Map<tf.Variable, tf.Tensor>();
      return (step, options) => {
        const variables = options.variables as readonly tf.Variable[];
        const tracer = tracerThat((run) => {
          for (const variable of variables) if (last.has(variable)) variable.assign(last.get(variable) as tf.Tensor);
          const loss = run();
          for (const variable of variables) last.set(variable, tf.clone(variable));
          return loss;
        });
        return tracer(step, options);
      };
    })(),
    /the loss of step 9/,
  ],
  [
    'does not look at labels',
    'label-range',
    tracerThat((run) => {
      try {
        return run();
      } catch {
        return tf.scalar(0);
      }
    }),
    /the traced step ends in/,
  ],
])('does not hold of a tracer that %s', async (_, check, tracer, message) => {
  const given = familiesOf({ traceStep: tracer });
  const query = check === 'label-range' ? `*:tracing:${check}:label=2` : `*:tracing:${check}:optimizer=SGD`;
  const { failed, all } = await failures(given, query);
  expect(all).toBe(1);
  expect(failed).toEqual([expect.stringMatching(message)]);
});

it('does not hold of an optimizer that counts its own steps but not those that are replayed', async () => {
  const { advance, applyGradients } = Adam.prototype;
  let isApplying = false;
  vi.spyOn(Adam.prototype, 'applyGradients').mockImplementation(function (this: Adam, gradients) {
    isApplying = true;
    try {
      applyGradients.call(this, gradients);
    } finally {
      isApplying = false;
    }
  });
  vi.spyOn(Adam.prototype, 'advance').mockImplementation(function (this: Adam) {
    if (isApplying) advance.call(this);
  });
  const { failed } = await failures(familiesOf(), '*:tracing:same-as-eager:optimizer=Adam');
  expect(failed).toEqual([expect.stringMatching(/the loss of step/)]);
});
