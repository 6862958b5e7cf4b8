// Calls of startBackend and the like run one after the other: they share one engine.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, inject, test } from 'vitest';
import { describeBackend, selfTest, startBackend, withoutCpuForwarding, type StartResult } from '../src/index.js';
import { slowBy } from './toy-backends.js';
import { useToys } from './use-toys.js';

const toy = useToys();

/** How a call came out, with the backend that the engine had when the caller went on. */
async function outcome(call: Promise<StartResult>): Promise<string> {
  return call.then(
    ({ backendName }) => `${backendName} in ${tf.getBackend()}`,
    (error: { code?: string; message: string }) => `${error.code ?? error.message} in ${tf.getBackend()}`,
  );
}

test('two calls at a time do not see each other', async () => {
  const log: string[] = [];
  const onProgress =
    (call: string) =>
    ({ phase, name }: { phase: string; name: string }): unknown =>
      log.push(`${call} ${name} ${phase} on ${tf.getBackend()}`);
  const before = tf.memory().numTensors;
  const calls = [
    outcome(startBackend({ allow: [toy('a')], onProgress: onProgress('first') })),
    outcome(startBackend({ allow: [toy('b')], onProgress: onProgress('second') })),
    outcome(startBackend({ allow: ['nonesuch'] })),
    outcome(startBackend({ allow: [toy('c', { replace: { Mean: slowBy(100) } }), 'a'] })),
  ];
  expect(await Promise.all(calls)).toEqual(['a in a', 'b in b', 'NO_BACKEND in b', 'a in a']);
  // Each is done before the next begins, and measures and tests on its own backend.
  expect(log.findIndex((line) => line.startsWith('second'))).toBeGreaterThan(
    log.findLastIndex((line) => line.startsWith('first')),
  );
  expect(log.filter((line) => /measuring|testing/.test(line))).toEqual([
    'first a testing on a',
    'first a measuring on a',
    'second b testing on b',
    'second b measuring on b',
  ]);
  expect(tf.memory().numTensors).toBe(before);
});

test('a self-test and a description wait, and are of the backend that came of it', async () => {
  const [result, tested, described] = await Promise.all([
    startBackend({ allow: [toy('a')] }),
    selfTest(),
    describeBackend(),
  ]);
  expect(result.name).toBe('a');
  expect(tested.passed).toBe(true);
  expect(described.name).toBe('a');
});

test('forwarding is put back when calls that switch it off overlap', async () => {
  tf.env().registerFlag('WEBGL_CPU_FORWARD', () => true);
  const before = tf.env().getBool('WEBGL_CPU_FORWARD');
  tf.env().set('WEBGL_CPU_FORWARD', true);
  let endFirst = (): void => {};
  const first = withoutCpuForwarding(() => new Promise<void>((resolve) => (endFirst = resolve)));
  const second = withoutCpuForwarding(async () => {
    endFirst();
    await first;
    expect(tf.env().getBool('WEBGL_CPU_FORWARD')).toBe(false);
  });
  await second;
  expect(tf.env().getBool('WEBGL_CPU_FORWARD')).toBe(true);
  await Promise.all([startBackend({ allow: [toy('a')] }), startBackend({ allow: [toy('b')] }), selfTest()]);
  expect(tf.env().getBool('WEBGL_CPU_FORWARD')).toBe(true);
  tf.env().set('WEBGL_CPU_FORWARD', before);
});

test('from inside a workload it is refused, and the queue goes on', async () => {
  const codes: unknown[] = [];
  const nested = (): unknown =>
    startBackend({ allow: ['cpu'] }).catch(({ code }: { code: string }) => codes.push(code));
  const workload = () => {
    void nested();
    return {
      run: () => {
        void nested();
        return 1;
      },
    };
  };
  expect((await startBackend({ allow: [toy('a')], workload })).name).toBe('a');
  expect(new Set(codes)).toEqual(new Set(['NESTED_CALL']));
  expect(await outcome(startBackend({ allow: [toy('b')] }))).toBe('b in b');
});

test('behind an await of a workload it is refused too, or ends with the time limit', async () => {
  const workload = () => ({
    run: async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await startBackend({ allow: [inject('backend')] });
      return 1;
    },
  });
  const error = await startBackend({ allow: [toy('a')], workload, timeLimit: 500 }).catch((reason: Error) => reason);
  expect(String((error as Error).message)).toMatch(
    /a: (startBackend was called from inside a workload|the workload took longer than 0.5 s; it may wait for a call of startBackend)/,
  );
  expect(await outcome(startBackend({ allow: [toy('b')] }))).toBe('b in b');
});

test('a backend that the program sets meanwhile is not the one that is measured and tested', async () => {
  const seen = new Set<string>();
  let isRunning = true;
  const program = (async () => {
    for (;;) {
      if (!isRunning) return;
      await tf.setBackend(inject('backend'));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  const workload = () => ({
    run: () => {
      seen.add(tf.getBackend());
      return new Promise<number>((resolve) => {
        setTimeout(resolve, 2, 1);
      });
    },
  });
  const call = startBackend({ allow: [toy('a')], workload });
  const result = await outcome(call);
  isRunning = false;
  await program;
  expect(result).toBe('a in a');
  expect([...seen]).toEqual(['a']);
  expect((await call).candidates[0]?.selfTest?.passed).toBe(true);
});

test('a backend that the program has set and that is still starting does not stop it', async () => {
  toy('slow', {
    start: async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return new (await import('@tensorflow/tfjs-backend-cpu')).MathBackendCPU();
    },
  });
  toy('never', { start: () => new Promise(() => {}) });
  void tf.setBackend('slow');
  expect(await outcome(startBackend({ allow: [toy('a')] }))).toBe('a in a');
  void tf.setBackend('never');
  expect(await outcome(startBackend({ allow: [toy('b')], timeLimit: 1_000 }))).toBe('b in b');
});
