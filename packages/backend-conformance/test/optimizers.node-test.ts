// The family that the package `optimizers` brings, and that it can fail.
import '@tensorflow/tfjs-backend-cpu';
import { type Families, parseQuery, runCases, startForSuite, suiteOf } from '@tfjs-heads/conformance-kit';
import { families } from '@tfjs-heads/optimizers/conformance';
import { Adam } from '@tfjs-heads/optimizers';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => void vi.restoreAllMocks());

async function statuses(query: string): Promise<ReadonlyMap<string, number>> {
  const started = await startForSuite('cpu');
  if ('unavailable' in started) throw new Error(started.unavailable);
  const suite = await suiteOf({}, { families: families as unknown as Families });
  const cases = suite.cases.filter(parseQuery(query));
  const counts = new Map<string, number>();
  for await (const { status } of runCases({ suite, cases, backend: started.record, expectations: [] }))
    counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

it('holds of every optimizer', async () => {
  expect(await statuses('*:optimizers')).toEqual(new Map([['pass', 57]]));
});

it('does not hold of an optimizer whose state or formula is another', async () => {
  vi.spyOn(Adam.prototype, 'advance').mockImplementation(() => undefined);
  expect(await statuses('*:optimizers:formula:optimizer=Adam')).toEqual(new Map([['fail', 1]]));
  vi.restoreAllMocks();
  vi.spyOn(Adam.prototype, 'setWeights').mockResolvedValue();
  expect(await statuses('*:optimizers:resumed:optimizer=Adam')).toEqual(new Map([['fail', 1]]));
});
