import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, inject, test } from 'vitest';
import { startBackend, type NoBackendError } from '../src/index.js';
import { offByAThousandth, slowBy } from './toy-backends.js';
import { useToys } from './use-toys.js';

const toy = useToys();

async function failure(allow: string[], timeLimit = 5_000): Promise<NoBackendError> {
  return startBackend({ allow, timeLimit }).then(
    ({ name }) => expect.fail(`${name} was chosen`),
    (error: unknown) => error as NoBackendError,
  );
}

test('wrong sums are rejected', async () => {
  const { candidates } = await failure([toy('toy', { replace: { Sum: offByAThousandth } })]);
  expect(candidates[0]).toMatchObject({ name: 'toy', status: 'rejected' });
  expect(candidates[0]?.selfTest?.worst.used).toBeGreaterThan(10);
});

test('one that throws on start is reported with its words', async () => {
  const start = (): never => {
    throw new Error('no such adapter');
  };
  const { candidates } = await failure([toy('toy', { start })]);
  expect(candidates[0]).toMatchObject({ status: 'failed', reason: 'no such adapter' });
});

test('one that is never ready is given up after the time limit', async () => {
  const { candidates } = await failure([toy('toy', { start: () => new Promise(() => {}) })], 200);
  expect(candidates[0]).toMatchObject({ status: 'failed', reason: 'starting took longer than 0.2 s' });
  // The engine does not wait for it either.
  expect(await tf.add(1, 2).data()).toEqual(new Float32Array([3]));
});

test('one that misses a kernel is reported with its name', async () => {
  const { candidates } = await failure([toy('toy', { without: 'Softplus' })]);
  expect(candidates[0]).toMatchObject({ status: 'rejected' });
  expect(candidates[0]?.reason).toContain("Kernel 'Softplus' not registered for backend 'toy'");
});

// Repairs of gradients ask for them.
test.each(['ResizeBilinearGrad', 'GreaterEqual', 'AvgPoolGrad'])(
  'one that lacks %s is none the worse',
  async (without) => {
    const name = toy(`no-${without}`, { without });
    expect(await startBackend({ prefer: [name], allow: [name] })).toMatchObject({ name });
  },
);

test('a backend that nobody registered is reported', async () => {
  const { candidates } = await failure(['nonesuch']);
  expect(candidates[0]).toMatchObject({ status: 'failed', reason: "no backend is registered as 'nonesuch'" });
});

test('when none is left there is one error with every reason, and the engine has the backend it had', async () => {
  const before = tf.backend();
  const kept = tf.tensor1d([1, 2, 3]);
  const error = await failure(
    [
      toy('wrong', { replace: { Sum: offByAThousandth } }),
      toy('throws', { start: () => Promise.reject(new Error('lost device')) }),
      toy('hangs', { start: () => new Promise(() => {}) }),
      toy('lacks', { without: 'UnsortedSegmentSum' }),
    ],
    2_000,
  );
  expect(error.code).toBe('NO_BACKEND');
  expect(error.message).toMatch(/wrong: .*expected/);
  expect(error.message).toContain('throws: lost device');
  expect(error.message).toContain('hangs: starting took longer than 2 s');
  expect(error.message).toMatch(/lacks: .*UnsortedSegmentSum/);
  expect(tf.getBackend()).toBe(inject('backend'));
  expect(tf.backend()).toBe(before);
  expect(Array.from(await kept.data())).toEqual([1, 2, 3]);
  kept.dispose();
});

test('the fastest of the right ones is chosen, and the table says so', async () => {
  const allow = [
    toy('fast but wrong', { replace: { Sum: offByAThousandth } }),
    toy('slow', { replace: { BatchMatMul: slowBy(3) } }),
    toy('fast'),
  ];
  const result = await startBackend({ allow });
  expect(result.name).toBe('fast');
  expect(tf.getBackend()).toBe('fast');
  expect(result.candidates.map(({ status }) => status)).toEqual(['rejected', 'slower', 'chosen']);
  console.log(String(result));
  const [, slow, fast] = result.candidates;
  expect(slow?.milliseconds).toBeGreaterThan(fast?.milliseconds ?? Infinity);
});

test('a preferred backend is taken unmeasured and no other is started', async () => {
  const started: string[] = [];
  const start = (name: string) => (): never => {
    started.push(name);
    throw new Error('started');
  };
  const { candidates, name } = await startBackend({
    prefer: ['cpu'],
    allow: [toy('other', { start: start('other') }), 'cpu'],
  });
  expect(name).toBe('cpu');
  expect(started).toEqual([]);
  expect(candidates.map(({ status }) => status)).toEqual(['chosen', 'not tried']);
  expect(candidates[0]?.milliseconds).toBeUndefined();
});

test('a workload that fails is a reason, and leaves no variable behind', async () => {
  const before = tf.memory().numTensors;
  const workload = () => {
    tf.tidy(() => tf.variable(tf.zeros([3])));
    return {
      run: () => {
        throw new Error('out of memory');
      },
    };
  };
  const error = await startBackend({ allow: [toy('toy')], workload }).catch((e: unknown) => e as NoBackendError);
  expect((error as NoBackendError).candidates[0]).toMatchObject({ status: 'unmeasurable', reason: 'out of memory' });
  expect(tf.memory().numTensors).toBe(before);
});

test('trying candidates leaves no tensor behind', async () => {
  const before = tf.memory().numTensors;
  await startBackend({ allow: [toy('a'), toy('b')] });
  expect(tf.memory().numTensors).toBe(before);
});
