import { expect, inject, test } from 'vitest';
import { runSession, suiteOf, type BackendRecord } from '../src/index.js';

async function recordOf(backend: string): Promise<BackendRecord | undefined> {
  for await (const message of runSession(await suiteOf({}), {
    backend,
    filters: ['tfjs:op:precision'],
    repair: true,
    expectations: [],
  })) {
    if (message.type === 'started') return message.record;
  }
  return undefined;
}

test('the record tells what the backend is and can', async () => {
  const backend = inject('backend');
  const record = await recordOf(backend);
  console.log(backend, record?.runsOn, record?.capabilities.join(' '));
  const isGpu = backend === 'webgl' || backend === 'webgpu';
  expect(record).toMatchObject({ name: backend, unit: 2 ** -24, epsilon: 1e-7, reportedFloatPrecision: 32 });
  expect(record?.capabilities).toContain('float32');
  expect(record?.capabilities.includes('device-memory')).toBe(isGpu);
  // On webgpu a driver may go without; the other four keep what is not finite.
  if (backend !== 'webgpu') expect(record?.capabilities).toEqual(expect.arrayContaining(['infinity', 'nan']));
  if (isGpu) expect(record?.runsOn.split('; ')[0]).toMatch(/swiftshader|nvidia|amd|intel|apple|google|mesa/i);
});
