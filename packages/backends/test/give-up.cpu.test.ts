// Candidates that cannot win are not measured, or tested, to the end.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, inject, test } from 'vitest';
import { startBackend } from '../src/index.js';
import { offByAThousandth, slowBy } from './toy-backends.js';
import { useToys } from './use-toys.js';

const toy = useToys();

/** Steps that take as long as the backend's name says. */
function counting(milliseconds: Record<string, number>): {
  readonly steps: Record<string, number>;
  readonly workload: () => { run: () => Promise<number> };
} {
  const steps: Record<string, number> = {};
  const run = async (): Promise<number> => {
    const name = tf.getBackend();
    steps[name] = (steps[name] ?? 0) + 1;
    await new Promise((resolve) => setTimeout(resolve, milliseconds[name]));
    return 1;
  };
  return { steps, workload: () => ({ run }) };
}

test('one that is clearly slower is given up after two steps, and not tested', async () => {
  const { steps, workload } = counting({ fast: 1, slow: 500 });
  const tested: string[] = [];
  const { candidates, name } = await startBackend({
    allow: [toy('fast'), toy('slow', { replace: { Sum: offByAThousandth } })],
    workload,
    onProgress: ({ phase, name: tried }) => {
      if (phase === 'testing') tested.push(tried);
    },
  });
  expect(name).toBe('fast');
  expect(steps['slow']).toBe(2);
  expect(tested).toEqual(['fast']);
  const [fast, slow] = candidates;
  // Nothing is said of its answers.
  expect(slow).toMatchObject({ status: 'given up', selfTest: undefined });
  // Timers may fire early and late: which figures they are is not ours to say, only that one is far above the other.
  expect(slow?.reason).toMatch(/^\d+\.\d\d ms a step where fast takes \d+\.\d\d$/);
  expect(slow?.milliseconds).toBeGreaterThan(2 * (fast?.milliseconds as number));
});

test('a step of a second is enough', async () => {
  const { steps, workload } = counting({ fast: 1, slow: 1_100 });
  await startBackend({ allow: [toy('fast'), toy('slow')], workload });
  expect(steps['slow']).toBe(1);
});

test('what takes its time only at first is measured on, and may win', async () => {
  let first = true;
  const workload = () => ({
    run: async () => {
      const milliseconds = tf.getBackend() === 'slow at first' ? (first ? 400 : 1) : 60;
      if (tf.getBackend() === 'slow at first') first = false;
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return 1;
    },
  });
  const { name } = await startBackend({ allow: [toy('steady'), toy('slow at first')], workload });
  expect(name).toBe('slow at first');
});

test('a first step that is not earned back in hundreds of steps is not waited for', async () => {
  // Known by its name to compile shaders; not the one that runs the tests.
  const gpu = inject('backend') === 'webgl' ? 'webgpu' : 'webgl';
  const steps: string[] = [];
  let end = (): void => {};
  const slow = new Promise<void>((resolve) => (end = resolve));
  const workload = () => ({
    run: async () => {
      steps.push(tf.getBackend());
      if (steps.at(-1) === gpu) await slow;
      return 1;
    },
  });
  const allow = [toy('fast'), toy(gpu)];
  const { name, candidates } = await startBackend({ allow, workload, repair: false, timeLimit: 60_000 });
  end();
  expect(name).toBe('fast');
  expect(candidates[1]).toMatchObject({ status: 'given up', milliseconds: undefined, selfTest: undefined });
  expect(candidates[1]?.reason).toMatch(/^its first step takes longer than 500 of fast, at \d+\.\d\d ms$/);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(steps.filter((step) => step === gpu)).toHaveLength(1);
});

test('a bar is set only by one with right answers', async () => {
  const { workload } = counting({ wrong: 1, right: 40 });
  const { candidates } = await startBackend({
    allow: [toy('wrong', { replace: { Sum: offByAThousandth } }), toy('right')],
    workload,
  });
  expect(candidates.map(({ status }) => status)).toEqual(['rejected', 'chosen']);
});

test('steps of seconds end within the time limit', async () => {
  const { steps, workload } = counting({ only: 700 });
  const { candidates } = await startBackend({ allow: [toy('only', { replace: { Mean: slowBy(1) } })], workload });
  expect(candidates[0]?.status).toBe('chosen');
  expect(steps['only']).toBeLessThanOrEqual(4);
});
