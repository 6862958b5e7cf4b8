import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  add,
  backend,
  copyRegisteredKernels,
  engine,
  env,
  exp,
  log,
  mul,
  relu,
  registerBackend,
  setBackend,
  sqrt,
  stack,
  tensor1d,
  tidy,
  type Tensor,
} from '@tensorflow/tfjs-core';
import {
  describeBackend,
  startBackend,
  withoutCpuForwarding,
  type NoBackendError,
  type RepairReport,
} from '@tfjs-heads/backends';
import type { Capability } from './capability.js';
import { reasonOf } from './thrown.js';

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
  if (await survives(Infinity, arithmetic)) capabilities.push('infinity');
  if (await survives(NaN, arithmetic)) capabilities.push('nan');
  if (await survives(NaN, (x) => [relu(x)])) capabilities.push('nan-in-max'); // tfjs makes relu of a shader's max
  if (hasDeviceMemory() || cuda === true) capabilities.push('device-memory');
  const isBrowser = env().getBool('IS_BROWSER');
  const host = isBrowser ? navigator.userAgent : runtimeHere();
  return {
    name,
    environment: isBrowser ? 'browser' : 'node',
    unit,
    capabilities,
    versions,
    reportedFloatPrecision,
    epsilon,
    runsOn: [
      ...(adapter === undefined ? [] : [adapter]),
      ...(cuda === undefined ? [] : [cuda ? 'CUDA' : 'no CUDA']),
      host,
    ].join('; '),
    repairs,
  };
}

/** Bun and Deno say that they are a Node, too. */
function runtimeHere(): string {
  const { versions } = globalThis.process as { readonly versions: NodeJS.Dict<string> };
  if (versions['bun'] !== undefined) return `Bun ${versions['bun']}`;
  return versions['deno'] === undefined ? `Node v${versions['node']}` : `Deno ${versions['deno']}`;
}

const arithmetic = (x: Tensor): Tensor[] => [add(x, 1), mul(x, 2), exp(x), sqrt(x), log(x)];

/** Whether a value that is not finite comes out of functions that keep it as it went in. */
async function survives(value: number, functionsOf: (x: Tensor) => Tensor[]): Promise<boolean> {
  return withoutCpuForwarding(async () => {
    const result = tidy(() => stack(functionsOf(tensor1d([value, 1]))));
    const values = await result.data();
    result.dispose();
    return values.every((computed, i) => i % 2 === 1 || Object.is(computed, value));
  });
}

/** Backends whose values lie in this process can hand out all of them without a read: cpu, wasm, native CPU. */
function hasDeviceMemory(): boolean {
  const current = backend();
  return 'gpgpu' in current || 'device' in current;
}

/** A backend that runs, or why it does not. */
export type Started = { readonly record: BackendRecord } | { readonly unavailable: string };

export interface StartSettings {
  /** Default: true. */
  readonly repair?: boolean;
}

/** Makes a backend the current one. That it computes rightly is for the cases to say, not for its self-test. */
export async function startForSuite(name: string, { repair = true }: StartSettings = {}): Promise<Started> {
  let repairs: readonly RepairReport[];
  try {
    const { candidates } = await startBackend({
      prefer: [name],
      allow: [name],
      selfTest: false,
      repair,
      timeLimit: 60_000,
    });
    repairs = candidates[0]?.repairs ?? [];
  } catch (error) {
    const { code, candidates } = error as Partial<NoBackendError>;
    if (code !== 'NO_BACKEND') throw error;
    return { unavailable: candidates?.[0]?.reason ?? 'it did not start' };
  }
  try {
    return { record: await recordBackend(repairs) };
  } catch (error) {
    return { unavailable: `it started, but could not be probed: ${reasonOf(error)}` };
  }
}

/** The name that the copy is registered by. */
export const REFERENCE = 'conformance-reference';

/**
 * Runs something on a copy of the cpu backend that nobody has repaired or broken, then makes the backend from before
 * current again. It is a copy, so that cpu itself can be held against it.
 */
export async function onReference<T>(run: () => Promise<T>): Promise<T> {
  const { backendName } = engine();
  if (!(REFERENCE in engine().registryFactory)) {
    registerBackend(REFERENCE, () => new MathBackendCPU());
    copyRegisteredKernels('cpu', REFERENCE);
  }
  await setBackend(REFERENCE);
  try {
    return await run();
  } finally {
    await setBackend(backendName);
  }
}
