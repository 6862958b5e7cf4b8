import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { isFailure, loadExpectations } from '../src/index.js';
import { brokenBackends, registerBroken } from './broken-backends.js';
import { runOps } from './run-ops.js';

/** The cases that fail though they are not expected to. */
async function failuresOf(backend: string, filters?: readonly string[]): Promise<string[]> {
  const expectations = await loadExpectations(backend); // what tfjs-core itself gets wrong
  const results = await runOps({ backend, repair: true, expectations, ...(filters && { filters }) });
  return results.filter(isFailure).map(({ query }) => query);
}

test('an unbroken copy passes', async () => {
  registerBroken('unbroken');
  expect(await failuresOf('unbroken')).toEqual([]);
});

test.each(Object.entries(brokenBackends))('%s is caught', async (name, broken) => {
  registerBroken(name, broken);
  const failures = await failuresOf(name);
  console.log(`${name}: ${broken.wrong} ${failures.length} cases catch it, among them ${broken.caughtBy.join(' ')}`);
  expect(failures).toEqual(expect.arrayContaining([...broken.caughtBy]));
});

test('a backend that cannot be read is unavailable, with the reason', async () => {
  class Synchronous extends MathBackendCPU {
    override read(): Promise<never> {
      return Promise.reject(new Error('use readSync()'));
    }
  }
  registerBroken('synchronous', { start: () => new Synchronous() });
  await expect(failuresOf('synchronous')).rejects.toThrow(
    'synchronous: it started, but could not be probed: use readSync()',
  );
});

test('a backend of another name has the expectations that every backend has', async () => {
  const everywhere = await loadExpectations('unbroken');
  expect(everywhere.length).toBeGreaterThan(0);
  expect(await loadExpectations('toString')).toEqual(everywhere);
  expect(await loadExpectations('wasm')).toEqual(expect.arrayContaining([...everywhere]));
});
