import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test, vi } from 'vitest';
import { startBackend, withoutCpuForwarding, type StartResult } from '../src/index.js';
import { registerToy } from './toy-backends.js';

async function outcome(call: Promise<StartResult>): Promise<string> {
  return call.then(
    ({ backendName }) => `${backendName} in ${tf.getBackend()}`,
    (error: { code: string }) => error.code,
  );
}

test('a second copy of the package waits for the first', async () => {
  for (const name of ['a', 'b', 'c']) registerToy(name);
  vi.resetModules();
  const copy = await import('../src/index.js');
  expect(copy.startBackend).not.toBe(startBackend);
  const calls = [
    outcome(startBackend({ allow: ['a'] })),
    outcome(copy.startBackend({ allow: ['b'] })),
    outcome(startBackend({ allow: ['c'] })),
  ];
  expect(await Promise.all(calls)).toEqual(['a in a', 'b in b', 'c in c']);
  // It knows, too, when it is called inside a workload of the first.
  const codes: string[] = [];
  await startBackend({
    allow: ['a'],
    workload: () => ({
      run: async () => {
        codes.push(await outcome(copy.startBackend()));
        return 1;
      },
    }),
  });
  expect(new Set(codes)).toEqual(new Set(['NESTED_CALL']));
});

test('both leave forwarding as it was', async () => {
  const copy = await import('../src/index.js');
  tf.env().registerFlag('WEBGL_CPU_FORWARD', () => true);
  await withoutCpuForwarding(() =>
    copy.withoutCpuForwarding(async () => expect(tf.env().getBool('WEBGL_CPU_FORWARD')).toBe(false)),
  );
  expect(tf.env().getBool('WEBGL_CPU_FORWARD')).toBe(true);
});
