import { add, backend, env, exp, log, mul, sqrt, stack, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { describeBackend, withoutCpuForwarding, type RepairReport } from '@tfjs-heads/backends';
import type { Capability } from './capability.js';

/** What a backend is and can: probed, not taken from what it says of itself. Skips follow from it. */
export interface BackendRecord {
  readonly name: string;
  readonly environment: 'node' | 'browser';
  /** The rounding unit of its floats. */
  readonly unit: number;
  readonly capabilities: readonly Capability[];
  readonly versions: Readonly<Record<string, string>>;
  /** What it says of itself, for comparison. */
  readonly reportedFloatPrecision: number;
  readonly epsilon: number;
  /** What computes: a GPU's name, CUDA or not, the browser or Node. */
  readonly runsOn: string;
  readonly repairs: readonly RepairReport[];
}

/** Describes the current backend. */
export async function recordBackend(repairs: readonly RepairReport[]): Promise<BackendRecord> {
  const { name, unit, versions, reportedFloatPrecision, epsilon, cuda, adapter } = await describeBackend();
  const capabilities: Capability[] = [];
  if (unit < 2 ** -20) capabilities.push('float32');
  if (await survives(Infinity)) capabilities.push('infinity');
  if (await survives(NaN)) capabilities.push('nan');
  if (hasDeviceMemory() || cuda === true) capabilities.push('device-memory');
  const isBrowser = env().getBool('IS_BROWSER');
  const host = isBrowser ? navigator.userAgent : `Node ${globalThis.process.version}`;
  return {
    name,
    environment: isBrowser ? 'browser' : 'node',
    unit,
    capabilities,
    versions,
    reportedFloatPrecision,
    epsilon,
    runsOn: [...(adapter === undefined ? [] : [adapter]), ...(cuda === undefined ? [] : [cuda ? 'CUDA' : 'no CUDA']), host].join('; '),
    repairs,
  };
}

/** Whether a value that is not finite comes out of functions that keep it as it went in. */
async function survives(value: number): Promise<boolean> {
  return withoutCpuForwarding(async () => {
    const result = tidy(() => {
      const x = tensor1d([value, 1]);
      return stack([add(x, 1), mul(x, 2), exp(x), sqrt(x), log(x)]);
    });
    const values = await result.data();
    result.dispose();
    return [0, 2, 4, 6, 8].every((i) => Object.is(values[i], value));
  });
}

/** Backends whose values lie in this process can hand out all of them without a read: cpu, wasm, native CPU. */
function hasDeviceMemory(): boolean {
  const current = backend();
  return 'gpgpu' in current || 'device' in current;
}
